package worker

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// What the ledger keeps for nobody but a person who looks.
func TestKeptForPeople(t *testing.T) {
	t.Parallel()

	t.Run("WhenEachSaidYes", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log, NoSend: true})
		fold := func(messages ...object) (advanced, continued *time.Time) {
			r.enqueue(messages...)
			_, err := rl.Fold(t.Context())
			require.NoError(t, err)
			require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT advanced_at, continued_at FROM ghexport.exports").Scan(&advanced, &continued))
			return advanced, continued
		}
		first, none := fold(result("acme", "iv", set("candidate_continues", nil)), result("acme", "iv", set("version", 2), set("candidate_continues", nil)))
		require.NotNil(t, first)
		assert.Nil(t, none)
		var committed []time.Time
		same, second := fold(result("acme", "iv", set("version", 3)))
		require.NotNil(t, second)
		assert.Equal(t, first, same, "a yes that stands keeps its moment")
		assert.True(t, second.After(*first))
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT array_agg(committed_at) FROM ghexport.exports").Scan(&committed))
		assert.True(t, committed[0].Equal(*second))
		_, taken := fold(result("acme", "iv", set("version", 4), set("candidate_continues", false)))
		assert.Nil(t, taken, "a yes that was taken back has no moment")
	})

	t.Run("TheWordsOfAnEditAfterTheSend", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		r.start()
		r.enqueue(result("acme", "iv"))
		r.state("iv", "sent")
		later := func() (bodies int, note *string) {
			require.NoError(t, r.watch.QueryRow(t.Context(), `
				SELECT (SELECT count(*) FROM ghexport.bodies), (SELECT b.note FROM ghexport.exports e JOIN ghexport.bodies b ON b.id = e.later_body_id)`).
				Scan(&bodies, &note))
			return bodies, note
		}
		for n, feedback := range []string{"edited", "edited again"} {
			r.enqueue(result("acme", "iv", set("version", 2+n), set("freeform_feedback", feedback)))
			r.until("iv", "edited", func(e row) bool { return e.Version == int64(2+n) })
			bodies, note := later()
			require.NotNil(t, note)
			assert.Contains(t, *note, `"`+feedback+`"`)
			assert.Equal(t, 2, bodies, "what was sent, and the newest edit")
		}
		r.sql("UPDATE ghexport.bodies SET created_at = now() - interval '2 hours'")
		require.NoError(t, r.store.SweepBodies(t.Context()))
		bodies, _ := later()
		assert.Equal(t, 2, bodies, "neither is a leftover")
		r.enqueue(result("acme", "iv", set("version", 4), set("candidate_continues", false)))
		r.until("iv", "withdrawn", func(e row) bool { return e.Version == 4 })
		bodies, note := later()
		assert.Nil(t, note)
		assert.Equal(t, 1, bodies)
	})

	t.Run("TheBudgetAndTheNextTryOfEachAttempt", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme", func(a *greenhousesim.Account) { a.RateLimit = 20 })
		r.start()
		r.sim.Plan(greenhousesim.Fault{Status: 503})
		r.enqueue(result("acme", "iv"))
		e := r.until("iv", "waiting again", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
		var next time.Time
		var limit, remaining *int
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT next_at, budget_limit, budget_remaining FROM ghexport.attempts").Scan(&next, &limit, &remaining))
		assert.True(t, e.DueAt.Equal(next))
		require.NotNil(t, limit)
		require.NotNil(t, remaining)
		assert.Equal(t, 20, *limit)
		assert.Less(t, *remaining, 20)
	})
}
