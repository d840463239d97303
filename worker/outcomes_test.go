package worker

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// Every row of the judge table over the wire: the state and cause that it ends in, how often it was sent, what River shows.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	type fault = greenhousesim.Fault
	for name, c := range map[string]struct {
		fault  fault
		state  string
		cause  string
		river  string
		ask    bool
		stored int
	}{
		"Created":               {fault{Delay: time.Millisecond}, "sent", "", "completed", false, 1},
		"IDOfDigitsInAnArray":   {fault{Status: 200, Body: greenhousesim.Text(`[{"id":"77","application_id":78}]`)}, "sent", "", "completed", false, 0},
		"TruncatedJSON":         {fault{Truncate: true}, "unknown", "outcome.unknown", "discarded", false, 1},
		"HTMLWith200":           {fault{Status: 200, Body: greenhousesim.Text("<html>hello</html>"), Accepts: true}, "unknown", "outcome.unknown", "discarded", false, 1},
		"CutWhileReading":       {fault{Cut: greenhousesim.CutBefore}, "unknown", "outcome.unknown", "discarded", false, 0},
		"CutWhileAnswering":     {fault{Cut: greenhousesim.CutDuring}, "unknown", "outcome.unknown", "discarded", false, 1},
		"LostReply":             {fault{Cut: greenhousesim.CutAfter}, "unknown", "outcome.unknown", "discarded", false, 1},
		"NoAnswer":              {fault{Hang: true}, "unknown", "outcome.unknown", "discarded", false, 0},
		"Status408":             {fault{Status: 408}, "unknown", "outcome.unknown", "discarded", false, 0},
		"Status504":             {fault{Status: 504}, "unknown", "outcome.unknown", "discarded", false, 0},
		"Status500":             {fault{Status: 500}, "pending", "greenhouse.down", "cancelled", false, 0},
		"Status503WithHTML":     {fault{Status: 503, Body: greenhousesim.Text("<h1>down</h1>")}, "pending", "greenhouse.down", "cancelled", false, 0},
		"Status502Asking":       {fault{Status: 502, Accepts: true}, "unknown", "outcome.unknown", "discarded", true, 1},
		"Status302":             {fault{Status: 302, Headers: map[string]string{"Location": "/login"}}, "pending", "greenhouse.down", "cancelled", false, 0},
		"Status429":             {fault{Status: 429, Headers: map[string]string{"Retry-After": "120"}}, "pending", "limited", "cancelled", false, 0},
		"Status425":             {fault{Status: 425, Headers: map[string]string{"Retry-After": "120"}}, "pending", "limited", "cancelled", false, 0},
		"Status400":             {fault{Status: 400}, "dead", "payload.refused", "discarded", false, 0},
		"Status422":             {fault{Status: 422, Body: greenhousesim.Text(`{"errors":[{"message":"is taken\u0000","field":"emails"}]}`)}, "dead", "payload.refused", "discarded", false, 0},
		"Status418":             {fault{Status: 418}, "dead", "payload.refused", "discarded", false, 0},
		"Status404WithNoTarget": {fault{Status: 404}, "pending", "", "cancelled", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme")
			if c.ask {
				r.sql("UPDATE ghexport.integrations SET server_errors = 'ask'")
			}
			c.fault.Times = -1 // for ever: what is sent again is refused again, so that a second request shows
			r.sim.Plan(c.fault)
			r.start()
			r.enqueue(result("acme", "iv"))
			e := r.until("iv", c.state, func(e row) bool { return e.State == c.state && e.Attempts == 1 })
			assert.Equal(t, c.cause, e.Cause)
			assert.Len(t, r.sim.Creates(key), 1)
			assert.Equal(t, c.stored, r.sim.CountCandidates(key))
			if c.state == "pending" && c.cause == "greenhouse.down" {
				require.NotNil(t, e.DueAt)
				assert.Less(t, time.Until(*e.DueAt), 31*time.Second)
			}
			e = r.until("iv", c.river+" in River", func(e row) bool { return e.JobState == c.river })
			assert.NotContains(t, e.JobErrors, "Ada")
			assert.NotContains(t, e.JobErrors, "example.com")
			if c.state == "dead" && name == "Status422" {
				assert.Equal(t, "emails: is taken", e.Detail)
				assert.Contains(t, e.JobErrors, "payload.refused")
			}
		})
	}
}

