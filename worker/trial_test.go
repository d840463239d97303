package worker

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// forbidden holds acme for a 403 while no node runs, with these interviews waiting, and returns a relay that is moved by hand.
func (r *rig) forbidden(interviews ...string) *relay.Relay {
	r.t.Helper()
	r.sql("UPDATE ghexport.integrations SET hold_cause = 'permission.denied', hold_since = clock_timestamp(), probe_at = clock_timestamp() + interval '1 hour'")
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
	for _, interview := range interviews {
		r.enqueue(result("acme", interview))
	}
	_, err := rl.Fold(r.t.Context())
	require.NoError(r.t, err)
	return rl
}

// passed tells the store that reading is allowed again, and hands the trial out.
func (r *rig) passed(rl *relay.Relay) {
	r.t.Helper()
	effect, err := r.store.Looked(r.t.Context(), store.Look{OrgID: "acme", CredentialVersion: 1, Answer: store.CheckAccepted, Status: 200})
	require.NoError(r.t, err)
	require.Equal(r.t, store.LookTrial, effect)
	r.dispatch(rl)
}

func (r *rig) dispatch(rl *relay.Relay) {
	r.t.Helper()
	_, err := rl.Dispatch(r.t.Context())
	require.NoError(r.t, err)
}

// swept sweeps once, after whatever a node's own relay is doing.
func (r *rig) swept() {
	r.t.Helper()
	ctx := r.deadline(patience)
	for {
		_, err := r.store.Sweep(ctx, 0)
		if errors.Is(err, store.ErrStandby) {
			continue
		}
		require.NoError(r.t, err)
		return
	}
}

// trying is the export that tries, 0 for none.
func (r *rig) trying() (id int64) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT coalesce(trial_export_id, 0) FROM ghexport.integrations").Scan(&id))
	return id
}

func TestTrial(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, interviews ...string) (*rig, *relay.Relay, string) {
		t.Helper()
		r := newRig(t)
		key := r.company("acme")
		return r, r.forbidden(interviews...), key
	}

	t.Run("IsOneHoweverManyNodesLook", func(t *testing.T) {
		t.Parallel()
		r, _, key := start(t, "a", "b", "c", "d", "e", "f")
		r.sim.SetProspects(key, false)
		nodes := []*node{r.start(), r.start(), r.start()}
		for round := 1; round <= 3; round++ {
			var looking sync.WaitGroup
			for _, n := range nodes { // as if each had claimed it
				looking.Go(func() { assert.NoError(t, n.worker.Probe(t.Context(), []string{"acme"})) })
			}
			looking.Wait()
			before := r.trials()
			r.quietButHeld()
			r.until("a", "tried", func(row) bool { return r.trials() > before || r.trials() >= round })
			r.quietButHeld()
			assert.LessOrEqual(t, len(r.sim.Creates(key)), round*len(nodes), "a look is answered by one export at most")
		}
		var atOnce int
		require.NoError(t, r.watch.QueryRow(t.Context(), `
			SELECT count(*) FROM ghexport.attempts a JOIN ghexport.attempts b
			    ON a.token < b.token AND a.started_at < b.finished_at AND b.started_at < a.finished_at`).Scan(&atOnce))
		assert.Zero(t, atOnce, "no two trials at once")
		r.untilHeld("acme", "permission.denied")
	})

	t.Run("WithNothingDueTheNextExportIsIt", func(t *testing.T) {
		t.Parallel()
		r, rl, key := start(t)
		r.passed(rl)
		r.untilHeld("acme", "permission.denied")
		r.start()
		r.enqueue(result("acme", "next"))
		r.state("next", "sent")
		r.untilHeld("acme", "")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		assert.Equal(t, store.CheckTrial, r.checked("acme", store.CheckTrial)[0].Kind)
	})

	t.Run("AnsweredWithAServerErrorReleases", func(t *testing.T) {
		t.Parallel()
		r, rl, _ := start(t, "a", "b")
		r.sim.Plan(greenhousesim.Fault{Status: 503})
		r.passed(rl)
		r.start()
		r.state("b", "sent")
		e := r.until("a", "going again", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
		assert.Equal(t, "greenhouse.down", e.Cause)
		r.untilHeld("acme", "")
	})

	t.Run("WithoutAnAnswerTheHoldStays", func(t *testing.T) {
		t.Parallel()
		r, rl, key := start(t, "a", "b")
		r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
		r.passed(rl)
		n := r.start()
		r.state("a", "unknown")
		r.checked("acme", store.CheckTrial)
		r.untilHeld("acme", "permission.denied")
		assert.Zero(t, r.trying())
		assert.Len(t, r.sim.Creates(key), 1)
		r.probe(n, "acme")
		r.state("b", "sent")
		r.untilHeld("acme", "")
	})

	t.Run("PausedMeanwhileSendsNothing", func(t *testing.T) {
		t.Parallel()
		r, rl, key := start(t, "a", "b")
		r.passed(rl)
		trial := r.trying()
		require.NotZero(t, trial)
		_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		n := r.start()
		r.until("a", "given up", func(e row) bool { return e.JobState == "cancelled" })
		r.swept()
		r.state("a", "pending")
		r.swept()
		assert.Zero(t, r.trying(), "its export went another way")
		assert.Empty(t, r.sim.Creates(key))
		_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.probe(n, "acme")
		r.state("a", "sent")
		r.state("b", "sent")
	})

	t.Run("WithdrawnMeanwhileAnotherTries", func(t *testing.T) {
		t.Parallel()
		r, rl, key := start(t, "a", "b")
		r.passed(rl)
		require.NotZero(t, r.trying())
		r.enqueue(result("acme", "a", set("version", 2), set("candidate_continues", false)))
		_, err := rl.Fold(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "withdrawn", r.state("a", "ineligible").Cause)
		r.swept()
		assert.Zero(t, r.trying())
		n := r.start()
		r.probe(n, "acme")
		r.state("b", "sent")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
	})

	t.Run("NewCredentialsMeanwhileNeedNone", func(t *testing.T) {
		t.Parallel()
		r, rl, _ := start(t, "a", "b")
		r.passed(rl)
		trial := r.intend(r.state("a", "queued"))
		assert.True(t, trial.Trial)
		fresh := r.company("acme")
		r.untilHeld("acme", "")
		_, err := r.store.Settle(t.Context(), store.Settle{
			ExportID: trial.ExportID, Token: trial.Token, OrgID: "acme", CredentialVersion: trial.Company.CredentialVersion,
			StartedAt: trial.StartedAt, Trial: true, Outcome: ledger.OutcomeHold, Cause: ledger.CausePermissionDenied, Status: 403,
		})
		require.NoError(t, err)
		r.untilHeld("acme", "")
		r.start()
		r.state("a", "sent")
		r.state("b", "sent")
		assert.Equal(t, 2, r.sim.CountCandidates(fresh))
	})
}

