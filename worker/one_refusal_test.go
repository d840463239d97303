package worker

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// mapped connects acme in mode candidate, with two roles that are mapped to jobs of its own.
func (r *rig) mapped() string {
	r.t.Helper()
	key := r.company("acme", func(a *greenhousesim.Account) {
		a.Jobs = []greenhousesim.Job{{ID: 101, Name: "Backend"}, {ID: 102, Name: "Frontend"}}
	})
	r.sql(`UPDATE ghexport.integrations SET mode = 'candidate', job_map = '{"backend": 101, "frontend": 102}'`)
	return key
}

// refused lets Greenhouse answer 403 to the person of this interview, for ever.
func (r *rig) refused(key, interview string) {
	r.sim.Plan(greenhousesim.Fault{Account: key, ExternalID: "cand_" + interview, Times: -1, Status: 403})
}

// One export that is always answered 403 holds its company no longer than it takes to try another, and dies of what is its own.
func TestTrial_OneRefusalNeitherStopsNorKillsTheCompany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		job   any
		cause string
	}{
		"ThatNamedAJob": {"backend", "target.refused"},
		"ThatNamedNone": {nil, "payload.refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.mapped()
			n := r.start()
			r.refused(key, "poison")
			r.enqueue(result("acme", "poison", set("job", c.job)))
			r.untilHeld("acme", "permission.denied")
			for i := range 8 {
				r.enqueue(result("acme", fmt.Sprintf("good_%d", i), set("job", "frontend")))
			}
			r.state("good_7", "pending")
			r.probe(n, "acme")
			for i := range 8 {
				r.state(fmt.Sprintf("good_%d", i), "sent")
			}
			e := r.state("poison", "dead")
			assert.Equal(t, c.cause, e.Cause)
			assert.Equal(t, 2, e.Attempts, "once for the hold, and once it is judged again")
			r.untilHeld("acme", "")
			assert.Equal(t, 8, r.sim.CountCandidates(key))
			require.Len(t, r.holds("acme"), 1)
			assert.Equal(t, query.HoldAccepted, *r.holds("acme")[0].Ended)
		})
	}
}

// The trial is of another target where one is due, however many of the refused one wait before it.
func TestTrial_AnotherTargetFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.mapped()
	for i := range 12 {
		r.refused(key, fmt.Sprintf("back_%02d", i))
	}
	n := r.start()
	r.enqueue(result("acme", "back_00", set("job", "backend")))
	r.untilHeld("acme", "permission.denied")
	for i := 1; i < 12; i++ {
		r.enqueue(result("acme", fmt.Sprintf("back_%02d", i), set("job", "backend")))
	}
	r.enqueue(result("acme", "front", set("job", "frontend")))
	r.state("front", "pending")
	r.probe(n, "acme")
	r.state("front", "sent")
	for i := range 12 {
		assert.Equal(t, "target.refused", r.state(fmt.Sprintf("back_%02d", i), "dead").Cause)
	}
	require.Len(t, r.holds("acme"), 1, "the others of that job are judged by themselves")
	var atOnce int
	require.NoError(t, r.watch.QueryRow(t.Context(), `
		SELECT count(*) FROM ghexport.attempts a JOIN ghexport.attempts b
		    ON a.token < b.token AND a.started_at < b.finished_at AND b.started_at < a.finished_at
		   AND a.cause = 'target.refused' AND b.cause = 'target.refused'`).Scan(&atOnce))
	assert.Zero(t, atOnce, "one at a time")
}

// A right that was lost and given back kills nobody who was refused meanwhile.
func TestTrial_ARightGivenBackKillsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	nodes := r.gather("acme", 12, 2)
	r.sim.SetProspects(key, false)
	r.resume("acme", nodes)
	r.untilHeld("acme", "permission.denied")
	r.quietButHeld()
	r.sim.SetProspects(key, true)
	r.probe(nodes[0], "acme")
	for i := range 12 {
		r.state(fmt.Sprintf("acme_%02d", i), "sent")
	}
	var suspects, targets int
	require.NoError(t, r.watch.QueryRow(t.Context(), `
		SELECT cardinality(suspects), cardinality(refused_targets) FROM ghexport.integrations`).Scan(&suspects, &targets))
	assert.Zero(t, suspects, "each was trusted again")
	assert.Zero(t, targets)
}

// A job that may be used again is a target like any other once one export for it was accepted.
func TestTrial_ATargetIsTrustedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.mapped()
	n := r.start()
	r.refused(key, "poison")
	r.enqueue(result("acme", "poison", set("job", "backend")))
	r.untilHeld("acme", "permission.denied")
	r.enqueue(result("acme", "front", set("job", "frontend")))
	r.state("front", "pending")
	r.probe(n, "acme")
	r.state("poison", "dead")
	assert.Equal(t, []string{"job 101"}, r.refusedTargets())
	r.enqueue(result("acme", "back", set("job", "backend")))
	r.state("back", "sent")
	assert.Empty(t, r.refusedTargets())
}

func (r *rig) refusedTargets() (targets []string) {
	r.t.Helper()
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT refused_targets FROM ghexport.integrations").Scan(&targets))
	return targets
}

// refusing lets Greenhouse answer 422 to everybody of this company.
func (r *rig) refusing(key string) {
	body := `{"errors":[{"field":"emails","message":"Email type is not allowed"}]}`
	r.sim.Plan(greenhousesim.Fault{Account: key, Times: -1, Status: 422, Body: &body})
}

