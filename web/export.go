package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/interviewing-io/greenhouse-export/store"
)

// exportPage is one export without the person: name, email and note stay in the ledger, and `ghexport show` is how to see them.
type exportPage struct {
	store.ExportRow
	Sentence   string
	Staff      bool     // one of ours looks: a company sees neither our commands nor our names
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
	page := exportPage{
		ExportRow: d.ExportRow, Sentence: sentence(d.ExportRow), Staff: who(r).role.staff(), Newer: d.HasNewerMessage,
		AttemptLog: d.AttemptLog,
	}
	for _, event := range d.Timeline {
		if page.Staff || event.Who == nil { // what a person did here stands with the words that they meant for us
			page.Events = append(page.Events, event)
		}
	}
	if page.Staff {
		page.Commands, page.RiverJobID, page.River = commands(d.ExportRow), d.RiverJobID, k.RiverUI != nil
	}
	k.show(w, r, http.StatusOK, "export", "Export "+strconv.FormatInt(id, 10), page)
}

// exportOrg is the company of the export that the path names.
func (k *console) exportOrg(r *http.Request) (string, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return "", fmt.Errorf("export %q: %w", r.PathValue("id"), store.ErrNotFound)
	}
	return k.Store.ExportOrg(r.Context(), id)
}