// trials counts what was tried.
func (r *rig) trials() (n int) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT count(*) FROM ghexport.checks WHERE kind = 'trial'").Scan(&n))
	return n
}

// What is turned off in the middle of things sends nothing more, whatever lies in River's queue; turned on again, somebody must say
// what becomes of it.
func TestSwitchingOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		off, on func(r *rig) error
	}{
		"TheCompany": {
			func(r *rig) error { _, err := r.store.Disable(r.t.Context(), "acme", somebody); return err },
			func(r *rig) error {
				_, err := r.store.Enable(r.t.Context(), "acme", store.WaitingUndecided, somebody)
				var waiting *store.WaitingError
				require.ErrorAs(r.t, err, &waiting)
				require.EqualValues(r.t, 10, waiting.Count)
				r.quietButHeld()
				_, err = r.store.Enable(r.t.Context(), "acme", store.WaitingSend, somebody)
				return err
			},
		},
		"ThePause": {
			func(r *rig) error { _, err := r.store.PauseOrg(r.t.Context(), "acme", somebody); return err },
			func(r *rig) error { _, err := r.store.ResumeOrg(r.t.Context(), "acme", somebody); return err },
		},
		"Everything": {
			func(r *rig) error { _, err := r.store.StopAll(r.t.Context(), somebody); return err },
			func(r *rig) error { _, err := r.store.ResumeAll(r.t.Context(), somebody); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme")
			r.sql("UPDATE ghexport.integrations SET in_flight_cap = 10")
			rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
			for i := range 10 {
				r.enqueue(result("acme", fmt.Sprintf("acme_%02d", i)))
			}
			_, err := rl.Fold(t.Context())
			require.NoError(t, err)
			r.dispatch(rl)
			r.state("acme_09", "queued") // ten jobs lie in River's queue
			require.NoError(t, c.off(r))
			r.start()
			r.until("acme_09", "overtaken", func(e row) bool { return e.JobState == "cancelled" })
			r.swept()
			r.quietButHeld()
			assert.Zero(t, r.sim.CountRequests(), "the intent looks")
			require.NoError(t, c.on(r))
			for i := range 10 {
				assert.Equal(t, 1, r.state(fmt.Sprintf("acme_%02d", i), "sent").Attempts)
			}
			assert.Equal(t, 10, r.sim.CountCandidates(key))
		})
	}
}

// The first turning on asks, too: what arrived before anybody connected the company is never sent unasked.
func TestTurningOnForTheFirstTimeAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start()
	r.enqueue(result("acme", "before"))
	r.state("before", "pending")
	key := "key-of-acme-98765"
	r.sim.AddAccount(greenhousesim.Account{Name: "acme", Key: key, Users: []greenhousesim.User{{Email: createdBy, Name: "Ron Weasley"}}})
	sealed, err := r.keyset.Seal("acme", []byte(key))
	require.NoError(t, err)
	connect := store.Connect{OrgID: "acme", SealedKey: sealed, KeyDigest: r.digests.Key(key), CreatedBy: createdBy, Tested: true, Enable: true}
	_, err = r.store.Connect(t.Context(), connect, somebody)
	var waiting *store.WaitingError
	require.ErrorAs(t, err, &waiting)
	assert.EqualValues(t, 1, waiting.Count)
	_, err = r.store.Integration(t.Context(), "acme")
	require.ErrorIs(t, err, store.ErrNotFound, "nothing was saved")
	connect.Waiting = store.WaitingDrop
	_, err = r.store.Connect(t.Context(), connect, somebody)
	require.NoError(t, err)
	assert.Equal(t, "dropped", r.state("before", "cancelled").Cause)
	r.enqueue(result("acme", "after"))
	r.state("after", "sent")
	assert.Equal(t, 1, r.sim.CountCandidates(key))
}
