package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// trackingPage holds what became of a company's sent candidates: how far they came, and each of them. It names no person.
type trackingPage struct {
	Org      string
	Tabs     []navItem
	Base     string
	Staff    bool
	Sums     query.Tracking
	Trouble  string // why nothing is known
	Reasons  []string
	Stages   []trackBar
	Status   ledger.TrackStatus // the filters
	Stage    string
	Statuses []navItem
	Rows     []trackLine
	Clear    string // addresses; empty where there are none
	Older    string
	CSV      string
}

// trackBar is a stage with its bar.
type trackBar struct {
	query.TrackStage
	Bar bar
}

// trackLine is one candidate.
type trackLine struct {
	query.TrackRow
	Says      string
	FirstMove string // how long after it was sent; empty while it has not moved
}

// trackStatus holds what the list can be narrowed to.
type trackStatus struct {
	status ledger.TrackStatus
	text   string
}

var trackStatuses = []trackStatus{
	{"", "All"}, {ledger.TrackActive, "Active"}, {ledger.TrackRejected, "Rejected"}, {ledger.TrackHired, "Hired"},
	{query.TrackMissing, "Left out"}, {query.TrackGone, "Gone"}, {query.TrackUnseen, "Not looked at yet"},
}

func (k *console) trackingRoutes() []route {
	return []route{
		allow(staff.andCompany(), "GET /orgs/{org}/tracking", k.tracking),
		allow(staff.andCompany(), "GET /orgs/{org}/tracking/csv", k.trackingCSV),
		allow(operators, "POST /orgs/{org}/track", k.companyAct(tracking.In(k.Store).TrackNow, "track", "untracked")),
	}
}

func trackingAddress(org string) string { return auth.CompanyHome(org) + "/tracking" }

// trackFilter reads an address.
func trackFilter(r *http.Request) (query.TrackFilter, error) {
	q := r.URL.Query()
	f := query.TrackFilter{Org: r.PathValue("org"), Status: ledger.TrackStatus(q.Get("status")), Stage: strings.TrimSpace(q.Get("stage")), Limit: listed + 1}
	if !slices.ContainsFunc(trackStatuses, func(s trackStatus) bool { return s.status == f.Status }) {
		return f, badFilter("There is no such status.")
	}
	var err error
	f.BeforeID, err = position(q.Get("before"))
	return f, err
}

func (k *console) tracking(w http.ResponseWriter, r *http.Request) {
	f, err := trackFilter(r)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	page := trackingPage{
		Org: f.Org, Tabs: companyTabs(r, f.Org), Base: trackingAddress(f.Org), Status: f.Status, Stage: f.Stage, Reasons: wording.MissingReasons,
	}
	page.Staff = auth.Who(r).Role.Staff() && auth.Who(r).Role != auth.RoleViewer
	if err := k.fillTracking(r, f, &page); err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "tracking", "Tracking of "+f.Org, page)
}

func (k *console) fillTracking(r *http.Request, f query.TrackFilter, page *trackingPage) error {
	sums, err := query.In(k.Store).Trackings(r.Context(), f.Org)
	if err != nil {
		return err
	}
	if len(sums) == 0 {
		return nil
	}
	page.Sums = sums[0]
	refused := 0
	if page.Sums.Refused != nil {
		refused = *page.Sums.Refused
	}
	page.Trouble = wording.TrackingTrouble(page.Sums.Blind(), page.Sums.Missing, refused)
	stages, err := query.In(k.Store).TrackStages(r.Context(), f.Org)
	if err != nil {
		return err
	}
	page.Stages = trackBars(stages)
	rows, err := query.In(k.Store).Tracks(r.Context(), f)
	if err != nil {
		return err
	}
	page.address(f, rows)
	for _, row := range rows[:min(len(rows), listed)] {
		page.Rows = append(page.Rows, trackLineOf(row))
	}
	return nil
}

// address fills in where the page's links lead.
func (p *trackingPage) address(f query.TrackFilter, rows []query.TrackRow) {
	query := func(status ledger.TrackStatus, stage string) url.Values {
		q := url.Values{}
		if status != "" {
			q.Set("status", string(status))
		}
		if stage != "" {
			q.Set("stage", stage)
		}
		return q
	}
	for _, s := range trackStatuses {
		p.Statuses = append(p.Statuses, navItem{Href: withQuery(p.Base, query(s.status, f.Stage)), Text: s.text, Current: s.status == f.Status})
	}
	own := query(f.Status, f.Stage)
	p.CSV = withQuery(p.Base+"/csv", own)
	if len(own) > 0 || f.BeforeID != 0 {
		p.Clear = p.Base
	}
	if len(rows) > listed {
		own.Set("before", strconv.FormatInt(rows[listed-1].ExportID, 10))
		p.Older = withQuery(p.Base, own)
	}
}

func trackLineOf(row query.TrackRow) trackLine {
	line := trackLine{TrackRow: row, Says: wording.Tracked(row.Ledger())}
	if row.FirstMovedAt != nil {
		line.FirstMove = wording.Age(max(0, row.FirstMovedAt.Sub(row.SentAt)))
	}
	return line
}

// trackBars draws how many came to each stage. Pure.
func trackBars(stages []query.TrackStage) []trackBar {
	var most int64 = 1
	for _, s := range stages {
		most = max(most, s.Reached)
	}
	bars := make([]trackBar, len(stages))
	for i, s := range stages {
		bars[i] = trackBar{s, bar{
			X: "0", Y: coordinate(float64(i*causeRow + causeLabel + 2)), H: coordinate(causeTall),
			W: coordinate(max(2, float64(chartWidth-70)*float64(s.Reached)/float64(most))), Class: "info", Text: wording.Number(s.Reached),
		}}
	}
	return bars
}

// trackedPage sets how many candidates one look at the ledger brings for a download.
const trackedPage = 1000
