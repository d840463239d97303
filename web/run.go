package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

func (k *console) runRoutes() []route {
	return []route{
		allow(staff, "GET /runs", k.runs),
		allow(staff, "GET /runs/new", k.planRun),
		allow(operators, "POST /runs", k.startRun),
		allow(staff, "GET /orgs/{org}/backfill", k.planBackfill),
		allow(staff, "GET /runs/{id}", k.run),
		allow(operators, "POST /runs/{id}/pause", k.controlRun("pause", runs.Store.Pause)),
		allow(operators, "POST /runs/{id}/resume", k.controlRun("resume", runs.Store.Resume)),
		allow(operators, "POST /runs/{id}/stop", k.controlRun("stop", runs.Store.Stop)),
	}
}

// runsListed sets how many runs, or members of one, a page lists.
const runsListed = 50

// runsPage lists replay runs.
type runsPage struct {
	Runs  []runs.Run
	Older string
}

func (k *console) runs(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	runs, err := runs.In(k.Store).List(r.Context(), after, runsListed)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page := runsPage{Runs: runs}
	if len(runs) == runsListed {
		page.Older = "/runs?after=" + strconv.FormatInt(runs[runsListed-1].ID, 10)
	}
	k.show(w, r, http.StatusOK, "runs", "Replays", page)
}

// runPage is one run, as it stands.
type runPage struct {
	*runs.Run
	Acts     bool
	Outcomes []runOutcome
	Shown    runOutcome
	Members  []runs.Member
	More     string
	Log      []query.Event
	Filter   []selection
	Usual    float64 // exports a second at most, where nobody said a rate
	Done     string  // what was just done
	Wrong    string  // why what was asked was not done
}

// runDone says what was just done to a run, by its name in the address.
var runDone = map[string]string{
	"pause": "Paused: nothing more is released until somebody resumes it.", "resume": "It goes on.", "stop": "Stopped for good. What was not released stays as it was.",
}

// runOutcome is one of the ways in which members end, or wait.
type runOutcome struct {
	State runs.MemberState
	Word  string
	Class string
	Count int64
	Why   string
}

func outcomes(c runs.Counts) []runOutcome {
	return []runOutcome{
		{runs.MemberState(ledger.StateSent), "Sent", "sent", c.Sent, "in Greenhouse"},
		{runs.MemberReleased, "Under way", "", c.Released, "due, or being sent"},
		{runs.MemberWaiting, "Waiting", "", c.Waiting, "as they were until released"},
		{runs.MemberState(ledger.StateDead), "Dead again", "dead", c.DeadAgain, "refused once more"},
		{runs.MemberState(ledger.StateUnknown), "In doubt", "unknown", c.Unknown, "may be in Greenhouse"},
		{runs.MemberState(ledger.StateDuplicate), "To decide", "duplicate", c.Decide, "possible duplicates"},
		{runs.MemberState(ledger.StateCancelled), "Ended", "", c.Ended, "withdrawn or discarded"},
		{runs.MemberSkipped, "Skipped", "", c.Skipped, "never released"},
	}
}

func (k *console) run(w http.ResponseWriter, r *http.Request) {
	k.showRun(w, r, http.StatusOK, "")
}

// showRun shows the run as it stands, with why what was asked was not done, if anything.
func (k *console) showRun(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	id, run, err := k.runOf(r)
	if err != nil {
		k.noRun(w, r, err)
		return
	}
	q := r.URL.Query()
	page := runPage{Run: run, Acts: mayAct(r), Outcomes: outcomes(run.Counts), Filter: selectionsOf(run.Selected), Usual: runs.RateDefault, Done: runDone[q.Get("done")], Wrong: wrong}
	for _, one := range page.Outcomes {
		if string(one.State) == q.Get("show") {
			page.Shown = one
		}
	}
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	if page.Members, err = runs.In(k.Store).Members(r.Context(), id, page.Shown.State, after, runsListed); err == nil {
		page.Log, err = runs.In(k.Store).Log(r.Context(), id)
	}
	if err != nil {
		k.broken(w, r, err)
		return
	}
	if len(page.Members) == runsListed {
		next := url.Values{"after": {strconv.FormatInt(page.Members[runsListed-1].ExportID, 10)}}
		if page.Shown.State != "" {
			next.Set("show", string(page.Shown.State))
		}
		page.More = "/runs/" + strconv.FormatInt(id, 10) + "?" + next.Encode()
	}
	k.show(w, r, status, "run", "Run "+strconv.FormatInt(id, 10), page)
}

func (k *console) runOf(r *http.Request) (int64, *runs.Run, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, nil, store.ErrNotFound
	}
	run, err := runs.In(k.Store).Run(r.Context(), id)
	return id, run, err
}

func (k *console) noRun(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		k.refuse(w, r, http.StatusNotFound, "There is no such run.")
		return
	}
	k.broken(w, r, err)
}

// controlRun is one of the things that a person can do to a run.
func (k *console) controlRun(name string, do func(runs.Store, context.Context, int64, store.By) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _, err := k.runOf(r)
		if err != nil {
			k.noRun(w, r, err)
			return
		}
		reason, wrong := reasonOf(r)
		if wrong != "" {
			k.showRun(w, r, http.StatusUnprocessableEntity, wrong+" Nothing was changed.")
			return
		}
		var refused *runs.RefusedError
		switch err := do(runs.In(k.Store), r.Context(), id, auth.By(r, reason)); {
		case errors.As(err, &refused):
			k.showRun(w, r, http.StatusConflict, "The run is "+string(refused.State)+" by now. Nothing was changed.")
		case err != nil:
			k.broken(w, r, err)
		default:
			http.Redirect(w, r, "/runs/"+strconv.FormatInt(id, 10)+"?done="+name, http.StatusSeeOther)
		}
	}
}
