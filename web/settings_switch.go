package web

import (
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// turnOn turns the company's connection on. Where something waits, it asks what becomes of it and changes nothing before it is told.
func (k *console) turnOn(w http.ResponseWriter, r *http.Request) {
	answer := store.Waiting(r.PostFormValue("waiting"))
	if answer != store.WaitingSend && answer != store.WaitingDrop {
		answer = store.WaitingUndecided
	}
	reason, wrong := switchReason(r)
	if wrong != "" {
		k.refuseSwitch(w, r, wrong, nil, answer)
		return
	}
	company, err := k.integration(r)
	switch {
	case err != nil:
		k.broken(w, r, err)
		return
	case !company.HasKey || company.CreatedBy == nil || !company.Tested:
		k.refuseSwitch(w, r, "It cannot be turned on yet: "+missingDetail(company), nil, answer)
		return
	}
	switched, err := k.Store.Enable(r.Context(), company.OrgID, answer, auth.By(r, reason))
	var waiting *store.WaitingError
	switch {
	case errors.As(err, &waiting):
		k.refuseSwitch(w, r, "", waiting, answer)
	case err != nil:
		k.broken(w, r, err)
	case !switched.Changed:
		k.switched(w, r, "was-on")
	case switched.Dropped > 0:
		k.switched(w, r, "on-drop")
	case switched.Waiting > 0:
		k.switched(w, r, "on-send")
	default:
		k.switched(w, r, "on")
	}
}

func (k *console) turnOff(w http.ResponseWriter, r *http.Request) {
	reason, wrong := switchReason(r)
	if wrong != "" {
		k.refuseSwitch(w, r, wrong, nil, "")
		return
	}
	changed, err := k.Store.Disable(r.Context(), r.PathValue("org"), auth.By(r, reason))
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		k.broken(w, r, err)
	case changed:
		k.switched(w, r, "off")
	default:
		k.switched(w, r, "was-off")
	}
}

// switchReason is why: ours must say so, a company's admin need not explain to us what they do with their own.
func switchReason(r *http.Request) (reason, wrong string) {
	if auth.Who(r).Role.Staff() {
		return reasonOf(r)
	}
	return "", ""
}

func (k *console) switched(w http.ResponseWriter, r *http.Request, done string) {
	http.Redirect(w, r, auth.CompanyHome(r.PathValue("org"))+"/settings?done="+done, http.StatusSeeOther)
}

// refuseSwitch shows the page with what is wrong, or what has to be answered first.
func (k *console) refuseSwitch(w http.ResponseWriter, r *http.Request, problem string, ask *store.WaitingError, asked store.Waiting) {
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Problem, page.AtSwitch, page.Ask, page.Asked = problem, true, ask, asked
	status := http.StatusUnprocessableEntity
	if ask != nil {
		status = http.StatusConflict
	}
	k.showSettings(w, r, status, page)
}
