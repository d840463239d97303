package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

const acmeAPI = "/api/orgs/acme/greenhouse"

// api sends JSON as the product's server would. Further changes come after the usual headers.
func (s *site) api(as func(*http.Request), method, path, body string, change ...func(*http.Request)) answer {
	s.t.Helper()
	return s.ask(method, path, body, append([]func(*http.Request){as, func(r *http.Request) {
		r.Header.Set("Accept", "application/json")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
	}}, change...)...)
}

func ifMatch(tag string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("If-Match", tag) }
}

// into decodes an answer of this status.
func into[T any](s *site, a answer, status int) (value T) {
	s.t.Helper()
	require.Equal(s.t, status, a.StatusCode, a.body)
	require.NoError(s.t, json.Unmarshal([]byte(a.body), &value))
	return value
}

type connection struct {
	store.Integration
	StateWords string        `json:"state_words"`
	State      string        `json:"state"`
	Hold       *wording.Hold `json:"hold"`
}

type problem struct {
	Message string
	Fields  []struct{ Field, Must string }
	Report  *store.TestReport
	Waiting *int64
}

func (p problem) fields() string {
	var names []string
	for _, f := range p.Fields {
		names = append(names, f.Field)
	}
	return strings.Join(names, " ")
}

// The whole way of a company's admin, from nothing to on.
func TestAPI_FromNothingToOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	mia := s.asCompany("acme")
	a := s.api(mia, "GET", acmeAPI, "")
	c := into[connection](s, a, http.StatusOK)
	assert.Equal(t, "Off", c.StateWords)
	assert.Equal(t, `"0"`, a.Header.Get("ETag"))

	a = s.api(mia, "PUT", acmeAPI, `{"created_by": "lee@acme.example"}`, ifMatch(`"0"`))
	c = into[connection](s, a, http.StatusOK)
	assert.Equal(t, "Needs details", c.StateWords, "half of it today, half tomorrow")
	assert.Empty(t, s.sim.Requests(), "there is nothing to test yet")

	report := into[store.TestReport](s, s.api(mia, "POST", acmeAPI+"/test", `{"key": "`+acmeKey+`"}`), http.StatusOK)
	assert.True(t, report.Passed)
	assert.Equal(t, "Lee Doe", report.User)
	c = into[connection](s, s.api(mia, "GET", acmeAPI, ""), http.StatusOK)
	assert.False(t, c.HasKey, "a test saves nothing")

	a = s.api(mia, "PUT", acmeAPI, `{"key": " `+acmeKey+` ", "time_zone": "America/New_York"}`, ifMatch(a.Header.Get("ETag")))
	c = into[connection](s, a, http.StatusOK)
	assert.Equal(t, "Ready", c.StateWords)
	assert.Equal(t, "12345", *c.KeyLast5)
	assert.Equal(t, "Lee Doe", *c.CreatedByName)
	assert.Equal(t, "mia", *c.KeySetBy)

	s.export("acme", "iv_1", ledger.StatePending, "")
	refused := into[problem](s, s.api(mia, "POST", acmeAPI+"/enable", `{}`), http.StatusConflict)
	assert.Equal(t, int64(1), *refused.Waiting)
	type switched struct {
		Changed       bool
		Sent, Dropped int64
		Connection    connection
	}
	on := into[switched](s, s.api(mia, "POST", acmeAPI+"/enable", `{"waiting": "send"}`), http.StatusOK)
	assert.True(t, on.Changed)
	assert.Equal(t, int64(1), on.Sent)
	assert.Equal(t, "On", on.Connection.StateWords)
	c = into[connection](s, s.api(mia, "POST", acmeAPI+"/disable", `{"reason": "holidays"}`), http.StatusOK)
	assert.Equal(t, "Paused by you", c.StateWords)
	assert.Equal(t, "mia", *c.SwitchedBy)

	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Org: "acme"})
	require.NoError(t, err)
	for _, entry := range trail {
		assert.Equal(t, "mia of acme", entry.Actor, string(entry.Action))
		assert.NotContains(t, string(entry.Detail), acmeKey)
	}
	assert.Equal(t, ledger.ActionOrgDisable, trail[0].Action)
}

