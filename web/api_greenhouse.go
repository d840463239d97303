package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// apiConnection is a company's connection as the API shows it: never its key.
type apiConnection struct {
	store.Integration
	StateWords string        `json:"state_words"`
	Hold       *wording.Hold `json:"hold"` // why nothing is sent, in words; null when it is
}

// connection reads a company for whoever asks. A company's admin sees neither the names of our people nor their words.
func (k *console) connection(r *http.Request, org string) (apiConnection, error) {
	var c apiConnection
	var err error
	if c.Integration, err = k.Store.Integration(r.Context(), org); errors.Is(err, store.ErrNotFound) {
		c.Integration, err = store.NewIntegration(org), nil
	}
	if err != nil {
		return c, err
	}
	held, err := k.Store.HoldFacts(r.Context(), org)
	if err != nil {
		return c, err
	}
	c.Hold = wording.OfHold(held)
	c.StateWords = c.State.Words()
	if !who(r).role.staff() {
		c.PausedBy, c.PausedReason = nil, nil
		c.KeySetBy, c.SwitchedBy = ofCompany(org, c.KeySetBy), ofCompany(org, c.SwitchedBy)
		if c.Hold != nil {
			c.Hold.Staff = ""
		}
	}
	return c, nil
}

// ofCompany names a company's own admins, and all of ours alike.
func ofCompany(org string, actor *string) *string {
	if actor == nil {
		return nil
	}
	shown := "interviewing.io"
	if own, is := companyActor(*actor, org); is {
		shown = own
	}
	return &shown
}

func (k *console) apiShow(w http.ResponseWriter, r *http.Request) {
	k.apiShowAs(w, r, http.StatusOK)
}

func (k *console) apiShowAs(w http.ResponseWriter, r *http.Request, status int) {
	c, err := k.connection(r, r.PathValue("org"))
	if err != nil {
		k.apiFail(w, r, err)
		return
	}
	w.Header().Set("ETag", etag(c.Revision))
	apiAnswer(w, status, c)
}

// apiSave changes what is sent and leaves the rest.
func (k *console) apiSave(w http.ResponseWriter, r *http.Request) {
	object, ok := apiObject(w, r)
	if !ok {
		return
	}
	revision, ok := apiRevision(w, r)
	if !ok {
		return
	}
	var c apiChange
	read := &apiReader{object: object}
	c.credential(read)
	c.choices(read)
	c.because(read)
	field(read, "skip_test", "true or false", func(skip bool) { c.SkipTest = skip })
	if c.Settings.InFlightCap != nil && !who(r).role.staff() {
		read.wrong = append(read.wrong, apiField{"in_flight_cap", "left out: we set the pace"})
	}
	if !read.fine(w) {
		return
	}
	c.Settings.Revision = revision
	if _, err := k.Greenhouse.Save(r.Context(), r.PathValue("org"), c.ConnectionChange, by(r, c.reason)); err != nil {
		k.apiFail(w, r, err)
		return
	}
	k.apiShow(w, r)
}

// fine answers with everything that is wrong, and says whether nothing is.
func (r *apiReader) fine(w http.ResponseWriter) bool {
	wrong := r.end()
	if len(wrong) > 0 {
		apiAnswer(w, http.StatusUnprocessableEntity, apiProblem{Message: "Nothing was done: some fields cannot be as they are.", Fields: wrong})
	}
	return len(wrong) == 0
}

func (k *console) apiTest(w http.ResponseWriter, r *http.Request) {
	object, ok := apiObject(w, r)
	if !ok {
		return
	}
	var c apiChange
	read := &apiReader{object: object}
	c.credential(read)
	if !read.fine(w) {
		return
	}
	report, err := k.Greenhouse.Test(r.Context(), r.PathValue("org"), c.Key, c.CreatedBy, by(r, ""))
	if err != nil {
		k.apiFail(w, r, err)
		return
	}
	apiAnswer(w, http.StatusOK, report)
}

// apiSwitched says what turning a company on came to.
type apiSwitched struct {
	Changed    bool          `json:"changed"` // false: it was on already
	Sent       int64         `json:"sent"`    // waiting exports that are sent now
	Dropped    int64         `json:"dropped"` // waiting exports that are cancelled now
	Connection apiConnection `json:"connection"`
}

func (k *console) apiEnable(w http.ResponseWriter, r *http.Request) {
	object, ok := apiObject(w, r)
	if !ok {
		return
	}
	var c apiChange
	read := &apiReader{object: object}
	c.because(read)
	field(read, "waiting", `"send" or "drop"`, func(answer string) {
		if c.Waiting = store.Waiting(answer); c.Waiting != store.WaitingSend && c.Waiting != store.WaitingDrop {
			read.wrong = append(read.wrong, apiField{"waiting", `"send" or "drop"`})
		}
	})
	if !read.fine(w) {
		return
	}
	org := r.PathValue("org")
	switched, err := k.Store.Enable(r.Context(), org, c.Waiting, by(r, c.reason))
	if err != nil {
		k.apiFail(w, r, err)
		return
	}
	answer := apiSwitched{Changed: switched.Changed, Sent: switched.Waiting, Dropped: switched.Dropped}
	if answer.Connection, err = k.connection(r, org); err != nil {
		k.apiFail(w, r, err)
		return
	}
	apiAnswer(w, http.StatusOK, answer)
}

func (k *console) apiDisable(w http.ResponseWriter, r *http.Request) {
	object, ok := apiObject(w, r)
	if !ok {
		return
	}
	var c apiChange
	read := &apiReader{object: object}
	c.because(read)
	if !read.fine(w) {
		return
	}
	if _, err := k.Store.Disable(r.Context(), r.PathValue("org"), by(r, c.reason)); err != nil {
		k.apiFail(w, r, err)
		return
	}
	k.apiShow(w, r)
}

func (k *console) apiPreview(w http.ResponseWriter, r *http.Request) {
	object, ok := apiObject(w, r)
	if !ok {
		return
	}
	var c apiChange
	read := &apiReader{object: object}
	c.choices(read)
	field(read, "role", "text", func(role string) { c.role = role })
	if !read.fine(w) {
		return
	}
	preview, err := k.Greenhouse.Preview(r.Context(), r.PathValue("org"), c.Settings, c.role)
	if err != nil {
		k.apiFail(w, r, err)
		return
	}
	apiAnswer(w, http.StatusOK, preview)
}

func (k *console) apiJobs(w http.ResponseWriter, r *http.Request) {
	apiList(k, w, r, k.Greenhouse.Jobs)
}

func (k *console) apiPools(w http.ResponseWriter, r *http.Request) {
	apiList(k, w, r, k.Greenhouse.Pools)
}

func (k *console) apiRoles(w http.ResponseWriter, r *http.Request) {
	apiList(k, w, r, k.Store.Roles)
}

func apiList[T any](k *console, w http.ResponseWriter, r *http.Request, read func(ctx context.Context, org string) (T, error)) {
	list, err := read(r.Context(), r.PathValue("org"))
	if err != nil {
		k.apiFail(w, r, err)
		return
	}
	apiAnswer(w, http.StatusOK, list)
}
