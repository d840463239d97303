package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// letters puts n dead letters of a company into the ledger, with bodies, and returns their ids.
func (s *site) letters(org, detail string, cause ledger.Cause, n int) []int64 {
	s.t.Helper()
	var list []int64
	for i := range n {
		interview := fmt.Sprintf("iv_%s_%s_%d", org, cause, i)
		id := s.export(org, interview, ledger.StateDead, cause)
		s.exec(`WITH b AS (INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
			               VALUES ($2, $3, 'Ada', 'Lovelace', 'ada@exmaple.com', 'the note', 1) RETURNING id)
			UPDATE ghexport.exports e SET body_id = b.id, detail = $4, died_of = $4, died_version = 'v1.2.2', candidate_digest = convert_to($3, 'UTF8'),
			       attention_at = now() - $5 * interval '1 hour' FROM b WHERE e.id = $1`, id, org, interview, detail, i*i%30)
		list = append(list, id)
	}
	return list
}

func (s *site) connected(org string) {
	s.t.Helper()
	_, err := s.store.Connect(s.t.Context(), store.Connect{
		OrgID: org, SealedKey: []byte("sealed"), KeyDigest: []byte("digest " + org), CreatedBy: "mia@acme.example", Tested: true, Enable: true,
		Waiting: store.WaitingSend,
	}, store.By{Actor: "test"})
	require.NoError(s.t, err)
}

func withEdits(t *testing.T) func(*web.Config) {
	return func(c *web.Config) {
		digests, err := seal.NewDigests(seal.NewDigestKey())
		require.NoError(t, err)
		c.Edits = web.Edits{Change: render.Edit, Digests: digests}
	}
}

// advance is the relay's step, and what a worker then does to everything that is under way.
func (s *site) advance(state ledger.State) {
	s.t.Helper()
	_, err := runs.In(s.store).Advance(s.t.Context())
	require.NoError(s.t, err)
	if state != "" {
		s.exec(`UPDATE ghexport.exports SET state = $1, cause = CASE WHEN $1 = 'dead' THEN 'payload.refused' END, due_at = NULL,
		               attention_at = CASE WHEN $1 = 'dead' THEN now() END WHERE state = 'pending'`, string(state))
	}
}

// An engineer who has never seen it: what died, is it safe, plan, one first, the rest, done.
func TestDeadLettersAndRuns(t *testing.T) {
	t.Parallel()
	s := setup(t, withEdits(t))
	s.connected("acme")
	s.connected("globex")
	_, err := s.store.PauseOrg(t.Context(), "globex", store.By{Actor: "kim"})
	require.NoError(t, err)
	b := s.browser("kim")

	b.open("/dead")
	b.sees("No dead letters")
	b.axe()
	b.shot("dead_empty")
	b.open("/runs")
	b.sees("Nobody has replayed many exports yet.")
	b.axe()

	acme := s.letters("acme", "emails.type: must be one of N", ledger.CausePayloadRefused, 12)
	s.letters("globex", "emails.type: must be one of N", ledger.CausePayloadRefused, 3)
	s.letters("acme", "after N h", ledger.CauseGreenhouseDown, 2)
	b.open("/dead")
	b.sees("17 exports were refused for good or given up", "15 × emails.type: must be one of N", "Not yet", "acme, globex", "v1.2.2")
	b.axe()
	b.shot("dead")

	b.click("Plan a replay of " + s.fingerprint(ledger.CausePayloadRefused))
	b.sees("15 exports of 2 companies would go", "3 of them wait until their companies may send again", "15 of them would probably fail again")
	b.axe()
	b.shot("plan")
	b.fill("Why", "the template is fixed")
	b.fill("Ticket", "OPS-7")
	b.click("Replay 15 exports")
	assert.Equal(t, "/runs/1", b.path())
	b.sees("Run 1", "What goes first is awaited", "the template is fixed", "OPS-7", "0 of 15 settled")
	s.advance(ledger.StateSent)
	s.advance("")
	b.waitFor("1 of 15 settled")
	b.sees("What went first got through")
	b.axe()
	b.shot("run")
	s.exec("UPDATE ghexport.runs SET state = 'paused', because = 'too many died again'") // as it does by itself
	b.waitFor("Resume…")
	b.seesNot("Pause…")
	s.exec("UPDATE ghexport.runs SET state = 'running', because = NULL")
	b.waitFor("Pause…")
	s.exec("UPDATE ghexport.exports SET state = 'dead', cause = 'payload.refused', due_at = NULL, attention_at = now() WHERE state = 'pending' AND id = $1", acme[1])
	s.advance("")

	b.open("/runs/1")
	b.click("Pause…")
	b.fill("Why pause", "the company called")
	b.click("Pause the run")
	b.sees("Paused: the company called", "Run pause: the company called by kim")
	b.axe()
	b.shot("run_paused")
	b.click("Resume…")
	b.fill("Why go on", "they are fine")
	b.click("Resume the run")
	b.sees("Run resume: they are fine by kim")
	b.click("1 Dead again refused once more")
	b.sees("Exports: Dead again", strconv.FormatInt(acme[1], 10))
	b.click("Stop…")
	b.fill("Why stop", "enough")
	b.click("Stop the run for good")
	b.sees("Stopped for good")
	b.open("/runs")
	b.sees("Run 1", "Stopped", "of 15")
	b.axe()
	b.shot("runs")

	b.open("/dead?cause=greenhouse.down")
	b.click("Discard… " + s.fingerprint(ledger.CauseGreenhouseDown))
	b.fill("Why nobody wants them sent", "agreed on the phone")
	b.click("Discard 2 dead letters")
	b.sees("2 dead letters discarded")
}

