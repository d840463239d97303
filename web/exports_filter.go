package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// exportsFilter holds what a list's address says: which exports, and where in the list one is.
type exportsFilter struct {
	State  ledger.State
	Cause  ledger.Cause
	Org    string
	Since  string // a day, or a moment
	Until  string // a day, which is included, or a moment
	Q      string
	Found  string // the numbers of what a search found, so that what was searched for need not stand in an address
	After  int64
	Before int64
}

// badFilter says what of an address makes no sense, to whoever typed it.
type badFilter string

func (b badFilter) Error() string { return string(b) }

// readFilter reads an address, or a form. With an org it is that company's list, whatever else the address says.
func readFilter(q url.Values, org string) (exportsFilter, error) {
	f := exportsFilter{
		State: ledger.State(q.Get("state")), Cause: ledger.Cause(q.Get("cause")), Org: strings.TrimSpace(q.Get("org")),
		Since: q.Get("since"), Until: q.Get("until"), Q: strings.TrimSpace(q.Get("q")), Found: q.Get("found"),
	}
	if org != "" {
		f.Org = org
	}
	if f.State != "" && !slices.Contains(ledger.States, f.State) {
		return f, badFilter("There is no such state.")
	}
	if f.Cause != "" && !slices.Contains(ledger.Causes, f.Cause) {
		return f, badFilter("There is no such cause.")
	}
	var err error
	if f.After, err = position(q.Get("after")); err == nil {
		f.Before, err = position(q.Get("before"))
	}
	return f, err
}

func position(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, badFilter("The number from which the list goes on is none.")
	}
	return id, nil
}

// Store makes of it what the ledger understands, but for the search.
func (f exportsFilter) store() (store.Filter, error) {
	out := store.Filter{State: f.State, Cause: f.Cause, Org: f.Org, AfterID: f.After, BeforeID: f.Before}
	var err error
	if out.Since, err = day(f.Since, 0); err == nil {
		out.Until, err = day(f.Until, 24*time.Hour)
	}
	return out, err
}

// day reads a day in UTC, to which more is added, or a moment.
func day(text string, more time.Duration) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at.Add(more), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, badFilter("A date is written 2026-11-24, or as a moment 2026-11-24T09:00:00Z.")
	}
	return at, nil
}

// query is the address's query that says the same.
func (f exportsFilter) query(withOrg bool) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("state", string(f.State))
	set("cause", string(f.Cause))
	if withOrg {
		set("org", f.Org)
	}
	set("since", f.Since)
	set("until", f.Until)
	set("q", f.Q)
	set("found", f.Found)
	if f.After != 0 {
		q.Set("after", strconv.FormatInt(f.After, 10))
	}
	if f.Before != 0 {
		q.Set("before", strconv.FormatInt(f.Before, 10))
	}
	return q
}

// numbers reads the numbers of exports that dots part, as an address holds them without escapes.
func numbers(text string) ([]int64, error) {
	ids := []int64{}
	for part := range strings.SplitSeq(text, ".") {
		id, err := position(part)
		if err != nil || len(ids) > search.SearchFound {
			return nil, badFilter("What was found cannot be read from this address. Search again.")
		}
		if id != 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func dotted(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ".")
}

// listAddress returns where the list of a company, or with an empty org of all, is.
func listAddress(org string) string {
	if org == "" {
		return "/exports"
	}
	return auth.CompanyHome(org) + "/exports"
}

// withQuery adds a query where there is one.
func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
