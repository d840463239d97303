package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// listed sets how many exports one page lists.
const listed = 50

// exportsPage lists exports. Of people it shows a company's own admins the names, and ours nothing that tells who it is.
type exportsPage struct {
	Org    string // the company that the page is about; empty for all
	Tabs   []navItem
	Base   string // its address
	Filter exportsFilter
	Dates  [2]string // since and until, where they are days
	States []stateChip
	Causes []ledger.Cause
	People bool // the search takes names and addresses
	Rows   []exportLine
	Done   string // what was just done to a selection
	Search string // what the search did; empty without one
	Slow   bool   // the list took too long and is not shown
	CSV    string
	Clear  string        // the list without any filter; empty where there is none
	Bar    *selectionBar // nil where nothing can be done with what is listed
	Newest string        // addresses of other pages; empty where there are none
	Newer  string
	Older  string
}

// exportLine is one row of a list.
type exportLine struct {
	query.ExportRow
	Who string // the candidate's name, for their company alone
}

// Fresh says that the list is its first page, which what arrives comes to stand on.
func (p exportsPage) Fresh() bool {
	return p.Newest == "" && p.Filter.Found == "" && p.Filter.Q == "" && !p.Slow
}

// stateChip is a state as a filter, with how many there are.
type stateChip struct {
	State ledger.State // empty for all
	Count string       // empty where nobody counted
	Href  string
	Shown bool
}

func (k *console) exports(w http.ResponseWriter, r *http.Request) { k.listExports(w, r, "") }

func (k *console) companyExports(w http.ResponseWriter, r *http.Request) {
	k.listExports(w, r, r.PathValue("org"))
}

func (k *console) listExports(w http.ResponseWriter, r *http.Request, org string) {
	form, err := readFilter(r.URL.Query(), org)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	page := exportsPage{Org: org, Base: listAddress(org), Filter: form, Causes: ledger.Causes, People: mayFindPeople(r), Done: decidedWords(r.URL.Query())}
	if org != "" {
		page.Tabs = companyTabs(r, org)
	}
	filter, err := k.selected(r, &page)
	if err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	list, err := query.In(k.Store).List(r.Context(), filter, listed)
	if page.Slow = tooSlow(err); err != nil && !page.Slow {
		k.broken(w, r, err)
		return
	}
	if page.Rows, err = k.lines(r, list.Rows); err != nil {
		k.broken(w, r, err)
		return
	}
	page.turn(list)
	if page.Bar, err = k.barOf(r, page, filter); err != nil {
		k.broken(w, r, err)
		return
	}
	page.States = k.chips(r, page)
	title := "Exports"
	if org != "" {
		title = "Exports of " + org
	}
	k.show(w, r, http.StatusOK, "exports", title, page)
}

// selected says which exports the page shows, having searched where it was asked to.
func (k *console) selected(r *http.Request, page *exportsPage) (store.Filter, error) {
	filter, err := page.Filter.store()
	if err != nil {
		return filter, err
	}
	switch {
	case page.Filter.Found != "":
		filter.IDs, err = numbers(page.Filter.Found)
		page.Search = fmt.Sprintf("Your search found %s.", wording.Plural(int64(len(filter.IDs)), "export", "exports"))
	case page.Filter.Q != "":
		var found search.Found
		found, err = k.search(r, page.Filter)
		filter.IDs, page.Search = found.IDs, searched(page.Filter, found, page.People)
	}
	return filter, err
}

// lines adds the names of people for whoever may see them without asking: the admins of their company.
func (k *console) lines(r *http.Request, rows []query.ExportRow) ([]exportLine, error) {
	lines := make([]exportLine, len(rows))
	ids := make([]int64, len(rows))
	for i, row := range rows {
		lines[i].ExportRow, ids[i] = row, row.ID
	}
	if auth.Who(r).Role != auth.RoleCompany {
		return lines, nil
	}
	people, err := search.In(k.Store).Candidates(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var shown []int64
	for i, row := range rows {
		if person, known := people[row.ID]; known && auth.MayOrg(r, row.OrgID) {
			lines[i].Who = person.Name()
			shown = append(shown, row.ID)
		}
	}
	return lines, k.looked(r, "list", shown)
}

// looked records which people a company's own admin is shown without asking for each. What is not recorded is not shown.
func (k *console) looked(r *http.Request, what string, exports []int64) error {
	if len(exports) == 0 {
		return nil
	}
	return search.In(k.Store).RecordList(r.Context(), auth.Who(r).Org, what, exports, auth.By(r, ""))
}

// turn makes the addresses of the pages around this one.
func (p *exportsPage) turn(list query.Listing) {
	at := func(after, before int64) string {
		f := p.Filter
		f.After, f.Before = after, before
		return withQuery(p.Base, f.query(p.Org == ""))
	}
	if n := len(list.Rows); n > 0 && list.Older {
		p.Older = at(list.Rows[n-1].ID, 0)
	}
	if list.Newer {
		p.Newest = at(0, 0)
		if len(list.Rows) > 0 {
			p.Newer = at(0, list.Rows[0].ID)
		}
	}
	csv := p.Filter
	csv.After, csv.Before = 0, 0
	p.CSV = withQuery(p.Base+"/csv", csv.query(p.Org == ""))
	if len(csv.query(p.Org == "")) > 0 {
		p.Clear = p.Base
	}
	for i, text := range []string{p.Filter.Since, p.Filter.Until} {
		if !strings.Contains(text, "T") {
			p.Dates[i] = text
		}
	}
}

// chips are the states with their counts, of the company or of all. A page without counts is better than none.
func (k *console) chips(r *http.Request, page exportsPage) []stateChip {
	chip := func(state ledger.State) stateChip {
		f := page.Filter
		f.State, f.After, f.Before, f.Q, f.Found = state, 0, 0, "", ""
		return stateChip{State: state, Shown: state == page.Filter.State, Href: withQuery(page.Base, f.query(page.Org == ""))}
	}
	chips := []stateChip{chip("")}
	for _, state := range ledger.States {
		chips = append(chips, chip(state))
	}
	counts, err := query.In(k.Store).CountStates(r.Context(), page.Filter.Org, ledger.States...)
	if err != nil {
		return chips
	}
	for i, c := range counts {
		chips[i+1].Count = wording.Number(c.Count)
		if c.More {
			chips[i+1].Count += "+"
		}
	}
	return chips
}

// wrongFilter answers an address that makes no sense.
func (k *console) wrongFilter(w http.ResponseWriter, r *http.Request, err error) {
	var bad badFilter
	switch {
	case errors.As(err, &bad):
		k.refuse(w, r, http.StatusBadRequest, string(bad))
	case tooSlow(err):
		k.refuse(w, r, http.StatusServiceUnavailable, "That search took too long and was given up; nothing is wrong with the exports. Choose a company, a state or a date, and search again.")
	default:
		k.broken(w, r, err)
	}
}

func tooSlow(err error) bool {
	var slow *store.TooSlowError
	return errors.As(err, &slow)
}
