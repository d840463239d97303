package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/store"
)

// listed is how many exports one page lists.
const listed = 50

// overviewPage is the service at one glance, and the exports that were asked for.
type overviewPage struct {
	Health store.Health
	Paused []store.PausedQueue
	Cards  []stateCard
	Look   []store.ExportRow // dead, unknown and duplicate, newest first; nil where a list was asked for
	List   []store.ExportRow
	Filter store.Filter
	Listed bool
	Older  string // address of the next page; empty at the end
	River  bool   // River UI is served
}

type stateCard struct {
	State store.State
	Count int64
	Shown bool // its exports are listed
}

func (k *console) overview(w http.ResponseWriter, r *http.Request) {
	filter, wrong := parseFilter(r.URL.Query())
	if wrong != "" {
		k.refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	o := overviewPage{River: k.RiverUI != nil, Filter: filter, Listed: filter.State != "" || filter.Org != "" || filter.Cause != ""}
	var err error
	if o.Health, err = k.Store.Health(r.Context()); err == nil {
		o.Paused, err = k.Store.PausedQueues(r.Context())
	}
	switch {
	case err != nil:
	case o.Listed:
		o.List, err = k.Store.Exports(r.Context(), filter)
	default:
		o.Look, err = k.needsALook(r.Context())
	}
	if err != nil {
		k.broken(w, r, err)
		return
	}
	for _, state := range store.States {
		o.Cards = append(o.Cards, stateCard{State: state, Count: o.Health.States[state], Shown: state == filter.State})
	}
	if len(o.List) == listed {
		next := r.URL.Query()
		next.Set("after", strconv.FormatInt(o.List[listed-1].ID, 10))
		o.Older = "/?" + next.Encode()
	}
	k.show(w, r, http.StatusOK, "overview", "Overview", o)
}

// needsALook lists what waits for a person, newest first.
func (k *console) needsALook(ctx context.Context) ([]store.ExportRow, error) {
	var all []store.ExportRow
	for _, state := range []store.State{store.StateDead, store.StateUnknown, store.StateDuplicate} {
		some, err := k.Store.Exports(ctx, store.Filter{State: state, Limit: listed})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b store.ExportRow) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), listed)], nil
}

func parseFilter(q url.Values) (f store.Filter, wrong string) {
	f = store.Filter{State: store.State(q.Get("state")), Org: q.Get("org"), Cause: store.Cause(q.Get("cause")), Limit: listed}
	if f.State != "" && !slices.Contains(store.States, f.State) {
		return f, "There is no such state."
	}
	if after := q.Get("after"); after != "" {
		id, err := strconv.ParseInt(after, 10, 64)
		if err != nil || id <= 0 {
			return f, "The number after which the list goes on is none."
		}
		f.AfterID = id
	}
	return f, ""
}
