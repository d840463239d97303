package worker

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const exampleNote = "Interviewed on interviewing.io by Interviewer Name on 9/28/17 (all numeric scores out of 4, where 4 is best):\n\n" +
	"Technical skills: 4\n\nCommunication skills: 3\n\nProblem solving ability: 3\n\nFreeform feedback: \"Really good overall!\""

func TestPipeline(t *testing.T) {
	t.Parallel()

	t.Run("CarriesAResultToGreenhouse", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.enqueue(result("acme", "iv_1"))
		e := r.state("iv_1", "sent")
		require.NoError(t, r.sim.WaitForCandidates(t.Context(), key, 1))

		posts := r.sim.Creates(key)
		require.Len(t, posts, 1)
		var body object
		require.NoError(t, json.Unmarshal(posts[0].Body, &body))
		assert.Equal(t, object{
			"prospect": true, "first_name": "Ada", "last_name": "King Lovelace", "external_id": "cand_iv_1",
			"emails":       []any{object{"email": "iv_1@example.com", "type": "other"}},
			"social_media": []any{object{"url": "https://www.linkedin.com/in/ada"}},
			"notes":        exampleNote,
		}, body)
		assert.Equal(t, createdBy, posts[0].OnBehalfOf)
		assert.Equal(t, 1, e.Attempts)
		require.NotNil(t, e.ProfileURL)
		r.until("iv_1", "completed in River", func(e row) bool { return e.JobState == "completed" })

		line := r.logs.FilterMessage("attempt").All()
		require.Len(t, line, 1)
		assert.NotContains(t, r.said(), "Ada")
		assert.NotContains(t, r.said(), "iv_1@example.com")
		assert.NotContains(t, r.said(), key)
	})

	t.Run("LeavesOutWhoIsNotEligible", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		r.start()
		r.enqueue(
			result("acme", "no", set("interviewer_advances", false)),
			result("acme", "unanswered", set("candidate_continues", nil)),
			result("acme", "practice", set("practice", true)),
			result("acme", "yes"),
		)
		r.state("yes", "sent")
		assert.Equal(t, "decision.no", r.state("no", "ineligible").Cause)
		assert.Equal(t, "decision.missing", r.state("unanswered", "ineligible").Cause)
		assert.Equal(t, "practice", r.state("practice", "ineligible").Cause)
		assert.Equal(t, 1, r.sim.CountRequests())
		var bodies, digests int
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM ghexport.bodies), (SELECT count(email_digest) FROM ghexport.exports)").
			Scan(&bodies, &digests))
		assert.Equal(t, 1, bodies, "an ineligible export keeps nothing about the person")
		assert.Equal(t, 1, digests)
	})

	t.Run("RollsBackWithTheProducer", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		text, err := json.Marshal(result("acme", "undone"))
		require.NoError(t, err)
		tx, err := r.producer.Begin(t.Context())
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), "SELECT ghexport.enqueue($1)", string(text))
		require.NoError(t, err)
		require.NoError(t, tx.Rollback(t.Context()))
		r.enqueue(result("acme", "done"))
		r.state("done", "sent")
		r.quiet()
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		_, found := r.export("undone")
		assert.False(t, found)
	})

	t.Run("RepeatsAndStaleVersionsChangeNothing", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.enqueue(result("acme", "iv", set("version", 5)))
		r.state("iv", "sent")
		r.enqueue(result("acme", "iv", set("version", 5)), result("acme", "iv", set("version", 4), set("interviewer_advances", false)))
		r.quiet()
		assert.Empty(t, r.state("iv", "sent").Flags)
		r.enqueue(result("acme", "iv", set("version", 5), set("freeform_feedback", "other")))
		r.until("iv", "in conflict", func(e row) bool { return len(e.Flags) == 1 && e.Flags[0] == ledger.FlagVersionConflict })
		r.enqueue(result("acme", "iv", set("version", 6), set("freeform_feedback", "edited")))
		r.until("iv", "edited after send", func(e row) bool { return len(e.Flags) == 2 && e.Version == 6 })
		r.enqueue(result("acme", "iv", set("version", 7), set("candidate_continues", nil)))
		e := r.until("iv", "withdrawn after send", func(e row) bool { return e.Version == 7 })
		assert.Equal(t, []string{"decision_vanished", "edited_after_send", "version_conflict", "withdrawn_after_send"}, e.Flags)
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		assert.Equal(t, 1, r.sim.CountRequests())
	})

	t.Run("SendsAgainAfterACorrection", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.enqueue(result("acme", "iv", set("candidate_continues", nil)))
		r.state("iv", "ineligible")
		r.enqueue(result("acme", "iv", set("version", 2)))
		r.state("iv", "sent")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
	})
}

