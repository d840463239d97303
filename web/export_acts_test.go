package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
)

func (s *site) state(id int64) (state string) {
	s.t.Helper()
	require.NoError(s.t, s.store.Pool.QueryRow(s.t.Context(), "SELECT state FROM ghexport.exports WHERE id = $1", id).Scan(&state))
	return state
}

func TestReveal(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	id := s.export("acme", "iv_1", ledger.StateSent, "")
	s.person(id, digests, "Ada", "Lovelace", "ada@example.com")
	_, err := s.store.Pool.Exec(t.Context(), `INSERT INTO ghexport.answers (body_id, attempt, words)
		SELECT body_id, gen_random_uuid(), 'she <b>is</b> taken' FROM ghexport.exports WHERE id = $1`, id)
	require.NoError(t, err)
	path := fmt.Sprintf("/exports/%d", id)
	hidden := func(page answer) {
		t.Helper()
		for _, hides := range []string{"Lovelace", "ada@example.com", "the note of", "is taken", "she &lt;b"} {
			assert.NotContains(t, page.body, hides)
		}
	}
	for _, who := range []func(*http.Request){s.as("val"), s.as("kim"), s.asCompany("acme")} {
		page := s.ask("GET", path, "", who)
		hidden(page)
		assert.Contains(t, page.body, "A••• L•••")
	}
	refused := s.form(path+"/reveal", s.as("val"), "reason", "curious")
	assert.Equal(t, http.StatusForbidden, refused.StatusCode)
	hidden(refused)
	silent := s.form(path+"/reveal", s.as("kim"))
	assert.Equal(t, http.StatusUnprocessableEntity, silent.StatusCode, "ours say why")
	hidden(silent)
	foreign := s.form(path+"/reveal", s.asCompany("globex"), "reason", "x")
	assert.Equal(t, http.StatusNotFound, foreign.StatusCode)
	assert.Zero(t, s.audits("reveal"))

	for _, page := range []answer{s.form(path+"/reveal", s.as("kim"), "reason", "ticket 7"), s.form(path+"/reveal", s.asCompany("acme"))} {
		require.Equal(t, http.StatusOK, page.StatusCode)
		for _, says := range []string{"Ada Lovelace", "ada@example.com", "the note of Ada", "she &lt;b&gt;is&lt;/b&gt; taken"} {
			assert.Contains(t, page.body, says)
		}
	}
	assert.Equal(t, 2, s.audits("reveal"))
	own := s.ask("GET", path, "", s.asCompany("acme"))
	assert.NotContains(t, own.body, "ticket 7")
	assert.NotContains(t, own.body, "kim")
	assert.Contains(t, own.body, "by interviewing.io")
	assert.Contains(t, own.body, "by mia<")

	s.exec(`WITH b AS (INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
	        VALUES ('acme', 'iv_1', 'Ada', 'Lovelace', 'ada@example.com', 'the newer words', 1) RETURNING id)
	        UPDATE ghexport.exports SET later_body_id = (SELECT id FROM b), flags = '{edited_after_send}' WHERE id = $1`, id)
	assert.Contains(t, s.form(path+"/reveal", s.as("kim"), "reason", "x").body, "the newer words")
	gone := s.export("acme", "iv_2", ledger.StateIneligible, ledger.CauseDecisionNo)
	assert.Equal(t, http.StatusConflict, s.form(fmt.Sprintf("/exports/%d/reveal", gone), s.as("kim"), "reason", "x").StatusCode)
}