func TestOutcomes_NeverLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close() // its port refuses from now on
	r.start(func(c *Config, _ *relay.Relay) { c.Greenhouse = &greenhouse.Client{BaseURL: nobody.URL} })
	r.enqueue(result("acme", "iv"))
	e := r.until("iv", "failed once", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	assert.Equal(t, "greenhouse.down", e.Cause)
}

func TestOutcomes_TargetGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme", func(a *greenhousesim.Account) { a.Jobs = []greenhousesim.Job{{ID: 9, Name: "Backend", Public: true}} })
	r.sql(`UPDATE ghexport.integrations SET mode = 'candidate', job_map = '{"backend-engineer": 9}'`)
	r.start()
	r.enqueue(result("acme", "mapped", set("job", "backend-engineer")), result("acme", "unmapped", set("job", "designer")))
	r.state("mapped", "sent")
	r.state("unmapped", "sent")
	byID := map[string]greenhousesim.Candidate{}
	for _, c := range r.sim.Candidates(key) {
		byID[c.ExternalID] = c
	}
	assert.EqualValues(t, 9, byID["cand_mapped"].JobID)
	assert.False(t, byID["cand_mapped"].Prospect)
	assert.True(t, byID["cand_unmapped"].Prospect)
	r.sim.CloseJob(key, 9)
	r.enqueue(result("acme", "late", set("job", "backend-engineer")))
	assert.Equal(t, "target.gone", r.state("late", "dead").Cause)
}

func TestOutcomes_RetrySucceedsAndIsFlagged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	n := r.start()
	r.sim.Plan(greenhousesim.Fault{Status: 503})
	r.enqueue(result("acme", "iv"))
	r.until("iv", "failed once", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	r.sql("UPDATE ghexport.exports SET due_at = clock_timestamp()")
	n.relay.Nudge()
	e := r.state("iv", "sent")
	assert.Equal(t, []string{ledger.FlagResentAfter5xx}, e.Flags)
	assert.Equal(t, 2, e.Attempts)
	assert.Equal(t, 1, r.sim.CountCandidates(key))
}

func TestOutcomes_DeadAfter72Hours(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	n := r.start()
	r.sim.Plan(greenhousesim.Fault{Status: 503, Times: -1})
	r.enqueue(result("acme", "iv"))
	r.until("iv", "failed once", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	r.sql("UPDATE ghexport.integrations SET released_at = released_at - interval '100 hours'")
	r.sql("UPDATE ghexport.exports SET due_at = clock_timestamp(), first_failed_at = clock_timestamp() - interval '72 hours'")
	n.relay.Nudge()
	e := r.state("iv", "dead")
	assert.Equal(t, "greenhouse.down", e.Cause)
	assert.Contains(t, e.Detail, "72 h")
}

// The clock of failures does not run while a company could not send.
func TestOutcomes_APauseForgivesFailures(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	n := r.start()
	r.sim.Plan(greenhousesim.Fault{Status: 503, Times: -1})
	r.enqueue(result("acme", "iv"))
	r.until("iv", "failed once", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
	require.NoError(t, err)
	r.sql("UPDATE ghexport.exports SET due_at = clock_timestamp(), first_failed_at = clock_timestamp() - interval '80 hours'")
	_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
	require.NoError(t, err)
	n.relay.Nudge()
	e := r.until("iv", "failed again", func(e row) bool { return e.Attempts == 2 && e.State != "sending" })
	assert.Equal(t, "pending", e.State)
	var failures int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT failures FROM ghexport.exports").Scan(&failures))
	assert.Equal(t, 1, failures)
}

func TestOutcomes_429MovesTheWindow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.start(func(_ *Config, rl *relay.Relay) { rl.Poll = 100 * time.Millisecond })
	r.sim.Plan(greenhousesim.Fault{Status: 429, Headers: map[string]string{"Retry-After": "2"}})
	began := time.Now()
	r.enqueue(result("acme", "a"), result("acme", "b"), result("acme", "c"), result("acme", "d"), result("acme", "e"), result("acme", "f"))
	for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
		r.state(id, "sent")
	}
	assert.GreaterOrEqual(t, time.Since(began), 2*time.Second)
	assert.Equal(t, 6, r.sim.CountCandidates(key))
	assert.Len(t, r.sim.Creates(key), 7)
	var failures int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT coalesce(sum(failures), 0) FROM ghexport.exports").Scan(&failures))
	assert.Zero(t, failures, "a limit counts as no failure")
}
