package web

import (
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/store"
)

// exportPage is one export without the person: name, email and note stay in the ledger, and `ghexport show` is how to see them.
type exportPage struct {
	store.ExportRow
	Sentence   string
	Commands   []string // what an operator may do now
	RiverJobID *int64
	River      bool // River UI is served
	Newer      bool // a newer message waits
	Events     []store.Event
	AttemptLog []store.AttemptRow
}

func (k *console) export(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		k.refuse(w, r, http.StatusNotFound, "There is no such export.")
		return
	}
	d, err := k.Store.Show(r.Context(), id)
	if err != nil {
		k.missing(w, r, err)
		return
	}
	k.show(w, r, http.StatusOK, "export", "Export "+strconv.FormatInt(id, 10), exportPage{
		ExportRow: d.ExportRow, Sentence: sentence(d.ExportRow), Commands: commands(d.ExportRow), RiverJobID: d.RiverJobID, River: k.RiverUI != nil,
		Newer: d.HasNewerMessage, Events: d.Timeline, AttemptLog: d.AttemptLog,
	})
}