func (s *site) fingerprint(cause ledger.Cause) string {
	s.t.Helper()
	groups, err := query.In(s.store).DeadGroups(s.t.Context(), store.Filter{Cause: cause})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, groups)
	return groups[0].Fingerprint
}

func TestEditBeforeReplay(t *testing.T) {
	t.Parallel()
	s := setup(t, withEdits(t))
	id := s.letters("acme", "email: is invalid", ledger.CausePayloadRefused, 1)[0]
	b := s.browser("kim")
	b.open(fmt.Sprintf("/exports/%d/edit", id))
	b.seesNot("exmaple")
	b.axe()
	b.shot("edit")
	b.fill("Email", "nobody")
	b.fill("Why", "a slip")
	b.click("Look at the change")
	b.sees("Email must be an email address.")
	b.fill("Email", "ada@example.com")
	b.click("Look at the change")
	b.sees("email: ada@exmaple.com", "email: ada@example.com")
	b.axe()
	b.shot("edit_diff")
	b.click("Correct and replay")
	assert.Equal(t, fmt.Sprintf("/exports/%d", id), b.path())
	d, err := query.In(s.store).Show(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, ledger.StatePending, d.State)
	assert.Equal(t, "ada@example.com", *d.Email)
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{ExportID: id})
	require.NoError(t, err)
	var acts []string
	for _, entry := range trail {
		acts = append(acts, string(entry.Action))
		assert.NotContains(t, string(entry.Detail), "@")
	}
	assert.Equal(t, []string{"replay", "edit", "reveal"}, acts)
}

func form(values url.Values) (string, func(*http.Request)) {
	return values.Encode(), func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
}

// What a form says is held against what is there: no more and no fewer than it named, and only by those who act.
func TestRunForms_Refuse(t *testing.T) {
	t.Parallel()
	s := setup(t, withEdits(t))
	s.connected("acme")
	s.letters("acme", "is wrong", ledger.CausePayloadRefused, 3)
	group := s.fingerprint(ledger.CausePayloadRefused)
	kim := s.as("kim")
	begin := url.Values{"fingerprint": {group}, "count": {"3"}, "canary": {"1"}, "stop_at": {"20"}, "reason": {"fixed"}}
	with := func(name, value string) url.Values {
		v, _ := url.ParseQuery(begin.Encode())
		v.Set(name, value)
		return v
	}
	for _, one := range []struct {
		path   string
		form   url.Values
		status int
		says   string
	}{
		{"/runs", with("reason", " "), http.StatusUnprocessableEntity, "Say why: somebody will ask later."},
		{"/runs", with("count", "2"), http.StatusConflict, "You said 2, and 3 match by now"},
		{"/runs", with("count", ""), http.StatusUnprocessableEntity, "does not say how many"},
		{"/runs", with("canary", "-1"), http.StatusUnprocessableEntity, "How many go first"},
		{"/runs", with("rate", "NaN"), http.StatusUnprocessableEntity, "The rate must be"},
		{"/runs", with("stop_at", "0"), http.StatusUnprocessableEntity, "The share"},
		{"/runs", with("state", "sent"), http.StatusBadRequest, "Only dead and cancelled"},
		{"/runs", with("limit", "x"), http.StatusBadRequest, "The limit"},
		{"/runs", with("since", "x"), http.StatusBadRequest, "The moment"},
		{"/runs/7/pause", begin, http.StatusNotFound, "There is no such run"},
		{"/dead/discard", with("count", "2"), http.StatusConflict, "You said 2, and there are 3 by now"},
		{"/dead/discard", with("fingerprint", ""), http.StatusBadRequest, "does not say which"},
	} {
		body, typed := form(one.form)
		a := s.ask("POST", one.path, body, kim, typed)
		if a.StatusCode == http.StatusUnprocessableEntity && one.form.Get("reason") != " " {
			assert.Contains(t, a.body, `value="fixed"`, "what was typed is there again: %v", one.form)
		}
		assert.Equal(t, one.status, a.StatusCode, "%s %v", one.path, one.form)
		assert.Contains(t, a.body, one.says, "%s %v", one.path, one.form)
	}
	for _, path := range []string{"/runs", "/dead/discard"} {
		body, typed := form(begin)
		assert.Equal(t, http.StatusForbidden, s.ask("POST", path, body, s.as("val"), typed).StatusCode)
	}
	body, typed := form(begin)
	first := s.ask("POST", "/runs", body, kim, typed)
	require.Equal(t, http.StatusSeeOther, first.StatusCode, first.body)
	second := s.ask("POST", "/runs", body, kim, typed)
	assert.Equal(t, http.StatusConflict, second.StatusCode)
	a := s.ask("GET", "/runs/new?fingerprint="+group, "", s.as("val"))
	assert.Contains(t, a.body, "they are members of run "+strings.TrimPrefix(first.Header.Get("Location"), "/runs/"))
	assert.NotContains(t, a.body, "<button>Replay")
	a = s.ask("GET", "/dead", "", s.as("val"))
	assert.Contains(t, a.body, "Plan a replay")
	assert.False(t, strings.Contains(a.body, "/dead/discard"), "who only reads is offered no discard")
}
