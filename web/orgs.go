package web

import (
	"net/http"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// orgsListed sets how many companies one page lists.
const orgsListed = 50

// orgsPage lists the companies.
type orgsPage struct {
	Filters []orgFilter
	View    orgsView
	Columns []orgColumn
	List    []orgRow
	Any     bool  // there is a company at all
	Match   int64 // companies that are as asked for
	Slow    bool  // how sending goes could not be read in time, and is left out
	First   string
	Next    string // addresses of other pages; empty where there are none
}

// orgFilter is a state, or what it comes to, with how many companies are so.
type orgFilter struct {
	Name, Text, Tone, Href string
	Count                  int64
	Shown                  bool
}

// orgRow is a company in the list.
type orgRow struct {
	store.CompanyLine
	Standing standing
	Why      string // empty where it may send
	Pace     ledger.CompanyPace
	Spark    pairSpark
}

// The filters that are no states of a connection.
const (
	orgsRefused = "refused" // turned on, and refused by Greenhouse
	orgsDead    = "dead"    // with dead letters
	orgsWaiting = "waiting" // something waits for it
)

func (k *console) orgs(w http.ResponseWriter, r *http.Request) {
	view, wrong := readOrgsView(r.URL.Query())
	if wrong != "" {
		k.refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	companies, err := k.Store.CompanyLines(r.Context())
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	page := orgsPage{View: view, Any: len(companies) > 0}
	page.count(companies)
	shown, last := page.choose(companies)
	if page.List, page.Slow, err = k.orgRows(r, shown); err != nil {
		k.broken(w, r, err)
		return
	}
	if !last && len(shown) > 0 {
		page.Next = view.after(shown[len(shown)-1]).address()
	}
	if view.paged() {
		page.First = view.first().address()
	}
	page.Columns = view.columns()
	k.show(w, r, http.StatusOK, "orgs", "Companies", page)
}

// count says of each filter how many companies it takes.
func (p *orgsPage) count(companies []store.CompanyLine) {
	p.Filters = []orgFilter{{Text: "All", Tone: "none"}}
	for _, s := range []ledger.ConnectionState{
		ledger.ConnectionOn, ledger.ConnectionReady, ledger.ConnectionNeedsDetails, ledger.ConnectionPausedByUs, ledger.ConnectionPausedByYou, ledger.ConnectionOff,
	} {
		p.Filters = append(p.Filters, orgFilter{Name: string(s), Text: wording.Connection(s), Tone: "none"})
	}
	p.Filters = append(p.Filters, orgFilter{Name: orgsRefused, Text: "Refused", Tone: "bad"}, orgFilter{Name: orgsDead, Text: "With dead letters", Tone: "dead"},
		orgFilter{Name: orgsWaiting, Text: "Waiting", Tone: "warn"})
	for n := range p.Filters {
		f := &p.Filters[n]
		to := p.View.first()
		to.State, f.Shown = f.Name, f.Name == p.View.State
		f.Href = to.address()
		for _, c := range companies {
			if f.takes(c) {
				f.Count++
			}
		}
	}
}

// choose returns one page of the companies that are as asked for, in the order asked for; last tells that none comes after them.
func (p *orgsPage) choose(companies []store.CompanyLine) (shown []store.CompanyLine, last bool) {
	for _, c := range companies {
		if (orgFilter{Name: p.View.State}).takes(c) && strings.Contains(strings.ToLower(c.OrgID), strings.ToLower(p.View.Search)) {
			shown = append(shown, c)
		}
	}
	p.Match = int64(len(shown))
	shown = p.View.order(shown)
	return shown[:min(len(shown), orgsListed)], len(shown) <= orgsListed
}

func (f orgFilter) takes(c store.CompanyLine) bool {
	switch f.Name {
	case "":
		return true
	case orgsRefused:
		return c.Refused
	case orgsDead:
		return c.Dead > 0
	case orgsWaiting:
		return c.Waiting > 0
	}
	return string(c.State) == f.Name
}

// orgRows adds how sending goes to what is shown. A list without it is better than none.
func (k *console) orgRows(r *http.Request, shown []store.CompanyLine) (rows []orgRow, slow bool, err error) {
	names := make([]string, len(shown))
	for i, c := range shown {
		names[i] = c.OrgID
	}
	paces, err := figures.In(k.Store).CompanyPaces(r.Context(), names...)
	if slow = tooSlow(err); err != nil && !slow {
		return nil, false, err
	}
	for _, c := range shown {
		row := orgRow{CompanyLine: c, Pace: paces[c.OrgID], Standing: standing{
			State: c.State, Held: c.Held, Dead: c.Dead, Undecided: c.Undecided, Still: c.Standstill() != nil,
		}}
		if !slow {
			row.Standing.Hour, row.Spark = &row.Pace.Hour, pairSparkOf(row.Pace.Hours)
		}
		if c.Held != nil {
			row.Why = sentenceCase(wording.Cause(*c.Held)) + "."
		}
		rows = append(rows, row)
	}
	return rows, slow, nil
}
