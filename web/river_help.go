package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// riverHelpPage holds what River's words mean, with today's numbers.
type riverHelpPage struct {
	Paused []ledger.PausedQueue
	Gap    query.RiverGap
	Slow   bool // they could not be counted in time
}

// riverHelp says what River's words mean here.
func (k *console) riverHelp(w http.ResponseWriter, r *http.Request) {
	paused, err := riverqueue.In(k.Store).PausedQueues(r.Context())
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page := riverHelpPage{Paused: paused}
	page.Gap, err = query.In(k.Store).RiverGap(r.Context())
	if page.Slow = tooSlow(err); err != nil && !page.Slow {
		k.broken(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "river", "What River’s states mean here", page)
}

// riverJob leads from a River job to the export that it runs: River UI shows the job's number only.
func (k *console) riverJob(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("job"), 10, 64)
	if err != nil {
		k.noSuchPage(w, r)
		return
	}
	exports, err := riverqueue.In(k.Store).ExportJobs(r.Context(), []int64{id})
	switch export := exports[id]; {
	case err != nil:
		k.broken(w, r, err)
	case export == 0:
		k.refuse(w, r, http.StatusNotFound, fmt.Sprintf("River job %d runs no export, or River has forgotten it: it keeps completed jobs for six hours.", id))
	default:
		http.Redirect(w, r, fmt.Sprintf("/exports/%d", export), http.StatusSeeOther)
	}
}