func TestHolds(t *testing.T) {
	t.Parallel()

	t.Run("AnUnknownCompanyWaits", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.start()
		r.enqueue(result("nobody", "iv"))
		e := r.state("iv", "pending")
		assert.NotNil(t, e.DueAt)
		held := ""
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT ghexport.held('nobody')").Scan(&held))
		assert.Equal(t, "off", held)
		key := r.company("nobody")
		r.state("iv", "sent")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
	})

	t.Run("A401HoldsTheCompanyAndReleasesByItself", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		n := r.start()
		r.sim.RevokeKey(key)
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			r.enqueue(result("acme", id))
		}
		r.untilHeld("acme", "auth.rejected")
		r.quietButHeld()
		assert.LessOrEqual(t, len(r.sim.Requests()), 4, "no more than the in-flight cap")
		r.sim.RestoreKey(key)
		changed, err := r.store.ProbeNow(t.Context(), "acme", store.By{Actor: "test", Reason: "fixed"})
		require.NoError(t, err)
		require.True(t, changed)
		n.relay.Nudge()
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			r.state(id, "sent")
		}
		assert.Equal(t, 8, r.sim.CountCandidates(key))
		r.untilHeld("acme", "")
	})

	t.Run("A403IsReleasedByATrial", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.sim.SetProspects(key, false)
		r.enqueue(result("acme", "a"), result("acme", "b"))
		r.untilHeld("acme", "permission.denied")
		r.quietButHeld()
		before := len(r.sim.Creates(key))
		// The read passes, so one export is tried, and refused: the hold stays.
		_, err := r.store.ProbeNow(t.Context(), "acme", store.By{Actor: "test", Reason: "fixed?"})
		require.NoError(t, err)
		require.NoError(t, r.sim.WaitForRequests(r.deadline(patience), before+2))
		r.quietButHeld()
		assert.Len(t, r.sim.Creates(key), before+1)
		r.untilHeld("acme", "permission.denied")
		r.sim.SetProspects(key, true)
		_, err = r.store.ProbeNow(t.Context(), "acme", store.By{Actor: "test", Reason: "fixed"})
		require.NoError(t, err)
		r.state("a", "sent")
		r.state("b", "sent")
		r.untilHeld("acme", "")
		assert.Equal(t, 2, r.sim.CountCandidates(key))
	})

	t.Run("OffStopsAtOnce", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		_, err := r.store.Disable(t.Context(), "acme", store.By{Actor: "test", Reason: "test"})
		require.NoError(t, err)
		r.enqueue(result("acme", "a"))
		r.state("a", "pending")
		_, err = r.store.Enable(t.Context(), "acme", store.WaitingUndecided, store.By{Actor: "test", Reason: "test"})
		var waiting *store.WaitingError
		require.ErrorAs(t, err, &waiting)
		assert.EqualValues(t, 1, waiting.Count)
		_, err = r.store.Enable(t.Context(), "acme", store.WaitingDrop, store.By{Actor: "test", Reason: "test"})
		require.NoError(t, err)
		assert.Equal(t, "dropped", r.state("a", "cancelled").Cause)
		assert.Zero(t, r.sim.CountCandidates(key))
	})
}

func (r *rig) deadline(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(r.t.Context(), d)
	r.t.Cleanup(cancel)
	return ctx
}

func (r *rig) untilHeld(org, want string) {
	r.t.Helper()
	ctx := r.deadline(patience)
	for {
		var held string
		require.NoError(r.t, r.watch.QueryRow(ctx, "SELECT coalesce(ghexport.held($1), '')", org).Scan(&held))
		if held == want {
			return
		}
		_, err := r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "for %s to be held for %q; it is %q; log: %s", org, want, held, r.said())
	}
}

// quietButHeld waits until nothing is in flight and the outbox is empty.
func (r *rig) quietButHeld() {
	r.t.Helper()
	ctx := r.deadline(patience)
	for {
		var left int
		require.NoError(r.t, r.watch.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM ghexport.outbox) + (SELECT count(*) FROM ghexport.exports WHERE state IN ('queued', 'sending'))
			     + (SELECT count(*) FROM ghexport.river_job WHERE finalized_at IS NULL)`).Scan(&left))
		if left == 0 {
			return
		}
		_, err := r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "%d still in flight; log: %s", left, r.said())
	}
}

// Several messages of one interview that are read together come to the newest of them, whatever order they were committed in.
func TestFold_ReducesToTheNewest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.enqueue(
		result("acme", "edited", set("version", 2), set("freeform_feedback", "second")),
		result("acme", "edited", set("version", 1), set("freeform_feedback", "first")),
		result("acme", "withdrawn", set("version", 1)),
		result("acme", "withdrawn", set("version", 2), set("candidate_continues", nil)),
		result("acme", "conflict", set("freeform_feedback", "kept")),
		result("acme", "conflict", set("freeform_feedback", "too late")),
	)
	r.start()
	assert.EqualValues(t, 2, r.state("edited", "sent").Version)
	e := r.state("withdrawn", "ineligible")
	assert.Equal(t, "withdrawn", e.Cause)
	assert.Equal(t, []string{ledger.FlagDecisionVanished}, e.Flags)
	assert.Equal(t, []string{ledger.FlagVersionConflict}, r.state("conflict", "sent").Flags)
	notes := ""
	for _, c := range r.sim.Candidates(key) {
		notes += c.Notes
	}
	assert.Contains(t, notes, "second")
	assert.Contains(t, notes, "kept")
	assert.NotContains(t, notes, "first")
	assert.NotContains(t, notes, "too late")
}
