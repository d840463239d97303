package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// runFilter reads what a run is to concern; query is what of q selects.
func runFilter(q url.Values) (f store.Filter, query url.Values, wrong string) {
	if kindOf(q) == runs.Backfill {
		return backfillFilter(q)
	}
	query = url.Values{}
	for _, name := range []string{"state", "org", "cause", "fingerprint", "since", "limit", "exports"} {
		if value := strings.TrimSpace(q.Get(name)); value != "" {
			query.Set(name, value)
		}
	}
	f = store.Filter{
		State: ledger.State(query.Get("state")), Org: query.Get("org"), Cause: ledger.Cause(query.Get("cause")), Fingerprint: query.Get("fingerprint"),
	}
	var err error
	switch {
	case f.State != "" && f.State != ledger.StateDead && f.State != ledger.StateCancelled:
		return f, query, "Only dead and cancelled exports can be replayed."
	case f.Cause != "" && !slices.Contains(ledger.Causes, f.Cause):
		return f, query, "There is no such cause."
	}
	if since := query.Get("since"); since != "" {
		if f.Since, err = time.Parse(time.RFC3339, since); err != nil {
			return f, query, "The moment must read like 2026-11-24T00:00:00Z."
		}
	}
	if named := query.Get("exports"); named != "" {
		if f.IDs, err = numbers(named); err != nil || len(f.IDs) == 0 {
			return f, query, "The numbers of the exports cannot be read."
		}
	}
	if limit := query.Get("limit"); limit != "" {
		if f.Limit, err = strconv.Atoi(limit); err != nil || f.Limit < 1 {
			return f, query, "The limit must be a number from 1."
		}
	}
	return f, query, ""
}

// kindOf is the kind of run that a form asks for.
func kindOf(q url.Values) runs.Kind {
	if runs.Kind(q.Get("kind")) == runs.Backfill {
		return runs.Backfill
	}
	return runs.Replay
}

// backfillFilter reads of which company, and of which days of interviews, a back-fill is.
func backfillFilter(q url.Values) (f store.Filter, query url.Values, wrong string) {
	query = url.Values{"kind": {string(runs.Backfill)}, "org": {q.Get("org")}}
	f.Org = q.Get("org")
	for name, at := range map[string]*time.Time{"from": &f.From, "to": &f.To} {
		text := strings.TrimSpace(q.Get(name))
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return f, query, "A day must read like 2026-11-24."
		}
		query.Set(name, text)
		*at = day
		if name == "to" { // the whole of it
			*at = day.AddDate(0, 0, 1)
		}
	}
	switch {
	case f.Org == "":
		return f, query, "A back-fill is of one company."
	case !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To):
		return f, query, "The first day must not be after the last."
	}
	return f, query, ""
}
