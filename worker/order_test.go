package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

var somebody = store.By{Actor: "test", Reason: "test"}

func ids(list ...int64) store.Request {
	return store.Request{Filter: store.Filter{IDs: list}, By: somebody}
}

func TestSiblings(t *testing.T) {
	t.Parallel()
	same := ofCandidate("cand_9", "Ada@Example.com")
	otherID := ofCandidate("cand_10", "ada@example.com ")

	t.Run("TheSecondWaitsForADecision", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		n := r.start()
		r.enqueue(result("acme", "first", same))
		r.state("first", "sent")
		r.enqueue(result("acme", "second", same), result("acme", "third", otherID))
		second := r.state("second", "duplicate")
		assert.Equal(t, "duplicate.possible", second.Cause)
		r.state("third", "duplicate")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		done, err := r.store.ResolveCreate(t.Context(), ids(second.ID))
		require.NoError(t, err)
		require.Len(t, done.Done, 1)
		r.state("second", "sent")
		assert.Equal(t, 2, r.sim.CountCandidates(key))
		n.stop()
	})

	t.Run("PolicyCreatesOrSkips", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		created, skipped := r.company("creates"), r.company("skips")
		r.sql("UPDATE ghexport.integrations SET second_interview = CASE org_id WHEN 'creates' THEN 'create' ELSE 'skip' END")
		r.start()
		for _, org := range []string{"creates", "skips"} {
			r.enqueue(result(org, org+"_1", same))
			r.state(org+"_1", "sent")
			r.enqueue(result(org, org+"_2", same))
		}
		r.state("creates_2", "sent")
		assert.Equal(t, "skipped", r.state("skips_2", "cancelled").Cause)
		assert.Equal(t, 2, r.sim.CountCandidates(created))
		assert.Equal(t, 1, r.sim.CountCandidates(skipped))
	})

	t.Run("GoOneAtATimeInOrderOfInterview", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sql("UPDATE ghexport.integrations SET second_interview = 'create'")
		_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.sim.SetLatency(50 * time.Millisecond)
		n := r.start()
		for i, day := range []string{"2026-01-03", "2026-01-01", "2026-01-02"} {
			r.enqueue(result("acme", day, same, set("interviewed_at", day+"T10:00:00Z"), set("freeform_feedback", day), set("version", i)))
		}
		for _, day := range []string{"2026-01-03", "2026-01-01", "2026-01-02"} {
			r.state(day, "pending")
		}
		_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.state("2026-01-03", "sent")
		n.stop()
		posts := r.sim.Creates(key)
		require.Len(t, posts, 3)
		for i, day := range []string{"2026-01-01", "2026-01-02", "2026-01-03"} {
			assert.Contains(t, string(posts[i].Body), day)
		}
	})

	t.Run("TheSecondWaitsWhileTheFirstIsUnknown", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sql("UPDATE ghexport.integrations SET second_interview = 'create'")
		r.start()
		r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
		r.enqueue(result("acme", "first", same))
		first := r.state("first", "unknown")
		r.enqueue(result("acme", "second", same))
		r.state("second", "duplicate")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
		// Absent, says a person: the first goes again, and the second, whose company creates, after it.
		_, err := r.store.ResolveAbsent(t.Context(), ids(first.ID))
		require.NoError(t, err)
		r.state("first", "sent")
		r.state("second", "sent")
		assert.Equal(t, 3, r.sim.CountCandidates(key))
	})

	t.Run("TheOtherGoesWhenTheFirstIsDead", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.sim.Plan(greenhousesim.Fault{Status: 422, Delay: 100 * time.Millisecond})
		r.start()
		r.enqueue(result("acme", "first", same), result("acme", "second", same, set("interviewed_at", "2018-01-01T00:00:00Z")))
		r.state("first", "dead")
		r.state("second", "sent")
		assert.Equal(t, 1, r.sim.CountCandidates(key))
	})
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	withdrawn := []func(object){set("version", 2), set("candidate_continues", false)}

	t.Run("BeforeSendWins", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.start()
		r.enqueue(result("acme", "iv"))
		r.state("iv", "pending")
		r.enqueue(result("acme", "iv", withdrawn...))
		e := r.until("iv", "withdrawn", func(e row) bool { return e.State == "ineligible" })
		assert.Equal(t, "withdrawn", e.Cause)
		_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.quiet()
		assert.Zero(t, r.sim.CountCandidates(key))
	})

	t.Run("InTheOutboxBlocksTheIntent", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
		r.enqueue(result("acme", "iv"))
		folded, err := rl.Fold(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, folded)
		moved, err := rl.Dispatch(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, moved)
		e := r.state("iv", "queued")
		r.enqueue(result("acme", "iv", withdrawn...))
		_, err = r.store.Intend(t.Context(), store.Intent{ExportID: e.ID, JobID: *e.JobID, Token: newToken(), Deadline: time.Minute, JobTimeout: time.Minute})
		require.ErrorIs(t, err, store.ErrNotGranted)
		_, err = rl.Fold(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "withdrawn", r.state("iv", "ineligible").Cause)
	})

	t.Run("WhileSendingIsKeptAsideAndNeverResent", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		n := r.start()
		r.sim.Plan(greenhousesim.Fault{Status: 503, Delay: time.Second})
		r.enqueue(result("acme", "iv"))
		require.NoError(t, r.sim.WaitForRequests(r.deadline(patience), 1))
		r.enqueue(result("acme", "iv", withdrawn...))
		e := r.until("iv", "withdrawn", func(e row) bool { return e.State == "ineligible" })
		assert.Equal(t, "withdrawn", e.Cause)
		n.relay.Nudge()
		r.quiet()
		assert.Len(t, r.sim.Creates(key), 1)
	})

	t.Run("WhileSendingThatSucceedsIsFlagged", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		r.start()
		r.sim.Plan(greenhousesim.Fault{Delay: time.Second})
		r.enqueue(result("acme", "iv"))
		require.NoError(t, r.sim.WaitForRequests(r.deadline(patience), 1))
		r.enqueue(result("acme", "iv", withdrawn...))
		r.until("iv", "sent and flagged", func(e row) bool {
			return e.State == "sent" && len(e.Flags) == 1 && e.Flags[0] == ledger.FlagWithdrawnAfterSend
		})
	})
}
