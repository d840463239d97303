package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/retention"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// shown is a company's connection as the API shows it: never its key.
type shown struct {
	store.Integration
	StateWords string        `json:"state_words"`
	Hold       *wording.Hold `json:"hold"` // why nothing is sent, in words; null when it is

	PeopleHeld ledger.PeopleHeld `json:"people_held"`
}

// connection reads a company for whoever asks. A company's admin sees neither the names of our people nor their words.
func (a *API) connection(r *http.Request, org string) (shown, error) {
	var c shown
	var err error
	if c.Integration, err = a.Store.Integration(r.Context(), org); errors.Is(err, store.ErrNotFound) {
		c.Integration, err = store.NewIntegration(org), nil
	}
	if err != nil {
		return c, err
	}
	held, err := a.Store.HoldFacts(r.Context(), org)
	if err != nil {
		return c, err
	}
	if c.PeopleHeld, err = retention.In(a.Store).PeopleHeld(r.Context(), org, a.Keep); err != nil {
		return c, err
	}
	c.Hold = wording.OfHold(held)
	c.StateWords = wording.Connection(c.State)
	if !auth.Who(r).Role.Staff() {
		c.PausedBy, c.PausedReason = nil, nil
		c.KeySetBy, c.SwitchedBy = ofCompany(org, c.KeySetBy), ofCompany(org, c.SwitchedBy)
		c.TestBy = ofCompany(org, c.TestBy)
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
	if own, is := auth.CompanyActor(*actor, org); is {
		shown = own
	}
	return &shown
}

// Show answers with a company's connection.
func (a *API) Show(w http.ResponseWriter, r *http.Request) {
	a.showAs(w, r, http.StatusOK)
}

func (a *API) showAs(w http.ResponseWriter, r *http.Request, status int) {
	c, err := a.connection(r, r.PathValue("org"))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("ETag", etag(c.Revision))
	answer(w, status, c)
}

// Save changes what is sent and leaves the rest.
func (a *API) Save(w http.ResponseWriter, r *http.Request) {
	object, ok := object(w, r)
	if !ok {
		return
	}
	revision, ok := revision(w, r)
	if !ok {
		return
	}
	var c change
	read := &reader{object: object}
	c.credential(read)
	c.choices(read)
	c.because(read)
	field(read, "skip_test", "true or false", func(skip bool) { c.SkipTest = skip })
	if c.Settings.InFlightCap != nil && !auth.Who(r).Role.Staff() {
		read.wrong = append(read.wrong, wrongField{"in_flight_cap", "left out: we set the pace"})
	}
	if !read.fine(w) {
		return
	}
	c.Settings.Revision = revision
	if _, err := a.Greenhouse.Save(r.Context(), r.PathValue("org"), c.ConnectionChange, auth.By(r, c.reason)); err != nil {
		a.fail(w, r, err)
		return
	}
	a.Show(w, r)
}

// fine answers with everything that is wrong, and says whether nothing is.
func (r *reader) fine(w http.ResponseWriter) bool {
	wrong := r.end()
	if len(wrong) > 0 {
		answer(w, http.StatusUnprocessableEntity, problem{Message: "Nothing was done: some fields cannot be as they are.", Fields: wrong})
	}
	return len(wrong) == 0
}

// fields takes what it needs of the body, an object, and says whether there is one and nothing is wrong with it; else it has answered.
func fields(w http.ResponseWriter, r *http.Request, take func(*reader)) bool {
	object, ok := object(w, r)
	if !ok {
		return false
	}
	read := &reader{object: object}
	take(read)
	return read.fine(w)
}

// Test asks Greenhouse about a key and a created-by, and saves neither.
func (a *API) Test(w http.ResponseWriter, r *http.Request) {
	var c change
	if !fields(w, r, func(read *reader) {
		c.credential(read)
	}) {
		return
	}
	report, err := a.Greenhouse.Test(r.Context(), r.PathValue("org"), c.Key, c.CreatedBy, auth.By(r, ""))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, report)
}

// switched says what turning a company on came to.
type switched struct {
	Changed    bool  `json:"changed"` // false: it was on already
	Sent       int64 `json:"sent"`    // waiting exports that are sent now
	Dropped    int64 `json:"dropped"` // waiting exports that are cancelled now
	Connection shown `json:"connection"`
}

// Enable turns a company on.
func (a *API) Enable(w http.ResponseWriter, r *http.Request) {
	var c change
	if !fields(w, r, func(read *reader) {
		c.because(read)
		c.answered(read)
	}) {
		return
	}
	org := r.PathValue("org")
	on, err := a.Store.Enable(r.Context(), org, c.Waiting, auth.By(r, c.reason))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	came := switched{Changed: on.Changed, Sent: on.Waiting, Dropped: on.Dropped}
	if came.Connection, err = a.connection(r, org); err != nil {
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, came)
}

// answered reads what becomes of what waits.
func (c *change) answered(read *reader) {
	field(read, "waiting", `"send" or "drop"`, func(word string) {
		if c.Waiting = store.Waiting(word); c.Waiting != store.WaitingSend && c.Waiting != store.WaitingDrop {
			read.wrong = append(read.wrong, wrongField{"waiting", `"send" or "drop"`})
		}
	})
}

// Disable turns a company off.
func (a *API) Disable(w http.ResponseWriter, r *http.Request) {
	var c change
	if !fields(w, r, func(read *reader) {
		c.because(read)
	}) {
		return
	}
	if _, err := a.Store.Disable(r.Context(), r.PathValue("org"), auth.By(r, c.reason)); err != nil {
		a.fail(w, r, err)
		return
	}
	a.Show(w, r)
}

// Preview shows what would be sent under choices that are not saved yet.
func (a *API) Preview(w http.ResponseWriter, r *http.Request) {
	var c change
	if !fields(w, r, func(read *reader) {
		c.choices(read)
		field(read, "role", "text", func(role string) { c.role = role })
	}) {
		return
	}
	preview, err := a.Greenhouse.Preview(r.Context(), r.PathValue("org"), c.Settings, c.role)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, preview)
}

// Jobs lists the jobs that Greenhouse has for the company.
func (a *API) Jobs(w http.ResponseWriter, r *http.Request) {
	list(a, w, r, a.Greenhouse.Jobs)
}

// Pools lists the prospect pools that Greenhouse has for the company.
func (a *API) Pools(w http.ResponseWriter, r *http.Request) {
	list(a, w, r, a.Greenhouse.Pools)
}

// Roles lists what the company's interviews were for.
func (a *API) Roles(w http.ResponseWriter, r *http.Request) {
	list(a, w, r, rights.In(a.Store).Roles)
}

func list[T any](a *API, w http.ResponseWriter, r *http.Request, read func(ctx context.Context, org string) (T, error)) {
	list, err := read(r.Context(), r.PathValue("org"))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, list)
}
