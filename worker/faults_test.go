package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// pressRetry does what River UI's button does to the newest job of an export.
func (r *rig) pressRetry(exportID int64) {
	r.t.Helper()
	client, err := river.NewClient(riverpgxv5.New(r.store.Pool), &river.Config{Schema: "ghexport"})
	require.NoError(r.t, err)
	var job int64
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT max(id) FROM ghexport.river_job WHERE args ->> 'export_id' = $1", fmt.Sprint(exportID)).Scan(&job))
	_, err = client.JobRetry(r.t.Context(), job)
	require.NoError(r.t, err)
}

func TestRetryInRiverUI(t *testing.T) {
	t.Parallel()

	t.Run("OfACompletedJobSendsNothing", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.enqueue(result("acme", "iv"))
		e := r.state("iv", "sent")
		r.until("iv", "completed", func(e row) bool { return e.JobState == "completed" })
		r.pressRetry(e.ID)
		e = r.until("iv", "refused", func(e row) bool { return e.JobState == "cancelled" })
		assert.Contains(t, e.JobErrors, "not replayed")
		assert.Len(t, r.sim.Creates(key), 1)
		assert.Equal(t, "sent", e.State)
	})

	t.Run("OfADeadLetterReplaysThroughTheLedger", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sim.Plan(greenhousesim.Fault{Status: 422})
		r.start()
		r.enqueue(result("acme", "iv"))
		e := r.state("iv", "dead")
		r.until("iv", "discarded", func(e row) bool { return e.JobState == "discarded" })
		r.pressRetry(e.ID)
		r.state("iv", "sent")
		assert.Len(t, r.sim.Creates(key), 2)
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		var audited int
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.audit WHERE export_id = $1 AND actor = 'river-ui'", e.ID).Scan(&audited))
		assert.Equal(t, 1, audited)
	})

	t.Run("OfAnUnknownSendsNothing", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
		r.start()
		r.enqueue(result("acme", "iv"))
		e := r.state("iv", "unknown")
		r.until("iv", "discarded", func(e row) bool { return e.JobState == "discarded" })
		r.pressRetry(e.ID)
		e = r.until("iv", "refused", func(e row) bool { return e.JobState == "cancelled" })
		assert.Equal(t, "unknown", e.State)
		assert.Len(t, r.sim.Creates(key), 1)
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()

	// A process that died between intent and settle: nobody says how it ended.
	t.Run("MakesASilentAttemptUnknownAndHearsItsLateAnswer", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
		e := r.queued(rl, "iv")
		granted := r.intend(e)
		_, err := r.store.Sweep(t.Context(), 0)
		require.NoError(t, err)
		assert.Equal(t, "sending", r.state("iv", "sending").State, "its deadline has not passed")
		r.sql("UPDATE ghexport.exports SET deadline = clock_timestamp() - interval '1 second', attempt_started_at = attempt_started_at - interval '20 seconds'")
		swept, err := r.store.Sweep(t.Context(), 0)
		require.NoError(t, err)
		assert.Equal(t, 1, swept.Unknown)
		e = r.state("iv", "unknown")
		assert.Equal(t, "discarded", e.JobState)
		assert.Contains(t, e.JobErrors, "outcome.unknown")

		done, err := r.store.ResolveAbsent(t.Context(), ids(e.ID))
		require.NoError(t, err)
		require.Len(t, done.Refused, 1, "its worker may still tell")

		settled, err := r.store.Settle(t.Context(), store.Settle{ExportID: e.ID, Token: granted.Token, Outcome: ledger.OutcomeSent, CandidateID: 7, ProfileURL: "https://app.greenhouse.io/people/7"})
		require.NoError(t, err)
		assert.True(t, settled.Late)
		e = r.state("iv", "sent")
		assert.EqualValues(t, 7, *e.CandidateID)
	})

	t.Run("RequeuesWhoseJobCannotSendAnyMore", func(t *testing.T) {
		t.Parallel()
		for name, spoil := range map[string]string{
			"Deleted":      "DELETE FROM ghexport.river_job",
			"Cancelled":    "UPDATE ghexport.river_job SET state = 'cancelled', finalized_at = now()",
			"StuckRunning": "UPDATE ghexport.river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '11 seconds'",
		} {
			r := newRig(t)
			key := r.company("acme")
			rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
			r.queued(rl, "iv")
			r.sql(spoil)
			swept, err := r.store.Sweep(t.Context(), 0)
			require.NoError(t, err)
			assert.Equal(t, 1, swept.Requeued, name)
			r.state("iv", "pending")
			r.start()
			r.state("iv", "sent")
			assert.Equal(t, 1, r.sim.CountCandidates(key), name)
		}
	})

	t.Run("AZombiesLateWordChangesNothing", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
		e := r.queued(rl, "iv")
		first := r.intend(e)
		r.sql("UPDATE ghexport.exports SET deadline = clock_timestamp() - interval '1 s', attempt_started_at = attempt_started_at - interval '1 hour'")
		_, err := r.store.Sweep(t.Context(), 0)
		require.NoError(t, err)
		done, err := r.store.ResolveAbsent(t.Context(), ids(e.ID))
		require.NoError(t, err)
		require.Len(t, done.Done, 1)
		_, err = rl.Dispatch(t.Context())
		require.NoError(t, err)
		second := r.intend(r.state("iv", "queued"))
		settled, err := r.store.Settle(t.Context(), store.Settle{ExportID: e.ID, Token: first.Token, Outcome: ledger.OutcomeAgain, Cause: ledger.CauseGreenhouseDown})
		require.NoError(t, err)
		assert.False(t, settled.Applied)
		assert.Equal(t, "sending", r.state("iv", "sending").State)
		// But an id from the zombie makes it sent, and the second's own id shows the doubling.
		_, err = r.store.Settle(t.Context(), store.Settle{ExportID: e.ID, Token: first.Token, Outcome: ledger.OutcomeSent, CandidateID: 7})
		require.NoError(t, err)
		r.state("iv", "sent")
		_, err = r.store.Settle(t.Context(), store.Settle{ExportID: e.ID, Token: second.Token, Outcome: ledger.OutcomeSent, CandidateID: 8})
		require.NoError(t, err)
		e = r.state("iv", "sent")
		assert.Equal(t, []string{ledger.FlagDoubled}, e.Flags)
		assert.EqualValues(t, 7, *e.CandidateID)
	})
}