// Twenty deaths in a row of the same thing hold the company; the rest waits, and one export is tried at each look.
func TestBrake(t *testing.T) {
	t.Parallel()
	// braked has 30 exports of acme meet one answer that kills them all, until it is held.
	braked := func(t *testing.T) (*rig, *node, string) {
		t.Helper()
		r := newRig(t)
		key := r.company("acme")
		nodes := r.gather("acme", 30, 1)
		r.refusing(key)
		r.resume("acme", nodes)
		r.untilHeld("acme", "refusing")
		r.quietButHeld()
		return r, nodes[0], key
	}
	dead := func(r *rig) (n int) {
		require.NoError(r.t, r.watch.QueryRow(r.t.Context(), "SELECT count(*) FROM ghexport.exports WHERE state = 'dead'").Scan(&n))
		return n
	}

	t.Run("HoldsWithinTheCapAndWaits", func(t *testing.T) {
		t.Parallel()
		r, n, key := braked(t)
		died := dead(r)
		assert.GreaterOrEqual(t, died, 20)
		assert.Less(t, died, 20+4, "what was on its way")
		facts, err := r.store.HoldFacts(t.Context(), "acme")
		require.NoError(t, err)
		held := wording.OfHold(facts)
		assert.Equal(t, ledger.CauseRefusing, held.Cause)
		assert.Contains(t, held.Says, "Email type is not allowed")

		r.probe(n, "acme")
		r.checked("acme", store.CheckProbe)
		r.until("acme_29", "tried or waiting", func(row) bool { return dead(r) == died+1 })
		r.quietButHeld()
		assert.Equal(t, died+1, dead(r), "one export is tried at each look")
		r.untilHeld("acme", "refusing")

		r.sim.ClearFaults()
		r.probe(n, "acme")
		r.state("acme_29", "sent")
		r.untilHeld("acme", "")
		r.quiet()
		assert.Equal(t, 30-died-1, r.sim.CountCandidates(key))
		assert.Equal(t, query.HoldAccepted, *r.holds("acme")[0].Ended)
	})

	t.Run("EndsByAPersonsResume", func(t *testing.T) {
		t.Parallel()
		r, n, key := braked(t)
		died := dead(r)
		r.sim.ClearFaults()
		done, err := r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		assert.True(t, done)
		n.relay.Nudge()
		r.state("acme_29", "sent")
		r.quiet()
		assert.Equal(t, 30-died, r.sim.CountCandidates(key))
		assert.Equal(t, query.HoldResumed, *r.holds("acme")[0].Ended)
	})

	t.Run("CountsNoTestCandidate", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.refusing(r.company("acme"))
		registry := prometheus.NewRegistry()
		r.start(func(c *Config, _ *relay.Relay) { c.Metrics = NewMetrics(registry) })
		test, _, err := r.store.SendTestCandidate(t.Context(), "acme", somebody)
		require.NoError(t, err)
		assert.Equal(t, "payload.refused", r.state(test.InterviewID, "dead").Cause)
		deaths := func() (n int) {
			require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT deaths FROM ghexport.integrations").Scan(&n))
			return n
		}
		assert.Zero(t, deaths())
		r.countsNothing(registry, "acme")
		counted, _ := counted(t, registry, "ghexport_dead_total", "payload.refused")
		assert.Zero(t, counted)
		r.enqueue(result("acme", "real"))
		r.state("real", "dead")
		assert.Equal(t, 1, deaths())
	})

	t.Run("ResumedTooSoonItHoldsAgainAfterAsMany", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		nodes := r.gather("acme", 60, 1)
		r.refusing(key)
		r.resume("acme", nodes)
		r.untilHeld("acme", "refusing")
		r.quietButHeld()
		before := dead(r)
		r.resume("acme", nodes)
		r.until("acme_59", "held again", func(row) bool { return len(r.holds("acme")) == 2 })
		r.quietButHeld()
		assert.GreaterOrEqual(t, dead(r), before+20)
		assert.Less(t, dead(r), before+24)
	})

	t.Run("NotWhereSomethingIsAcceptedInBetween", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sql("UPDATE ghexport.integrations SET in_flight_cap = 1")
		r.start()
		for i := range 31 {
			interview := fmt.Sprintf("iv_%02d", i)
			if i != 15 {
				r.sim.Plan(greenhousesim.Fault{Account: key, ExternalID: "cand_" + interview, Status: 422})
			}
			r.enqueue(result("acme", interview))
			r.state(interview, "dead", "sent")
		}
		r.untilHeld("acme", "")
		assert.Equal(t, 30, dead(r))
	})

	t.Run("NotOfDifferentThings", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sql("UPDATE ghexport.integrations SET in_flight_cap = 1")
		r.start()
		for i := range 24 {
			interview := fmt.Sprintf("iv_%02d", i)
			body := fmt.Sprintf(`{"errors":[{"field":"%s","message":"is wrong"}]}`, []string{"emails", "notes"}[i%2])
			r.sim.Plan(greenhousesim.Fault{Account: key, ExternalID: "cand_" + interview, Status: 422, Body: &body})
			r.enqueue(result("acme", interview))
			r.state(interview, "dead")
		}
		r.untilHeld("acme", "")
	})

	t.Run("AReplayDoesNotCount", func(t *testing.T) {
		t.Parallel()
		r, n, _ := braked(t)
		_, err := r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.until("acme_29", "gone", func(e row) bool { return e.State == "dead" })
		r.quiet()
		_, err = r.store.Replay(t.Context(), store.ReplayRequest{Request: store.Request{By: somebody}})
		require.NoError(t, err)
		n.relay.Nudge()
		r.until("acme_29", "dead again", func(e row) bool { return e.State == "dead" && e.Attempts == 2 })
		r.quiet()
		r.untilHeld("acme", "")
	})
}
