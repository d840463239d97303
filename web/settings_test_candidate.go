package web

import (
	"errors"
	"html/template"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// testFuncs say how a test candidate goes.
var testFuncs = template.FuncMap{
	"testSays": func(t *store.TestCandidate) string {
		f := wording.TestFacts{State: t.State, Cause: t.Cause, Held: t.Held, Rejected: t.Rejected, Elsewhere: t.Elsewhere}
		return wording.TestCandidate(f)
	},
	"testWord": func(t *store.TestCandidate) string {
		switch {
		case t.Held != nil:
			return "Held"
		case t.State == nil && t.Rejected:
			return "Failed"
		case t.State == nil:
			return "Handed over"
		}
		return sentenceCase(stateWord(*t.State))
	},
	"testTone": func(t *store.TestCandidate) string {
		switch {
		case t.Held != nil:
			return "held"
		case t.State == nil:
			return "pending"
		}
		return string(*t.State)
	},
}

// readTest fills in how the company's newest test candidate goes, if there was one, and whether another can be sent.
func (k *console) readTest(r *http.Request, p *settingsPage) error {
	p.TestName = store.TestName
	held := p.Company.Held
	p.MayTest = p.Company.HasKey && (held == nil || *held != ledger.CauseOff && *held != ledger.CauseIncomplete && *held != ledger.CauseUntested)
	test, err := k.Store.LastTestCandidate(r.Context(), p.Org)
	switch {
	case err == nil:
		p.Test = &test
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return nil
}

// sendTest sends a test candidate on its way. While one is, another press changes nothing and shows that one.
func (k *console) sendTest(w http.ResponseWriter, r *http.Request) {
	reason, wrong := switchReason(r)
	if wrong != "" {
		k.refuseTest(w, r, http.StatusUnprocessableEntity, wrong)
		return
	}
	_, made, err := k.Store.SendTestCandidate(r.Context(), r.PathValue("org"), auth.By(r, reason))
	var refused *store.TestCandidateRefusedError
	switch {
	case errors.As(err, &refused), errors.Is(err, store.ErrNotFound):
		k.refuseTest(w, r, http.StatusConflict, "No test candidate can be sent before the connection is tested and turned on.")
	case err != nil:
		k.broken(w, r, err)
	case made:
		k.switched(w, r, "test-sent")
	default:
		k.switched(w, r, "test-waits")
	}
}

func (k *console) refuseTest(w http.ResponseWriter, r *http.Request, status int, problem string) {
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Problem, page.AtTest = problem, true
	k.showSettings(w, r, status, page)
}

// switchTestMode turns test mode on or off. Where something waits, it asks what becomes of it and changes nothing before it is told.
func (k *console) switchTestMode(w http.ResponseWriter, r *http.Request) {
	answer, to := store.Waiting(r.PostFormValue("waiting")), r.PostFormValue("to")
	if answer != store.WaitingSend && answer != store.WaitingDrop {
		answer = store.WaitingUndecided
	}
	reason, wrong := switchReason(r)
	if to != "on" && to != "off" {
		wrong = "The form was not whole. Open the page again."
	}
	if wrong != "" {
		k.refuseMode(w, r, http.StatusUnprocessableEntity, wrong, nil)
		return
	}
	switched, err := k.Store.SetTestMode(r.Context(), r.PathValue("org"), to == "on", answer, auth.By(r, reason))
	var waiting *store.WaitingError
	switch {
	case errors.As(err, &waiting):
		k.refuseMode(w, r, http.StatusConflict, "", waiting)
	case errors.Is(err, store.ErrNotFound):
		k.refuseMode(w, r, http.StatusConflict, "Nobody has connected this company yet.", nil)
	case err != nil:
		k.broken(w, r, err)
	case switched.Dropped > 0:
		k.switched(w, r, "mode-"+to+"-drop")
	default:
		k.switched(w, r, "mode-"+to)
	}
}

func (k *console) refuseMode(w http.ResponseWriter, r *http.Request, status int, problem string, ask *store.WaitingError) {
	page, err := k.readSettings(r)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	page.Problem, page.AtMode, page.ModeAsk = problem, true, ask
	k.showSettings(w, r, status, page)
}
