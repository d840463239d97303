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

	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// planPage holds what a run would do, and the form that begins it.
type planPage struct {
	runs.Plan
	Org       string // of a back-fill; empty of a replay
	Tabs      []navItem
	From, To  string // of a back-fill, as typed
	Selected  []selection
	Query     url.Values // the selection, for the form
	Companies int
	Acts      bool
	Usual     float64 // exports a second, when nobody says another
	Typed     runTyped
	Wrong     string // why it was not begun
}

// runTyped describes how a run is to go, as its form says it.
type runTyped struct{ Reason, Ticket, Canary, Rate, StopAt string }

// selection is one thing by which exports were selected, in words.
type selection struct{ Name, Value string }

// plannedGroups sets how many lines a plan lists.
const plannedGroups = 100

func (k *console) planRun(w http.ResponseWriter, r *http.Request) {
	k.showRunPlan(w, r, http.StatusOK, r.URL.Query(), "")
}

// planBackfill shows what a back-fill of the company would do.
func (k *console) planBackfill(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	q.Set("kind", string(runs.Backfill))
	q.Set("org", r.PathValue("org"))
	k.showRunPlan(w, r, http.StatusOK, q, "")
}

// showRunPlan shows what a run over the exports that q selects would do, with what was typed and why it was not begun, if it was asked to.
func (k *console) showRunPlan(w http.ResponseWriter, r *http.Request, status int, q url.Values, because string) {
	f, query, wrong := runFilter(q)
	if wrong != "" {
		k.refuse(w, r, http.StatusBadRequest, wrong)
		return
	}
	kind := kindOf(q)
	plan, err := runs.In(k.Store).Plan(r.Context(), runs.Request{Kind: kind, Filter: f})
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
	title := "Plan a replay"
	if kind == runs.Backfill {
		page.Org, page.Tabs, page.From, page.To = f.Org, companyTabs(r, f.Org), query.Get("from"), query.Get("to")
		title = "Back-fill of " + f.Org
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		page.Selected = append(page.Selected, selection{selectedBy[name], query.Get(name)})
	}
	k.show(w, r, status, "plan", title, page)
}

// typedRun returns how a run is to go, as somebody typed it, or as is usual.
func typedRun(q url.Values) runTyped {
	return runTyped{
		Reason: q.Get("reason"), Ticket: q.Get("ticket"), Rate: q.Get("rate"),
		Canary: cmp.Or(q.Get("canary"), strconv.Itoa(runs.CanaryDefault)), StopAt: cmp.Or(q.Get("stop_at"), strconv.Itoa(int(runs.StopShareDefault*100))),
	}
}

// selectedBy are the names of what selects exports for a run.
var selectedBy = map[string]string{
	"state": "State", "org": "Company", "cause": "Cause", "fingerprint": "Group", "since": "Changed since", "limit": "At most", "exports": "Named",
	"from": "Interviewed since", "to": "Interviewed before", "kind": "Kind",
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
	request.Kind = kindOf(r.PostForm)
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
