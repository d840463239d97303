package worker

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
	relay := NewRelay(Relay{Store: r.store, Digests: r.digests, Log: r.log})
	relay.went(store.Dispatched{Filled: true})
	assert.Positive(t, relay.filled())
	relay.filledUntil = time.Now().Add(time.Hour)
	r.enqueue(result("acme", "one"))
	relay.once(t.Context())
	e, folded := r.export("one")
	require.True(t, folded)
	assert.Equal(t, "pending", e.State, "nothing is handed out meanwhile")

	relay.went(store.Dispatched{})
	relay.once(t.Context())
	e, _ = r.export("one")
	assert.Equal(t, "queued", e.State)
}