func TestAPI_NamesEveryWrongField(t *testing.T) {
	t.Parallel()
	s := setup(t)
	mia := s.asCompany("acme")
	p := into[problem](s, s.api(mia, "PUT", acmeAPI, `{
		"mode": 7, "time_zone": false, "job_map": {"a": "b"}, "default_job_id": 0.5, "credit_to": [], "notice_emails": "x", "colour": "red",
		"notice_webhook": null, "in_flight_cap": 9, "skip_test": 1, "reason": "`+strings.Repeat("x", 501)+`"}`, ifMatch("*")), http.StatusUnprocessableEntity)
	for _, name := range []string{
		"mode", "time_zone", "job_map", "default_job_id", "credit_to", "notice_emails", "colour", "notice_webhook", "in_flight_cap", "skip_test", "reason",
	} {
		assert.Contains(t, p.fields(), name)
	}
	p = into[problem](s, s.api(mia, "PUT", acmeAPI, `{
		"key": "YWNtZS1pbmdlc3Rpb24ta2V5LTEyMzQ1Og==", "created_by": "Lee", "mode": "both", "credit": "fixed", "prospect_pool_stage_id": 51,
		"time_zone": "Mars", "notice_emails": ["Lee"], "default_job_id": 0, "second_interview": "maybe", "server_errors": "no", "note_format": 3, "keep_people_days": 0}`, ifMatch("*")),
		http.StatusUnprocessableEntity)
	for _, name := range []string{
		"key", "created_by", "mode", "credit_to", "prospect_pool_stage_id", "time_zone", "notice_emails", "default_job_id", "second_interview", "server_errors", "note_format", "keep_people_days",
	} {
		assert.Contains(t, p.fields(), name)
	}
	p = into[problem](s, s.api(mia, "PUT", acmeAPI, `{"created_by": "lee@acme.example", "notice_emails": ["LEE@acme.example"]}`, ifMatch("*")),
		http.StatusUnprocessableEntity)
	assert.Equal(t, "notice_emails", p.fields(), "an integration user need not have an inbox")
	assert.Equal(t, "Off", into[connection](s, s.api(mia, "GET", acmeAPI, ""), http.StatusOK).StateWords)
}

func TestAPI_RefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := setup(t)
	mia := s.asCompany("acme")
	for body, status := range map[string]int{
		`{"key": "`: http.StatusBadRequest, `[]`: http.StatusBadRequest, `null`: http.StatusBadRequest, `{} {}`: http.StatusBadRequest,
		`{"reason": "` + strings.Repeat("x", 1<<20) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		assert.NotEmpty(t, into[problem](s, s.api(mia, "PUT", acmeAPI, body, ifMatch("*")), status).Message)
	}
	assert.NotEmpty(t, into[problem](s, s.api(mia, "PUT", acmeAPI, `{}`), http.StatusPreconditionRequired).Message)
	assert.NotEmpty(t, into[problem](s, s.api(mia, "PUT", acmeAPI, `{}`, ifMatch("7")), http.StatusBadRequest).Message)
	assert.NotEmpty(t, into[problem](s, s.api(mia, "PUT", acmeAPI, `{}`, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }),
		http.StatusUnsupportedMediaType).Message)
	for _, path := range []string{"/enable", "/disable"} {
		assert.NotEmpty(t, into[problem](s, s.api(mia, "POST", acmeAPI+path, `{}`), http.StatusNotFound).Message, path)
	}
	assert.NotEmpty(t, into[problem](s, s.api(mia, "GET", acmeAPI+"/jobs", ""), http.StatusNotFound).Message)
	p := into[problem](s, s.api(mia, "POST", acmeAPI+"/test", `{}`), http.StatusUnprocessableEntity)
	assert.Equal(t, "key created_by", p.fields())
	p = into[problem](s, s.api(mia, "POST", acmeAPI+"/enable", `{"waiting": "perhaps"}`), http.StatusUnprocessableEntity)
	assert.Equal(t, "waiting", p.fields())
}

