package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/store"
)

// orgsView holds what the address of the list of companies says: which, in which order, and after which the page begins.
type orgsView struct {
	State  string
	Search string
	Sort   string // of orgSorts
	Up     bool   // the least first
	key    int64  // of the company after which the page begins
	org    string // its name; empty on the first page
}

// orgSort is a number by which companies are sorted, the greatest first unless the address says otherwise.
type orgSort struct {
	name, text, hint string
	of               func(store.CompanyLine) int64
}

// The first stands for nothing chosen: what needs somebody most comes first.
var orgSorts = []orgSort{
	{"stands", "State", "by what goes no further before somebody does something", store.CompanyLine.Stands},
	{"name", "Company", "by name", func(store.CompanyLine) int64 { return 0 }},
	{"waiting", "Waiting", "by what waits", func(c store.CompanyLine) int64 { return c.Waiting }},
	{"dead", "Dead", "by dead letters", func(c store.CompanyLine) int64 { return c.Dead }},
	{"accepted", "Last accepted", "by when Greenhouse last accepted the key", func(c store.CompanyLine) int64 {
		if c.LastGoodAt == nil {
			return 0
		}
		return c.LastGoodAt.Unix()
	}},
}

// readOrgsView reads an address; wrong says what of it makes no sense.
func readOrgsView(q url.Values) (v orgsView, wrong string) {
	v = orgsView{State: q.Get("state"), Search: strings.TrimSpace(q.Get("q")), Sort: q.Get("sort"), Up: q.Get("up") != "", org: q.Get("after")}
	known := []string{"", orgsRefused, orgsDead, orgsWaiting}
	for state := range connectionTones {
		known = append(known, string(state))
	}
	if !slices.Contains(known, v.State) {
		return v, "There is no such state of companies."
	}
	v.Sort = cmp.Or(v.Sort, orgSorts[0].name)
	if !slices.ContainsFunc(orgSorts, func(s orgSort) bool { return s.name == v.Sort }) {
		return v, "Companies cannot be sorted by that."
	}
	if v.org == "" {
		return v, ""
	}
	var err error
	if v.key, err = strconv.ParseInt(q.Get("at"), 10, 64); err != nil {
		return v, "The number from which the list goes on is none."
	}
	return v, ""
}

func (v orgsView) address() string {
	q := url.Values{}
	for name, value := range map[string]string{"state": v.State, "q": v.Search, "sort": v.Sort, "after": v.org} {
		if value != "" && !(name == "sort" && value == orgSorts[0].name) {
			q.Set(name, value)
		}
	}
	if v.Up {
		q.Set("up", "1")
	}
	if v.org != "" {
		q.Set("at", strconv.FormatInt(v.key, 10))
	}
	return withQuery("/orgs", q)
}

// first is the same list from its beginning.
func (v orgsView) first() orgsView {
	v.key, v.org = 0, ""
	return v
}

func (v orgsView) paged() bool { return v.org != "" }

// after is the same list from behind a company on.
func (v orgsView) after(c store.CompanyLine) orgsView {
	v.key, v.org = v.sort().of(c), c.OrgID
	return v
}

func (v orgsView) sort() orgSort {
	for _, s := range orgSorts {
		if s.name == v.Sort {
			return s
		}
	}
	return orgSorts[0]
}

// order sorts companies, by name where the number is the same, and leaves out what comes no later than where the page begins. A company
// whose number changes between two pages is at its new place, and moves no other.
func (v orgsView) order(list []store.CompanyLine) []store.CompanyLine {
	of := v.sort().of
	compare := func(keyA int64, a string, keyB int64, b string) int {
		if v.Up {
			return cmp.Or(cmp.Compare(keyA, keyB), cmp.Compare(b, a))
		}
		return cmp.Or(cmp.Compare(keyB, keyA), cmp.Compare(a, b))
	}
	slices.SortFunc(list, func(a, b store.CompanyLine) int { return compare(of(a), a.OrgID, of(b), b.OrgID) })
	if v.org == "" {
		return list
	}
	from := slices.IndexFunc(list, func(c store.CompanyLine) bool { return compare(v.key, v.org, of(c), c.OrgID) < 0 })
	if from < 0 {
		return nil
	}
	return list[from:]
}

// orgColumn is the heading of a column by which one can sort.
type orgColumn struct {
	Text, Href, Sorted, Hint string // Sorted: ascending, descending or none
	Number                   bool
}

// columns are the headings by name of the sort.
func (v orgsView) columns() []orgColumn {
	var list []orgColumn
	for _, s := range orgSorts {
		to := v.first()
		to.Sort, to.Up = s.name, s.name == v.Sort && !v.Up
		column := orgColumn{Text: s.text, Href: to.address(), Sorted: "none", Hint: s.hint, Number: s.name == "waiting" || s.name == "dead"}
		if s.name == v.Sort {
			column.Sorted = "descending"
			if v.Up != (s.name == "name") { // names go from A on
				column.Sorted = "ascending"
			}
		}
		list = append(list, column)
	}
	return list
}

// Column is the heading of the column that is sorted by a name.
func (p orgsPage) Column(name string) orgColumn {
	for i, s := range orgSorts {
		if s.name == name {
			return p.Columns[i]
		}
	}
	return orgColumn{}
}
