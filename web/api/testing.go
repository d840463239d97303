package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// testCandidate describes how a company's newest test candidate goes.
type testCandidate struct {
	store.TestCandidate
	Words string `json:"words"`
}

// TestCandidate answers with how the company's newest test candidate goes.
func (a *API) TestCandidate(w http.ResponseWriter, r *http.Request) {
	test, err := a.Store.LastTestCandidate(r.Context(), r.PathValue("org"))
	if errors.Is(err, store.ErrNotFound) {
		refuse(w, http.StatusNotFound, "No test candidate was sent for this company yet.")
		return
	}
	a.showTest(w, r, http.StatusOK, test, err)
}

// SendTestCandidate sends one on its way, and answers with how it goes; while one is, with that one.
func (a *API) SendTestCandidate(w http.ResponseWriter, r *http.Request) {
	var c change
	if !fields(w, r, func(read *reader) { c.because(read) }) {
		return
	}
	test, made, err := a.Store.SendTestCandidate(r.Context(), r.PathValue("org"), auth.By(r, c.reason))
	if refused := new(store.TestCandidateRefusedError); errors.As(err, &refused) {
		refuse(w, http.StatusConflict, fmt.Sprintf("No test candidate can be sent, since %s. Nothing was changed.", wording.Cause(refused.Held)))
		return
	}
	status := http.StatusOK
	if made {
		status = http.StatusAccepted
	}
	a.showTest(w, r, status, test, err)
}

func (a *API) showTest(w http.ResponseWriter, r *http.Request, status int, test store.TestCandidate, err error) {
	if err != nil {
		a.fail(w, r, err)
		return
	}
	if !auth.Who(r).Role.Staff() {
		test.MadeBy = *ofCompany(r.PathValue("org"), &test.MadeBy)
	}
	words := wording.TestCandidate(wording.TestFacts{
		State: test.State, Cause: test.Cause, Held: test.Held, Rejected: test.Rejected, Elsewhere: test.Elsewhere,
	})
	answer(w, status, testCandidate{test, words})
}

// testSwitched holds what turning test mode on or off did.
type testSwitched struct {
	switched
	Tested int64 `json:"tested"` // what went to the test address, and nowhere else
}

// TestMode turns a company's test mode on or off.
func (a *API) TestMode(w http.ResponseWriter, r *http.Request) {
	var c change
	on := false
	said := false
	if !fields(w, r, func(read *reader) {
		c.because(read)
		field(read, "on", "true or false", func(to bool) { on, said = to, true })
		if !said {
			read.wrong = append(read.wrong, wrongField{"on", "true or false"})
		}
		c.answered(read)
	}) {
		return
	}
	org := r.PathValue("org")
	did, err := a.Store.SetTestMode(r.Context(), org, on, c.Waiting, auth.By(r, c.reason))
	if err != nil {
		a.fail(w, r, err)
		return
	}
	came := testSwitched{switched{Changed: did.Changed, Sent: did.Waiting, Dropped: did.Dropped}, did.Tested}
	if came.Connection, err = a.connection(r, org); err != nil {
		a.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, came)
}
