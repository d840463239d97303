package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// selectionBar holds what can be done with the exports that somebody ticks in a list, or with all that the list selects.
type selectionBar struct {
	Hidden []selection // the list's filter, for "all that match"
	All    string      // how many match; empty where they cannot be taken together
	Acts   []exportAct
}

// bulkActs hold what can be done to a selection, in the order of the buttons. A replay is planned as a run; the others show what they
// would do, and ask for the count.
var bulkActs = []string{"replay", "discard", "absent", "skip", "create"}

// bulkStates are the states in which each can be done at all.
var bulkStates = map[string][]ledger.State{
	"replay": {ledger.StateDead, ledger.StateCancelled}, "discard": {ledger.StateDead, ledger.StatePending},
	"absent": {ledger.StateUnknown}, "skip": {ledger.StateUnknown, ledger.StateDuplicate}, "create": {ledger.StateDuplicate},
}

// barOf is the bar of a list; nil where whoever looks may do nothing with what it lists.
func (k *console) barOf(r *http.Request, page exportsPage, f store.Filter) (*selectionBar, error) {
	if !mayAct(r) || len(page.Rows) == 0 {
		return nil, nil
	}
	bar := &selectionBar{}
	for _, name := range bulkActs {
		can := func(row exportLine) bool { return slices.Contains(bulkStates[name], row.State) }
		if slices.ContainsFunc(page.Rows, can) {
			bar.Acts = append(bar.Acts, actFor(name, true))
		}
	}
	if len(bar.Acts) == 0 {
		return nil, nil
	}
	if page.Filter.State == "" || page.Filter.Q != "" || page.Filter.Found != "" || page.Filter.Until != "" || page.Older == "" && page.Newest == "" {
		return bar, nil // what is ticked is all there is, or too many kinds for one act
	}
	n, more, err := query.In(k.Store).CountMatching(r.Context(), f)
	if err != nil && !tooSlow(err) {
		return nil, err
	}
	bar.All = wording.Number(n)
	if more || err != nil {
		bar.All += "+"
	}
	for _, one := range []selection{{"state", string(page.Filter.State)}, {"cause", string(page.Filter.Cause)}, {"org", page.Filter.Org}, {"since", page.Filter.Since}} {
		if one.Value != "" {
			bar.Hidden = append(bar.Hidden, one)
		}
	}
	return bar, nil
}

// selected leads from a list to the plan of an act on what was ticked there, or on all that the list selects. It changes nothing.
func (k *console) planSelection(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	name, all := q.Get("act"), q.Get("all") != ""
	form, err := readFilter(q, "")
	filter, bad := form.store()
	ids, unread := numbers(strings.Join(q["id"], "."))
	switch {
	case !slices.Contains(bulkActs, name) || err != nil || bad != nil || unread != nil:
		k.refuse(w, r, http.StatusBadRequest, "That selection cannot be read. Go back to the list, and choose again.")
		return
	case len(ids) == 0 && !all:
		k.refuse(w, r, http.StatusBadRequest, "Nothing is selected. Go back to the list, and tick the exports that you mean.")
		return
	case name == "replay":
		http.Redirect(w, r, withQuery("/runs/new", runQuery(form, filter, ids, all)), http.StatusSeeOther)
		return
	}
	if !all {
		filter = store.Filter{IDs: ids}
	}
	filter.Limit = bulkMost + 1
	result, err := bulkResolvers[name](k.Store, r.Context(), store.Request{Filter: filter, By: auth.By(r, ""), DryRun: true})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	k.showPlan(w, r, http.StatusOK, "", filter, name, result, "")
}

// runQuery is the address of a run over a selection.
func runQuery(form exportsFilter, filter store.Filter, ids []int64, all bool) url.Values {
	if !all {
		return url.Values{"exports": {dotted(ids)}}
	}
	q := url.Values{}
	for name, value := range map[string]string{"state": string(form.State), "cause": string(form.Cause), "org": form.Org} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if !filter.Since.IsZero() {
		q.Set("since", rfc(filter.Since))
	}
	return q
}
