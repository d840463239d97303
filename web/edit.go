package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/edit"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// Edits holds what editing an export before its replay needs. Its zero value is a console without it.
type Edits struct {
	Change  func(was ledger.Body, set map[string]string) (edit.Edited, error) // the rules; pure
	Digests *seal.Digests                                                     // siblings are found by a new address
}

// editPage corrects one dead export. Its form begins empty: nobody sees a person by opening it. What would change is shown before it
// is done, and the audit trail says that somebody saw it.
type editPage struct {
	ID      int64
	Set     map[string]string
	Wrong   string
	NoLink  bool
	Changes []edit.FieldChange // to be confirmed
	Seen    edit.Revision
	Reason  string
}

// editFields are the fields of the form, by their names there.
var editFields = []string{"first_name", "last_name", "email", "linkedin"}

func (k *console) editRoutes() []route {
	return []route{
		allow(operators, "GET /exports/{id}/edit", k.editForm),
		allow(operators, "POST /exports/{id}/edit", k.edit),
	}
}

func (k *console) editForm(w http.ResponseWriter, r *http.Request) {
	id, ok := k.editable(w, r)
	if !ok {
		return
	}
	row, err := query.In(k.Store).Exports(r.Context(), store.Filter{IDs: []int64{id}, Limit: 1})
	switch {
	case err != nil:
		k.broken(w, r, err)
	case len(row) == 0:
		k.refuse(w, r, http.StatusNotFound, "There is no such export.")
	case row[0].State != ledger.StateDead && row[0].State != ledger.StateCancelled:
		k.refuse(w, r, http.StatusConflict, "Only dead and cancelled exports can be corrected; this one is "+string(row[0].State)+".")
	default:
		k.showEdit(w, r, http.StatusOK, editPage{ID: id})
	}
}

func (k *console) editable(w http.ResponseWriter, r *http.Request) (int64, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || k.Edits.Change == nil {
		k.refuse(w, r, http.StatusNotFound, "There is no such export.")
		return 0, false
	}
	return id, true
}

func (k *console) showEdit(w http.ResponseWriter, r *http.Request, status int, page editPage) {
	k.show(w, r, status, "edit", "Correct export "+strconv.FormatInt(page.ID, 10), page)
}

// edit shows what a form would change, or with its confirmation does it and replays the export.
func (k *console) edit(w http.ResponseWriter, r *http.Request) {
	id, ok := k.editable(w, r)
	if !ok {
		return
	}
	page := editPage{ID: id, Set: map[string]string{}, NoLink: r.PostFormValue("no_linkedin") != "", Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	for _, field := range editFields {
		if value := strings.TrimSpace(r.PostFormValue(field)); value != "" {
			page.Set[field] = value
		}
	}
	set := page.Set
	if page.NoLink {
		set = map[string]string{"linkedin": ""}
		for field, value := range page.Set {
			if field != "linkedin" {
				set[field] = value
			}
		}
	}
	a := edit.Request{
		ExportID: id, By: auth.By(r, page.Reason), Digests: k.Edits.Digests,
		Change: func(was ledger.Body) (edit.Edited, error) {
			edited, err := k.Edits.Change(was, set)
			if err != nil {
				err = &wrongEdit{err}
			}
			return edited, err
		},
	}
	if page.Reason == "" {
		page.Wrong = "A reason is missing: a person will ask why."
		k.showEdit(w, r, http.StatusBadRequest, page)
		return
	}
	if !k.seen(r, &a) {
		k.lookAtEdit(w, r, a, page)
		return
	}
	if _, err := edit.In(k.Store).Edit(r.Context(), a); err != nil {
		k.noEdit(w, r, err, page)
		return
	}
	http.Redirect(w, r, "/exports/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
}

// seen reads what the editor has looked at, if they have.
func (k *console) seen(r *http.Request, a *edit.Request) bool {
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	revision, wrong := strconv.Atoi(r.PostFormValue("revision"))
	if err != nil || wrong != nil {
		return false
	}
	a.Seen = &edit.Revision{Version: version, Revision: revision}
	return true
}

func (k *console) lookAtEdit(w http.ResponseWriter, r *http.Request, a edit.Request, page editPage) {
	a.DryRun = true
	found, err := edit.In(k.Store).Edit(r.Context(), a)
	if err != nil {
		k.noEdit(w, r, err, page)
		return
	}
	if _, err := search.In(k.Store).Reveal(r.Context(), page.ID, a.By); err != nil { // what stands now is shown beside what is typed
		k.broken(w, r, err)
		return
	}
	page.Changes, page.Seen = found.Changes, found.Revision
	k.showEdit(w, r, http.StatusOK, page)
}

// wrongEdit holds what the rules say to a form.
type wrongEdit struct{ error }

func (k *console) noEdit(w http.ResponseWriter, r *http.Request, err error, page editPage) {
	var wrong *wrongEdit
	var refused *store.RefusedError
	switch {
	case errors.As(err, &wrong):
		page.Wrong = sentenceCase(wrong.Error()) + "."
		k.showEdit(w, r, http.StatusBadRequest, page)
	case errors.Is(err, edit.ErrSame):
		page.Wrong = "Nothing would change: what you typed is what stands there."
		k.showEdit(w, r, http.StatusBadRequest, page)
	case errors.Is(err, edit.ErrEdited):
		k.refuse(w, r, http.StatusConflict, "It was changed since you looked. Nothing was done; look again.")
	case errors.As(err, &refused):
		k.refuse(w, r, http.StatusConflict, sentenceCase(refused.Error())+".")
	default:
		k.missing(w, r, err)
	}
}
