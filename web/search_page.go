package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (k *console) searchPage(w http.ResponseWriter, r *http.Request) { k.showSearched(w, r, "") }

func (k *console) companySearchPage(w http.ResponseWriter, r *http.Request) {
	k.showSearched(w, r, r.PathValue("org"))
}

// showSearched shows the exports that the address names, as they are now, to who may see them.
func (k *console) showSearched(w http.ResponseWriter, r *http.Request, org string) {
	q := r.URL.Query()
	page := searchedPage{
		Org: org, Base: searchAddress(org), People: mayFindPeople(r), Asked: q.Has("asked"), Near: q.Get("org"), Cut: q.Has("cut"),
		Companies: q["company"], Messages: q["message"], Interview: q.Get("interview"),
	}
	if org != "" {
		page.Tabs, page.Companies, page.Near = companyTabs(r, org), nil, ""
		page.Messages = slices.DeleteFunc(page.Messages, func(of string) bool { return of != org })
	}
	by := map[int64]ledger.Match{}
	ids := []int64{}
	for _, match := range ledger.Matches {
		some, err := numbers(q.Get("by." + string(match)))
		if err != nil {
			k.wrongFilter(w, r, err)
			return
		}
		for _, id := range some {
			if _, twice := by[id]; !twice {
				by[id] = match
				ids = append(ids, id)
			}
		}
	}
	if err := k.foundRows(r, &page, by, ids); err != nil {
		k.wrongFilter(w, r, err)
		return
	}
	page.Says = page.says()
	k.show(w, r, http.StatusOK, "search", "Search", page)
}

// foundRows reads the exports, the surest first.
func (k *console) foundRows(r *http.Request, page *searchedPage, by map[int64]ledger.Match, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if len(ids) > search.SearchFound {
		ids, page.Cut = ids[:search.SearchFound], true
	}
	list, err := query.In(k.Store).List(r.Context(), store.Filter{Org: page.Org, IDs: ids}, search.SearchFound)
	if err != nil {
		return err
	}
	lines, err := k.lines(r, list.Rows)
	if err != nil {
		return err
	}
	for _, line := range lines {
		page.Rows = append(page.Rows, foundLine{line, by[line.ID]})
	}
	slices.SortStableFunc(page.Rows, func(a, b foundLine) int {
		return slices.Index(ledger.Matches, a.By) - slices.Index(ledger.Matches, b.By)
	})
	return nil
}

// says returns what was found, by what.
func (p searchedPage) says() string {
	var parts []string
	if n := len(p.Companies); n > 0 {
		parts = append(parts, wording.Plural(int64(n), "company", "companies"))
	}
	for _, match := range ledger.Matches {
		n := 0
		for _, row := range p.Rows {
			if row.By == match {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, wording.Plural(int64(n), "export", "exports")+" by "+wording.Match(match))
		}
	}
	if n := len(p.Messages); n > 0 {
		parts = append(parts, "an interview of this id whose message is not an export yet")
	}
	switch {
	case len(parts) > 0:
		return "Found: " + strings.Join(parts, "; ") + "."
	case !p.People:
		return "Nothing was found. Looked for: ids of exports, interviews and candidates, Greenhouse’s ids, companies. Names and emails are for those on call."
	case p.Org == "" && p.Near == "":
		return "Nothing was found. An email must be whole; to search by name, choose a company."
	}
	return "Nothing was found at " + cmp.Or(p.Org, p.Near) + ", and no id or email like it elsewhere that you may see. An email must be whole; before both say yes the ledger does not keep whose a result is."
}
