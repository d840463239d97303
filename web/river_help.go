package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// riverHelp says what River's words mean here.
func (k *console) riverHelp(w http.ResponseWriter, r *http.Request) {
	paused, err := k.Store.PausedQueues(r.Context())
	if err != nil {
		k.broken(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "river", "What River’s states mean here", struct{ Paused []ledger.PausedQueue }{paused})
}

// riverJob leads from a River job to the export that it runs: River UI shows the job's number only.
func (k *console) riverJob(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("job"), 10, 64)
	if err != nil {
		k.noSuchPage(w, r)
		return
	}
	exports, err := k.Store.ExportJobs(r.Context(), []int64{id})
	switch export := exports[id]; {
	case err != nil:
		k.broken(w, r, err)
	case export == 0:
		k.refuse(w, r, http.StatusNotFound, fmt.Sprintf("River job %d runs no export, or River has forgotten it: it keeps completed jobs for six hours.", id))
	default:
		http.Redirect(w, r, fmt.Sprintf("/exports/%d", export), http.StatusSeeOther)
	}
}