// queued brings one export to `queued` without a worker that would take it on.
func (r *rig) queued(rl *relay.Relay, interview string) row {
	r.t.Helper()
	r.enqueue(result("acme", interview))
	_, err := rl.Fold(r.t.Context())
	require.NoError(r.t, err)
	_, err = rl.Dispatch(r.t.Context())
	require.NoError(r.t, err)
	return r.state(interview, "queued")
}

func (r *rig) intend(e row) *store.Granted {
	r.t.Helper()
	granted, err := r.store.Intend(r.t.Context(), store.Intent{ExportID: e.ID, JobID: *e.JobID, Token: newToken(), Deadline: time.Minute, JobTimeout: 30 * time.Second})
	require.NoError(r.t, err)
	return granted
}

func TestPanicBeforeTheRequestLeft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.start(func(c *Config, _ *relay.Relay) { c.Keyset = nil })
	r.enqueue(result("acme", "iv"))
	assert.Equal(t, "bug", r.state("iv", "dead").Cause)
	assert.Zero(t, r.sim.CountRequests())
}

// A key that does not open holds the company; one that this node's keyset does not know stops the node and nobody else.
func TestKeysThatDoNotOpen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	other, err := r.keyset.Seal("other", []byte("key-of-another-company"))
	require.NoError(t, err)
	r.sql("UPDATE ghexport.integrations SET sealed_key = $1", other)
	n := r.start()
	r.enqueue(result("acme", "iv"))
	r.untilHeld("acme", "decrypt.failed")
	assert.NoError(t, n.worker.Ready())
	assert.Zero(t, r.sim.CountRequests())

	foreign, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	keyset, err := seal.ParseKeyset(foreign)
	require.NoError(t, err)
	unknown, err := keyset.Seal("acme", []byte("sealed-with-a-lost-keyset"))
	require.NoError(t, err)
	r.sql("UPDATE ghexport.integrations SET sealed_key = $1, decrypt_failed_at = NULL", unknown)
	n.relay.Nudge()
	r.until("iv", "tried", func(e row) bool { return n.worker.Ready() != nil })
	r.until("iv", "waiting unharmed for another node", func(e row) bool {
		return e.Attempts == 2 && (e.State == "pending" || e.State == "queued") && e.Cause == ""
	})
	r.untilHeld("acme", "")
}

// Every connection of the service is ended again and again while it works: nothing is lost, nothing doubled.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	const exports = 60
	r := newRig(t)
	key := r.company("acme")
	r.sql("INSERT INTO ghexport.budgets (credential, limit_) SELECT key_digest, 100000 FROM ghexport.integrations")
	r.sim.SetLatency(5 * time.Millisecond)
	r.start(func(_ *Config, rl *relay.Relay) { rl.Poll = 200 * time.Millisecond })
	admin := connect(t, r.db.AdminURL)
	for i := range exports {
		r.enqueue(result("acme", fmt.Sprintf("iv_%02d", i)))
		if i%5 == 0 {
			_, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'ghexport'", r.db.Name)
			require.NoError(t, err)
		}
	}
	for i := range exports {
		r.state(fmt.Sprintf("iv_%02d", i), "sent", "unknown")
	}
	doubled := map[string]int{}
	for _, c := range r.sim.Candidates(key) {
		doubled[c.ExternalID]++
	}
	for id, n := range doubled {
		assert.Equal(t, 1, n, id)
	}
	assert.Len(t, doubled, exports)
}

// A job that was given up wakes later, when another has taken its place: it sends nothing.
func TestIntent_IsRefusedToAJobThatWasGivenUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
	old := r.queued(rl, "iv")
	r.sql("UPDATE ghexport.river_job SET state = 'running', attempt = 1, attempted_at = now() - interval '11 seconds'")
	_, err := r.store.Sweep(t.Context(), 0)
	require.NoError(t, err)
	_, err = rl.Dispatch(t.Context())
	require.NoError(t, err)
	fresh := r.state("iv", "queued")
	require.NotEqual(t, *old.JobID, *fresh.JobID)
	_, err = r.store.Intend(t.Context(), store.Intent{ExportID: old.ID, JobID: *old.JobID, Token: newToken(), Deadline: time.Minute, JobTimeout: time.Minute})
	require.ErrorIs(t, err, store.ErrNotGranted)
	r.intend(fresh)
	_, err = r.store.Intend(t.Context(), store.Intent{ExportID: old.ID, JobID: *fresh.JobID, Token: newToken(), Deadline: time.Minute, JobTimeout: time.Minute})
	require.ErrorIs(t, err, store.ErrNotGranted, "nor to the same job twice")
}
