package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A relay that told producers to stay silent sleeps only when each of them that may have heard it has ended.
func TestRelay_FallsAsleepAfterTheLastSilentProducer(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	r := newRig(t)
	relay := r.relay()
	assert.Equal(t, time.Minute, relay.pause(ctx), "nobody was told anything")
	relay.announcePolling(ctx)
	assert.Equal(t, busyPoll, relay.pause(ctx))

	_, err := r.watch.Exec(ctx, `LISTEN "ghexport.wake"`)
	require.NoError(t, err)
	tx, err := r.producer.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, "SELECT ghexport.enqueue($1)", message("acme", "silent"))
	require.NoError(t, err)

	r.sql("SELECT setval('ghexport.awake_until', 1)") // the time has passed
	relay.announcedUntil = time.Now().Add(-time.Second)
	for range 3 {
		assert.Equal(t, lastPoll, relay.pause(ctx), "a producer that was told to stay silent is still at work")
	}
	require.NoError(t, tx.Commit(ctx))
	pause := lastPoll
	for limit := r.deadline(patience); pause == lastPoll; pause = relay.pause(ctx) {
		require.NoError(t, limit.Err(), "transactions of other tests on this server count, too, but end")
	}
	assert.Zero(t, pause, "it looks once more: the producer committed after the last look")
	assert.Equal(t, time.Minute, relay.pause(ctx))
	folded, err := relay.Fold(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, folded)

	r.enqueue("acme", "loud")
	for {
		heard, err := r.watch.WaitForNotification(r.deadline(patience))
		require.NoError(t, err, "asleep, it is woken by the next commit")
		if heard.Channel == "ghexport.wake" {
			break
		}
	}
}
