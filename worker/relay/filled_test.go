package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Once River's queue is full, dispatch rests, and does not look for room each time that something wakes the relay; fold goes on.
func TestRelay_RestsOnceTheQueueIsFull(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	relay := r.relay()
	state := func() (state string) {
		require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT state FROM ghexport.exports").Scan(&state))
		return state
	}
	relay.went(store.Dispatched{Filled: true})
	assert.Positive(t, relay.filled())
	relay.filledUntil = time.Now().Add(time.Hour)
	r.enqueue("acme", "one")
	relay.once(t.Context())
	assert.Equal(t, "pending", state(), "nothing is handed out meanwhile")

	relay.went(store.Dispatched{})
	relay.once(t.Context())
	assert.Equal(t, "queued", state())
}
