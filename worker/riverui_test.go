package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"riverqueue.com/riverui"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// bareUI is River UI as somebody may start it by themselves: with no guard of ours before it.
func (r *rig) bareUI(n *node) *httptest.Server {
	r.t.Helper()
	ui, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: riverui.NewEndpoints(n.worker.River(), nil), Logger: slog.New(slog.DiscardHandler)})
	require.NoError(r.t, err)
	ctx, cancel := context.WithCancel(r.t.Context())
	r.t.Cleanup(cancel)
	require.NoError(r.t, ui.Start(ctx))
	server := httptest.NewServer(ui)
	r.t.Cleanup(server.Close)
	return server
}

// press asks River UI's API for something. What it answers is its own affair.
func (r *rig) press(ui *httptest.Server, method, path string, jobs ...int64) int {
	r.t.Helper()
	ids := []string{}
	for _, id := range jobs {
		ids = append(ids, fmt.Sprint(id))
	}
	body, err := json.Marshal(map[string]any{"ids": ids})
	require.NoError(r.t, err)
	req, err := http.NewRequestWithContext(r.t.Context(), method, ui.URL+path, strings.NewReader(string(body)))
	require.NoError(r.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := ui.Client().Do(req)
	require.NoError(r.t, err)
	require.NoError(r.t, res.Body.Close())
	return res.StatusCode
}

// attacks hold what somebody can do to River's job of an export, in River UI and in the table itself.
var attacks = map[string]func(r *rig, ui *httptest.Server, job int64){
	"Retry":  func(r *rig, ui *httptest.Server, job int64) { r.press(ui, "POST", "/api/jobs/retry", job) },
	"Cancel": func(r *rig, ui *httptest.Server, job int64) { r.press(ui, "POST", "/api/jobs/cancel", job) },
	"Delete": func(r *rig, ui *httptest.Server, job int64) { r.press(ui, "POST", "/api/jobs/delete", job) },
	"RetryTwice": func(r *rig, ui *httptest.Server, job int64) {
		r.press(ui, "POST", "/api/jobs/retry", job, job)
		r.press(ui, "POST", "/api/jobs/retry", job)
	},
	"DeleteRow": func(r *rig, _ *httptest.Server, job int64) {
		r.sql("DELETE FROM ghexport.river_job WHERE id = $1", job)
	},
	"Available": setJob("available", "attempt = 0, max_attempts = 25, finalized_at = NULL"),
	"Running":   setJob("running", "attempt = 1, finalized_at = NULL, attempted_at = now() - interval '11 seconds'"),
	"Completed": setJob("completed", "finalized_at = now()"),
	"Cancelled": setJob("cancelled", "finalized_at = now()"),
	"Discarded": setJob("discarded", "finalized_at = now()"),
	"Retryable": setJob("retryable", "attempt = 0, max_attempts = 25, finalized_at = NULL, scheduled_at = now()"),
	"Scheduled": setJob("scheduled", "attempt = 0, max_attempts = 25, finalized_at = NULL, scheduled_at = now()"),
	"OtherQueue": func(r *rig, _ *httptest.Server, job int64) {
		r.sql("UPDATE ghexport.river_job SET queue = 'nobody' WHERE id = $1", job)
	},
}

func setJob(state, more string) func(r *rig, _ *httptest.Server, job int64) {
	return func(r *rig, _ *httptest.Server, job int64) {
		r.t.Helper()
		r.sql("UPDATE ghexport.river_job SET state = $2::text::ghexport.river_job_state, "+more+" WHERE id = $1", job, state)
	}
}

// attack does every attack, each to the job of an export of its own.
func (r *rig) attack(ui *httptest.Server) {
	r.t.Helper()
	for name, do := range attacks {
		do(r, ui, r.newestJob(name))
	}
}

func (r *rig) newestJob(interview string) int64 {
	r.t.Helper()
	var job int64
	err := r.watch.QueryRow(r.t.Context(), `
		SELECT coalesce(max(j.id), 0) FROM ghexport.river_job j JOIN ghexport.exports e ON j.args ->> 'export_id' = e.id::text
		 WHERE e.interview_id = $1`, interview).Scan(&job)
	require.NoError(r.t, err)
	return job
}

// victims commits one export for each attack, with whom nothing else is wrong.
func (r *rig) victims() {
	r.t.Helper()
	r.sql("INSERT INTO ghexport.budgets (credential, limit_) SELECT key_digest, 100000 FROM ghexport.integrations")
	r.sql("UPDATE ghexport.integrations SET in_flight_cap = 64")
	for name := range attacks {
		r.enqueue(result("acme", name))
	}
}

func (r *rig) all(states ...string) {
	r.t.Helper()
	for name := range attacks {
		r.state(name, states...)
	}
}

// settled waits until River has nothing left to do with exports that it could do.
func (r *rig) settled() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*patience)
	defer cancel()
	for {
		var left int
		err := r.watch.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM ghexport.river_job WHERE kind = 'export' AND queue = 'export' AND state IN ('available', 'running', 'retryable', 'scheduled')
			           AND NOT (state = 'running' AND attempted_at < clock_timestamp() - interval '10 seconds')) -- that one only says that it runs
			     + (SELECT count(*) FROM ghexport.exports WHERE job_id IS NOT NULL OR due_at <= clock_timestamp())`).Scan(&left)
		require.NoError(r.t, err)
		if left == 0 {
			return
		}
		_, err = r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "%d still to do; log: %s", left, r.said())
	}
}

// once checks what Greenhouse saw: for nobody two profiles, and one for whom the ledger says is there.
func (r *rig) once(key string) {
	r.t.Helper()
	profiles := map[string]int{}
	for _, c := range r.sim.Candidates(key) {
		profiles[c.ExternalID]++
	}
	for name := range attacks {
		e, ok := r.export(name)
		require.True(r.t, ok, name)
		n := profiles["cand_"+name]
		assert.LessOrEqual(r.t, n, 1, "%s: sent twice", name)
		if e.State == "sent" {
			assert.Equal(r.t, 1, n, "%s: the ledger says it is there", name)
		}
		assert.Contains(r.t, []string{"sent", "dead", "unknown"}, e.State, "%s: lost on the way", name)
	}
}

// Whatever is done to River's jobs, in River UI or in the table, sends nothing twice and loses nothing: the ledger decides, and the
// sweep repairs.
func TestRiver_AttacksOnJobs(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, *rig, string){
		"BeforeTheyRun":            attackQueued,
		"WhileTheySend":            attackSending,
		"AfterTheyWereSent":        attackSent,
		"AfterTheyWereRefused":     attackDead,
		"AfterAnUnreadableAnswer":  attackUnknown,
		"WhileTheyWaitToGoAgain":   attackWaiting,
		"WhileTheQueueIsPaused":    attackPaused,
		"AllInOneSelectionOfTheUI": attackInBulk,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			run(t, r, r.company("acme"))
		})
	}
}

func attackQueued(t *testing.T, r *rig, key string) {
	r.victims()
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
	_, err := rl.Fold(t.Context())
	require.NoError(t, err)
	_, err = rl.Dispatch(t.Context())
	require.NoError(t, err)
	r.all("queued")
	idle := r.start(func(c *Config, _ *relay.Relay) { c.NoSend = true })
	idle.stop() // it lends its River client only
	r.attack(r.bareUI(idle))
	r.sql("UPDATE ghexport.river_job SET scheduled_at = now() + interval '1 year' WHERE id = $1 AND state = 'scheduled'", r.newestJob("Scheduled"))
	r.start()
	r.all("sent")
	r.once(key)
}

func attackSending(t *testing.T, r *rig, key string) {
	r.sim.Plan(greenhousesim.Fault{Delay: 1500 * time.Millisecond, Times: -1})
	n := r.start()
	r.victims()
	require.NoError(t, r.sim.WaitForRequests(t.Context(), len(attacks)))
	r.attack(r.bareUI(n))
	r.settled()
	r.once(key)
	assert.Len(t, r.sim.Creates(key), len(attacks), "one request each")
}

func attackSent(t *testing.T, r *rig, key string) {
	n := r.start()
	r.victims()
	r.all("sent")
	r.settled()
	r.attack(r.bareUI(n))
	r.settled()
	r.all("sent")
	r.once(key)
	assert.Len(t, r.sim.Creates(key), len(attacks), "nothing that is there is sent again")
}

func attackDead(t *testing.T, r *rig, key string) {
	r.sim.Plan(greenhousesim.Fault{Status: 422, Times: len(attacks)})
	n := r.start()
	r.victims()
	r.all("dead")
	r.settled()
	r.attack(r.bareUI(n))
	r.settled()
	for name := range attacks {
		if strings.HasPrefix(name, "Retry") && name != "Retryable" {
			r.state(name, "sent") // the button replays through the ledger
		} else {
			r.state(name, "dead")
		}
	}
	r.once(key)
}

func attackUnknown(t *testing.T, r *rig, key string) {
	r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter, Times: len(attacks)})
	n := r.start()
	r.victims()
	r.all("unknown")
	r.settled()
	r.attack(r.bareUI(n))
	r.settled()
	r.all("unknown")
	r.once(key)
	assert.Len(t, r.sim.Creates(key), len(attacks), "only a person resolves the doubt")
}

func attackWaiting(t *testing.T, r *rig, key string) {
	r.sim.Plan(greenhousesim.Fault{Status: 503, Times: len(attacks)})
	n := r.start()
	r.victims()
	require.NoError(t, r.sim.WaitForAnswers(t.Context(), len(attacks)))
	r.settled()
	r.attack(r.bareUI(n))
	r.sql("UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at IS NOT NULL")
	n.relay.Nudge()
	r.all("sent")
	r.settled()
	r.once(key)
}

func attackPaused(t *testing.T, r *rig, key string) {
	n := r.start()
	ui := r.bareUI(n)
	r.sql("INSERT INTO ghexport.river_queue (name, updated_at) VALUES ('export', now()) ON CONFLICT DO NOTHING")
	require.Equal(t, http.StatusOK, r.press(ui, "PUT", "/api/queues/export/pause"))
	r.victims()
	b, err := health.In(r.store).Backlog(t.Context())
	require.NoError(t, err)
	require.Len(t, b.Paused, 1)
	require.Equal(t, http.StatusOK, r.press(ui, "PUT", "/api/queues/export/resume"))
	r.all("sent")
	r.settled()
	r.once(key)
	assert.Len(t, r.sim.Creates(key), len(attacks))
}

func attackInBulk(t *testing.T, r *rig, key string) {
	n := r.start()
	r.sim.Plan(greenhousesim.Fault{Status: 422, Times: len(attacks) / 2})
	r.victims()
	r.all("sent", "dead")
	r.settled()
	var jobs []int64
	for name := range attacks {
		jobs = append(jobs, r.newestJob(name))
	}
	ui := r.bareUI(n)
	require.Equal(t, http.StatusOK, r.press(ui, "POST", "/api/jobs/retry", jobs...))
	r.all("sent")
	r.settled()
	r.once(key)
	assert.Len(t, r.sim.Creates(key), len(attacks)+len(attacks)/2, "what was there is not sent again")
	require.Equal(t, http.StatusOK, r.press(ui, "POST", "/api/jobs/delete", jobs...))
	r.all("sent")
}