// Of two admins who read the same settings, the second to save learns of the first.
func TestAPI_TwoAdminsDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connect("acme")
	mia := s.asCompany("acme")
	tag := s.api(mia, "GET", acmeAPI, "").Header.Get("ETag")
	a := s.api(mia, "PUT", acmeAPI, `{"mode": "candidate", "job_map": {"backend": 101}}`, ifMatch(tag))
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.NotEqual(t, tag, a.Header.Get("ETag"))
	ada := script("ada", password)
	assert.NotEmpty(t, into[problem](s, s.api(ada, "PUT", acmeAPI, `{"mode": "prospect"}`, ifMatch(tag)), http.StatusPreconditionFailed).Message)
	kept := into[connection](s, s.api(ada, "PUT", acmeAPI, `{"keep_people_days": 30}`, ifMatch(a.Header.Get("ETag"))), http.StatusOK)
	require.NotNil(t, kept.KeepPeopleDays)
	assert.Equal(t, 30, *kept.KeepPeopleDays)
	a = s.api(ada, "PUT", acmeAPI, `{"keep_people_days": null}`, ifMatch("*"))
	assert.Nil(t, into[connection](s, a, http.StatusOK).KeepPeopleDays)
	c := into[connection](s, s.api(ada, "PUT", acmeAPI, `{"second_interview": "skip"}`, ifMatch(a.Header.Get("ETag"))), http.StatusOK)
	assert.Equal(t, "candidate", c.Mode)
	c = into[connection](s, s.api(ada, "PUT", acmeAPI, `{"job_map": null, "in_flight_cap": 8}`, ifMatch("*")), http.StatusOK)
	assert.Empty(t, c.JobMap)
	assert.Equal(t, 8, c.InFlightCap)
	assert.Equal(t, "skip", c.SecondInterview, "what is left out stays")
}

func TestAPI_ReplacesTheKey(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connect("acme")
	mia := s.asCompany("acme")
	const fresh = "acme-ingestion-key-67890"
	failed := into[problem](s, s.api(mia, "PUT", acmeAPI, `{"key": "`+fresh+`"}`, ifMatch("*")), http.StatusUnprocessableEntity)
	require.NotNil(t, failed.Report)
	assert.False(t, failed.Report.Passed)
	assert.Contains(t, failed.Report.Checks[1].Says, "the new key. The email works", "the saved key proves it")
	c := into[connection](s, s.api(mia, "GET", acmeAPI, ""), http.StatusOK)
	assert.Equal(t, "12345", *c.KeyLast5, "nothing was saved")
	assert.Equal(t, "On", c.StateWords)

	s.sim.ReplaceKey(acmeKey, fresh)
	c = into[connection](s, s.api(mia, "PUT", acmeAPI, `{"key": "`+fresh+`"}`, ifMatch("*")), http.StatusOK)
	assert.Equal(t, "67890", *c.KeyLast5)
	assert.Equal(t, "On", c.StateWords)
	var detail struct{ Before, After map[string]any }
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Org: "acme", Action: "org connect", Limit: 1})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(trail[0].Detail, &detail))
	assert.Equal(t, map[string]any{"key_last5": "12345"}, detail.Before)
	assert.Equal(t, map[string]any{"key_last5": "67890"}, detail.After)
}

func TestAPI_ShowsWhatThereIsToChooseFrom(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connect("acme")
	mia := s.asCompany("acme")
	s.exec("UPDATE ghexport.integrations SET job_map = '{\"ops\": 999, \"backend\": 101}', mode = 'candidate', jobs_seen_at = NULL")
	id := s.export("acme", "iv_1", ledger.StatePending, "")
	s.exec("UPDATE ghexport.exports SET job = 'design' WHERE id = $1", id)
	jobs := into[store.Seen[store.SeenJob]](s, s.api(mia, "GET", acmeAPI+"/jobs", ""), http.StatusOK)
	require.Len(t, jobs.List, 3)
	assert.Empty(t, jobs.Problem)
	assert.Equal(t, "Backend Engineer", jobs.List[0].Name)
	assert.NotNil(t, jobs.List[2].ClosedAt, "mapped, and not open")
	pools := into[store.Seen[store.SeenPool]](s, s.api(mia, "GET", acmeAPI+"/pools", ""), http.StatusOK)
	assert.Equal(t, "Contacted", pools.List[0].Stages[1].Name)
	roles := into[[]store.Role](s, s.api(mia, "GET", acmeAPI+"/roles", ""), http.StatusOK)
	require.Len(t, roles, 3)
	assert.Equal(t, "design", roles[0].Name, "without a job first")
	assert.Equal(t, int64(1), roles[0].Results)
	preview := into[store.Preview](s, s.api(script("val", password), "POST", acmeAPI+"/preview",
		`{"role": "backend", "credit": "fixed", "credit_to": {"email": "zoe@acme.example", "first_name": "Zoe", "last_name": "Roe"}}`), http.StatusOK)
	assert.Equal(t, "as a candidate on job 101", preview.As)
	assert.Contains(t, preview.Request, `"referrer":{"email":"zoe@acme.example","first_name":"Zoe","last_name":"Roe"}`)
	assert.Contains(t, preview.Note, "\n\nFreeform feedback: \"Really good overall!\"")
	preview = into[store.Preview](s, s.api(mia, "POST", acmeAPI+"/preview", `{"note_format": 2}`), http.StatusOK)
	require.Len(t, preview.Notes, 2)
	assert.Equal(t, preview.Notes[1], store.PreviewNote{Format: 2, Chosen: true, Note: preview.Note})
	assert.Contains(t, preview.Note, ":\n• Technical skills: 4\n")
	assert.Contains(t, preview.Request, `:\n• Technical skills: 4\n`)
	assert.Contains(t, preview.Notes[0].Note, "\n\nTechnical skills: 4\n\n")
	assert.Equal(t, "time_zone", into[problem](s, s.api(mia, "POST", acmeAPI+"/preview", `{"time_zone": "Mars"}`), http.StatusUnprocessableEntity).fields())
}