func TestActs(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with, func(c *web.Config) { c.Simulated = false })
	kim, mia := s.as("kim"), s.asCompany("acme")
	n := 0
	export := func(state ledger.State, cause ledger.Cause) (int64, string) {
		n++
		id := s.export("acme", fmt.Sprintf("iv_%d", n), state, cause)
		s.person(id, digests, "Ada", "Lovelace", fmt.Sprintf("ada%d@example.com", id))
		return id, fmt.Sprintf("/exports/%d", id)
	}
	done := func(a answer, path, act string) {
		t.Helper()
		require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
		require.Equal(t, path+"?done="+act, a.Header.Get("Location"))
		assert.Contains(t, s.ask("GET", a.Header.Get("Location"), "", kim).body, "Done: ")
	}

	t.Run("ReplayAndDiscardAreOurs", func(t *testing.T) {
		id, path := export(ledger.StateDead, ledger.CauseBug)
		assert.Equal(t, http.StatusNotFound, s.form(path+"/replay", mia, "reason", "x").StatusCode)
		assert.Equal(t, http.StatusForbidden, s.form(path+"/replay", s.as("val"), "reason", "x").StatusCode)
		assert.Contains(t, s.form(path+"/replay", kim).body, "Say why")
		assert.Equal(t, "dead", s.state(id))
		done(s.form(path+"/replay", kim, "reason", "fixed"), path, "replay")
		assert.Equal(t, "pending", s.state(id))
		twice := s.form(path+"/replay", kim, "reason", "fixed")
		assert.Equal(t, http.StatusConflict, twice.StatusCode)
		assert.Contains(t, twice.body, "Nothing was done, because it is pending now")
		done(s.form(path+"/discard", kim, "reason", "no use"), path, "discard")
		assert.Equal(t, "cancelled", s.state(id))
	})
	t.Run("PresentNeedsAProfile", func(t *testing.T) {
		id, path := export(ledger.StateUnknown, ledger.CauseOutcomeUnknown)
		for _, wrong := range []string{"", "17", "https://evil.example/people/17", "https://app.greenhouse.io/jobs/17", "http://app.greenhouse.io/people/17"} {
			a := s.form(path+"/resolve", mia, "answer", "present", "url", wrong)
			assert.Equal(t, http.StatusUnprocessableEntity, a.StatusCode, wrong)
			assert.Contains(t, a.body, "That is no profile in Greenhouse", wrong)
		}
		assert.Equal(t, "unknown", s.state(id))
		done(s.form(path+"/resolve", mia, "answer", "present", "url", "https://app.greenhouse.io/people/17?application_id=18&x=y"), path, "present")
		assert.Equal(t, "sent", s.state(id))
		assert.Contains(t, s.ask("GET", path, "", mia).body, `href="https://app.greenhouse.io/people/17?application_id=18"`)
	})
	t.Run("PresentIsComparedWithGreenhouse", func(t *testing.T) {
		_, err := s.speaks.Save(t.Context(), "acme", store.ConnectionChange{Key: acmeKey, CreatedBy: acmeLee}, store.By{Actor: "mia of acme"})
		require.NoError(t, err)
		s.sim.ChangeUser(acmeKey, acmeLee, func(u *greenhousesim.User) { u.CanManageUnattachedProspects = true })
		created, _, err := s.speaks.Greenhouse.Create(t.Context(), greenhouse.Credential{Key: greenhouse.NewSecret(acmeKey), OnBehalfOf: acmeLee},
			greenhouse.CreateCandidate{Prospect: true, FirstName: "Grace", LastName: "Hopper", ExternalID: "somebody else"}, greenhouse.Fence{})
		require.NoError(t, err)
		id, path := export(ledger.StateUnknown, ledger.CauseOutcomeUnknown)
		assert.NotContains(t, s.ask("GET", path, "", mia).body, `name="anyway"`)
		address := fmt.Sprintf("app.greenhouse.io/people/%d/applications/%d.", created.ID, created.ApplicationID)
		a := s.form(path+"/resolve", mia, "answer", "present", "url", address)
		assert.Equal(t, http.StatusConflict, a.StatusCode)
		assert.Contains(t, a.body, "under another external_id")
		assert.Contains(t, a.body, `name="anyway"`)
		assert.NotContains(t, a.body, "somebody else's id")
		assert.Equal(t, "unknown", s.state(id))
		done(s.form(path+"/resolve", mia, "answer", "present", "url", address, "anyway", "yes"), path, "present")
		assert.Equal(t, "sent", s.state(id))

		other, otherPath := export(ledger.StateUnknown, ledger.CauseOutcomeUnknown)
		taken := s.form(otherPath+"/resolve", mia, "answer", "present", "url", address, "anyway", "yes")
		assert.Equal(t, http.StatusConflict, taken.StatusCode)
		assert.Contains(t, taken.body, fmt.Sprintf("the profile is that of export %d", id))
		assert.Equal(t, "unknown", s.state(other))
		assert.Contains(t, s.ask("GET", path, "", mia).body, "It is there", "a word can be taken back")
		done(s.form(path+"/resolve", mia, "answer", "present", "url", "https://app.greenhouse.io/people/4711"), path, "present")
		done(s.form(otherPath+"/resolve", mia, "answer", "present", "url", address, "anyway", "yes"), otherPath, "present")
		done(s.form(path+"/resolve", mia, "answer", "absent"), path, "absent")
		assert.Equal(t, "pending", s.state(id))
	})
	t.Run("AbsentWaitsForTheWorker", func(t *testing.T) {
		id, path := export(ledger.StateUnknown, ledger.CauseOutcomeUnknown)
		s.exec("UPDATE ghexport.exports SET attempt = gen_random_uuid(), attempt_started_at = now(), job_timeout = '1 hour' WHERE id = $1", id)
		page := s.ask("GET", path, "", mia)
		assert.Contains(t, page.body, "may still arrive until")
		a := s.form(path+"/resolve", mia, "answer", "absent")
		assert.Equal(t, http.StatusConflict, a.StatusCode)
		assert.Contains(t, a.body, "look in Greenhouse again after that")
		s.exec("UPDATE ghexport.exports SET attempt_started_at = now() - interval '3 hours' WHERE id = $1", id)
		assert.NotContains(t, s.ask("GET", path, "", mia).body, "may still arrive until")
		done(s.form(path+"/resolve", mia, "answer", "absent"), path, "absent")
		assert.Equal(t, "pending", s.state(id))
	})
	t.Run("SkipAndCreate", func(t *testing.T) {
		id, path := export(ledger.StateDuplicate, ledger.CauseDuplicatePossible)
		done(s.form(path+"/resolve", mia, "answer", "create"), path, "create")
		assert.Equal(t, "pending", s.state(id))
		id, path = export(ledger.StateDuplicate, ledger.CauseDuplicatePossible)
		done(s.form(path+"/resolve", mia, "answer", "skip"), path, "skip")
		assert.Equal(t, "cancelled", s.state(id))
		assert.Equal(t, http.StatusUnprocessableEntity, s.form(path+"/resolve", mia, "answer", "burn").StatusCode)
		assert.Equal(t, http.StatusNotFound, s.form(path+"/resolve", s.asCompany("globex"), "answer", "skip").StatusCode)
	})
	t.Run("AnotherSitesFormsDoNothing", func(t *testing.T) {
		id, path := export(ledger.StateDead, ledger.CauseBug)
		a := s.form(path+"/discard", func(r *http.Request) { kim(r); r.Header.Set("Sec-Fetch-Site", "cross-site") }, "reason", "x")
		assert.Equal(t, http.StatusForbidden, a.StatusCode)
		assert.Equal(t, "dead", s.state(id))
	})
	t.Run("TheBodyIsBounded", func(t *testing.T) {
		_, path := export(ledger.StateDead, ledger.CauseBug)
		assert.Equal(t, http.StatusRequestEntityTooLarge, s.form(path+"/discard", kim, "reason", strings.Repeat("x", 2<<20)).StatusCode)
	})
}
