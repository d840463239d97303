package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// planPage is what a run would do, and the form that begins it.
type planPage struct {
	runs.Plan
	Selected  []selection
	Query     url.Values // the selection, for the form
	Companies int
	Acts      bool
	Usual     float64 // exports a second, when nobody says another
	Typed     runTyped
	Wrong     string // why it was not begun
}

// runTyped is how a run is to go, as its form says it.
type runTyped struct{ Reason, Ticket, Canary, Rate, StopAt string }

// selection is one thing by which exports were selected, in words.
type selection struct{ Name, Value string }

// plannedGroups is how many lines a plan lists.
const plannedGroups = 100

func (k *console) planRun(w http.ResponseWriter, r *http.Request) {
	k.showRunPlan(w, r, http.StatusOK, r.URL.Query(), "")
}

// showRunPlan shows what a run over the exports that q selects would do, with what was typed and why it was not begun, if it was asked to.
func (k *console) showRunPlan(w http.ResponseWriter, r *http.Request, status int, q url.Values, because string) {
	f, query, wrong := runFilter(q)
	if wrong != "" {
		k.refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	plan, err := runs.In(k.Store).Plan(r.Context(), runs.Request{Filter: f})
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page := planPage{Plan: plan, Query: query, Acts: mayAct(r), Usual: runs.RateDefault, Typed: typedRun(q), Wrong: because}
	orgs := map[string]bool{}
	for _, g := range plan.Groups {
		orgs[g.OrgID] = true
	}
	page.Companies = len(orgs)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		page.Selected = append(page.Selected, selection{selectedBy[name], query.Get(name)})
	}
	k.show(w, r, status, "plan", "Plan a replay", page)
}

// typedRun is how a run is to go, as somebody typed it, or as is usual.
func typedRun(q url.Values) runTyped {
	return runTyped{
		Reason: q.Get("reason"), Ticket: q.Get("ticket"), Rate: q.Get("rate"),
		Canary: cmp.Or(q.Get("canary"), strconv.Itoa(runs.CanaryDefault)), StopAt: cmp.Or(q.Get("stop_at"), strconv.Itoa(int(runs.StopShareDefault*100))),
	}
}

// selectedBy are the names of what selects exports for a run.
var selectedBy = map[string]string{
	"state": "State", "org": "Company", "cause": "Cause", "fingerprint": "Group", "since": "Changed since", "limit": "At most", "exports": "Named",
}

// runFilter reads what a run is to concern; query is what of q selects.
func runFilter(q url.Values) (f store.Filter, query url.Values, wrong string) {
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

// startRun begins a run over exactly as many exports as the button named.
func (k *console) startRun(w http.ResponseWriter, r *http.Request) {
	reason, wrong := reasonOf(r)
	request, other := runRequest(r)
	if wrong = cmp.Or(wrong, other); wrong != "" {
		k.showRunPlan(w, r, http.StatusUnprocessableEntity, r.PostForm, wrong+" Nothing was begun.")
		return
	}
	request.By = auth.By(r, reason)
	run, err := runs.In(k.Store).Start(r.Context(), request)
	var changed *runs.PlanChangedError
	var nothing *runs.NothingToReplayError
	switch {
	case errors.As(err, &changed):
		k.showRunPlan(w, r, http.StatusConflict, r.PostForm, fmt.Sprintf("You said %d, and %d match by now. Nothing was changed; this is the plan as it is now.", changed.Confirmed, changed.Now))
	case errors.As(err, &nothing):
		k.showRunPlan(w, r, http.StatusConflict, r.PostForm, sentenceCase(nothing.Error())+".")
	case err != nil:
		k.broken(w, r, err)
	default:
		http.Redirect(w, r, "/runs/"+strconv.FormatInt(run.ID, 10), http.StatusSeeOther)
	}
}

func runRequest(r *http.Request) (request runs.Request, wrong string) {
	if err := r.ParseForm(); err != nil {
		return request, "The form could not be read."
	}
	request.Ticket = strings.TrimSpace(r.PostFormValue("ticket"))
	if request.Filter, _, wrong = runFilter(r.PostForm); wrong != "" {
		return request, wrong
	}
	var err error
	if request.Expect, err = strconv.ParseInt(r.PostFormValue("count"), 10, 64); err != nil || request.Expect < 1 {
		return request, "The form does not say how many."
	}
	if request.Canary, err = strconv.Atoi(r.PostFormValue("canary")); err != nil || request.Canary < 0 {
		return request, "How many go first must be a number from 0."
	}
	if text := strings.TrimSpace(r.PostFormValue("rate")); text != "" {
		if request.Rate, err = strconv.ParseFloat(text, 64); err != nil || !(request.Rate > 0 && request.Rate <= 1000) {
			return request, "The rate must be a number of exports a second, up to 1000."
		}
	}
	share, err := strconv.Atoi(r.PostFormValue("stop_at"))
	if err != nil || share < 1 || share > 100 {
		return request, "The share that may die again must be from 1 to 100 %."
	}
	request.StopShare = float64(share) / 100
	return request, ""
}

// selectionsOf reads what a run was selected by.
func selectionsOf(words json.RawMessage) []selection {
	var by map[string]any
	if json.Unmarshal(words, &by) != nil {
		return nil
	}
	var list []selection
	for _, name := range slices.Sorted(maps.Keys(by)) {
		list = append(list, selection{selectedBy[name], fmt.Sprint(by[name])})
	}
	return list
}