// A company's admin reads neither the names of our people nor what they wrote for us; nobody reads a key.
func TestAPI_KeepsSecrets(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connect("acme")
	_, err := s.store.PauseOrg(t.Context(), "acme", store.By{Actor: "kim", Reason: "they owe us"})
	require.NoError(t, err)
	mia, ada := s.asCompany("acme"), script("ada", password)
	c := into[connection](s, s.api(ada, "GET", acmeAPI, ""), http.StatusOK)
	assert.Equal(t, "Paused by us", c.StateWords)
	assert.Equal(t, "they owe us", *c.PausedReason)
	a := s.api(mia, "GET", acmeAPI, "")
	c = into[connection](s, a, http.StatusOK)
	assert.Equal(t, "Paused by us", c.StateWords)
	assert.Equal(t, "interviewing.io", *c.KeySetBy)
	assert.NotContains(t, a.body, "kim")
	for _, body := range []string{
		a.body, s.api(ada, "GET", acmeAPI, "").body, s.api(ada, "POST", acmeAPI+"/test", `{}`).body,
		s.api(ada, "POST", acmeAPI+"/test", `{"key": "wrong-`+acmeKey+`"}`).body,
		s.api(ada, "PUT", acmeAPI, `{"key": "wrong `+acmeKey+`"}`, ifMatch("*")).body,
		s.api(ada, "PUT", acmeAPI, `{"key": {"`+acmeKey+`": 1}}`, ifMatch("*")).body,
		s.api(ada, "PUT", acmeAPI, `{"key": "`+acmeKey+``, ifMatch("*")).body,
	} {
		assert.NotContains(t, body, acmeKey)
	}
}

// connect connects and turns a company on, as an operator of ours would.
func (s *site) connect(org string) {
	s.t.Helper()
	_, err := s.config.Greenhouse.Save(s.t.Context(), org, store.ConnectionChange{Key: acmeKey, CreatedBy: acmeLee, Enable: true}, store.By{Actor: "kim"})
	require.NoError(s.t, err, fmt.Sprint(org))
}

// What is pasted as "Created by" is understood as on the page and by the commands.
func TestAPI_ReadsAPastedCreatedBy(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	for _, pasted := range []string{`Ron Weasley <ron@acme.example>`, `mailto:ron@acme.example`, `ron%40acme.example`, "ron@acme\uff0eexample, ", "\u200bron@acme.example."} {
		body, err := json.Marshal(map[string]string{"key": acmeKey, "created_by": pasted})
		require.NoError(t, err)
		report := into[store.TestReport](s, s.api(kim, "POST", acmeAPI+"/test", string(body)), http.StatusOK)
		assert.True(t, report.Passed, pasted)
		c := into[connection](s, s.api(kim, "PUT", acmeAPI, string(body), ifMatch("*")), http.StatusOK)
		assert.Equal(t, ron, *c.CreatedBy, pasted)
	}
	refused := into[problem](s, s.api(kim, "PUT", acmeAPI, `{"created_by": "a@acme.example, b@acme.example"}`, ifMatch("*")), http.StatusUnprocessableEntity)
	assert.Equal(t, "created_by", refused.fields())
}
