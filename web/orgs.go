package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// orgsPage lists the companies.
type orgsPage struct {
	Filters []orgFilter
	Chosen  string // of a filter; empty: all
	Search  string
	List    []orgRow
	Any     bool // there is a company at all
}

// orgFilter is a state, or what it comes to, with how many companies are so.
type orgFilter struct {
	Name, Text, Tone string
	Count            int64
	Shown            bool
}

type orgRow struct {
	Org      string
	Word     string
	Tone     string
	Why      string // empty where it may send
	Waiting  int64
	LastGood *time.Time
	Created  *string
}

// The filters that are no states of a connection.
const (
	orgsRefused = "refused" // turned on, and refused by Greenhouse
	orgsWaiting = "waiting" // something waits for it
)

func (k *console) orgs(w http.ResponseWriter, r *http.Request) {
	page := orgsPage{Chosen: r.URL.Query().Get("state"), Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	companies, err := k.Store.Integrations(r.Context())
	if err != nil {
		k.broken(w, r, err)
		return
	}
	unconnected, err := k.Store.Unconnected(r.Context())
	if err != nil {
		k.broken(w, r, err)
		return
	}
	for org, waiting := range unconnected {
		i := store.NewIntegration(org)
		i.Waiting = waiting
		companies = append(companies, i)
	}
	if !page.fill(companies) {
		k.refuse(w, r, http.StatusBadRequest, "There is no such state of companies.")
		return
	}
	k.show(w, r, http.StatusOK, "orgs", "Companies", page)
}

// fill counts the companies and lists those that were asked for; false says that nothing of that name can be asked for.
func (p *orgsPage) fill(companies []store.Integration) (known bool) {
	slices.SortFunc(companies, func(a, b store.Integration) int { return cmp.Compare(a.OrgID, b.OrgID) })
	p.Any = len(companies) > 0
	p.Filters = []orgFilter{{Text: "All", Tone: "none"}}
	for _, s := range []store.ConnectionState{
		store.ConnectionOn, store.ConnectionReady, store.ConnectionNeedsDetails, store.ConnectionPausedByUs, store.ConnectionPausedByYou, store.ConnectionOff,
	} {
		p.Filters = append(p.Filters, orgFilter{Name: string(s), Text: s.Words(), Tone: connectionTones[s]})
	}
	p.Filters = append(p.Filters, orgFilter{Name: orgsRefused, Text: "Refused", Tone: "bad"}, orgFilter{Name: orgsWaiting, Text: "Waiting", Tone: "warn"})
	for n := range p.Filters {
		f := &p.Filters[n]
		f.Shown = f.Name == p.Chosen
		known = known || f.Shown
		for _, c := range companies {
			if f.takes(c) {
				f.Count++
			}
		}
	}
	for _, c := range companies {
		if (orgFilter{Name: p.Chosen}).takes(c) && strings.Contains(strings.ToLower(c.OrgID), strings.ToLower(p.Search)) {
			p.List = append(p.List, rowOf(c))
		}
	}
	return known
}

func (f orgFilter) takes(i store.Integration) bool {
	switch f.Name {
	case "":
		return true
	case orgsRefused:
		return i.Enabled && (i.HoldCause != nil || i.DecryptFailedAt != nil)
	case orgsWaiting:
		return i.Waiting > 0
	}
	return string(i.State) == f.Name
}

func rowOf(i store.Integration) orgRow {
	row := orgRow{Org: i.OrgID, Word: connectionWord(i), Tone: connectionTone(i), Waiting: i.Waiting, LastGood: i.LastGoodAt, Created: i.CreatedBy}
	if i.Held != nil {
		row.Why = sentenceCase(wording.Cause(*i.Held)) + "."
	}
	return row
}
