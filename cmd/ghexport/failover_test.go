package main

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// The primary dies under load and a streaming standby is promoted in its place, while nodes and producers go on at the same address: first
// a synchronous one, which lacks nothing, then an asynchronous one that had fallen behind.
func TestServe_FailsOver(t *testing.T) {
	t.Parallel()
	const committed = 60
	w := newFailover(t, failoverServer(t, false))
	standby := w.standby(t)

	t.Run("ToASynchronousStandby", func(t *testing.T) {
		admin(t, w.server, "ALTER SYSTEM SET synchronous_standby_names = 'standby'")
		admin(t, w.server, "SELECT pg_reload_conf()")
		holds(t, w.server, "a synchronous standby", "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'")
		p := w.serve(t, "GHEXPORT_SYNCHRONOUS_STANDBY", "true")
		produced := w.produce(t.Context(), "kept-", committed)
		require.NoError(t, w.world.sim.WaitForRequests(t.Context(), committed/3))
		w.failsOver(t, standby)
		<-produced
		w.total = committed
		w.settled(t, p, resumeWithin)
		assert.Contains(t, p.log.String(), "a synchronous standby was promoted; going on")
		w.nothingLostOrDoubled(t, committed)
		assert.Empty(t, w.reconciles(t, "1h").MaybeSent)
		w.ends(t, p)
	})

	behind := w.standby(t)

	t.Run("ToAnAsynchronousStandbyThatFellBehind", func(t *testing.T) {
		waiting := names("behind-", 30)
		w.hands(t, waiting...)
		before := w.moment(t)
		w.fallsBehind(t, behind)
		known := len(w.world.sim.Creates(""))
		w.serve(t)
		require.NoError(t, w.world.sim.WaitForRequests(t.Context(), w.world.sim.CountRequests()+10))
		w.failsOver(t, behind)
		w.guarded(t, "the database is on another timeline")
		there := len(w.world.sim.Creates(""))
		assert.Greater(t, there, known, "some were sent, and the standby does not know it")

		found := w.reconciles(t, before)
		var listed []string
		for _, one := range found.MaybeSent {
			listed = append(listed, one.InterviewID)
		}
		assert.ElementsMatch(t, waiting, listed)
		assert.Len(t, w.look(t, found), there-known)
		w.resumes(t, before)
		assert.Subset(t, w.inGreenhouse(t), waiting, "nothing is lost")
	})
}

// A base backup and its archive are recovered to a moment after which people were sent. Nobody is sent twice, not even who was handed over
// after that moment and is handed over again.
func TestServe_RecoveredToAPointInTime(t *testing.T) {
	t.Parallel()
	server := failoverServer(t, true)
	w := newFailover(t, server)
	backup, err := server.BackUp(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, backup.Stop()) })

	before, at, after := names("before-", 5), names("at-", 5), names("after-", 3)
	p := w.serve(t)
	w.hands(t, before...)
	w.sent(t, 5)
	w.ends(t, p)
	w.hands(t, at...)
	moment := w.moment(t)
	w.serve(t)
	w.hands(t, after...)
	w.sent(t, 13)
	require.NoError(t, server.Archived(t.Context()))

	server.StopImmediate()
	restored, err := time.Parse(time.RFC3339Nano, moment)
	require.NoError(t, err)
	require.NoError(t, backup.Recover(t.Context(), server, restored))
	w.leadTo(t, backup)
	w.guarded(t, "the database is on another timeline")
	w.hands(t, append(after, "fresh")...)
	until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.exports") == 14 })

	sent := slices.Concat(after, at)
	slices.Sort(sent)
	assert.Equal(t, sent, w.look(t, w.reconciles(t, moment)))
	w.resumes(t, moment)
	assert.ElementsMatch(t, slices.Concat(before, at, after, []string{"fresh"}), w.inGreenhouse(t))
}

// moment is now, by the database's clock, as people type it.
func (w *failover) moment(t *testing.T) string {
	t.Helper()
	var now time.Time
	require.NoError(t, w.pool(t).QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&now))
	return now.UTC().Format(time.RFC3339Nano)
}

// ends stops a node in order.
func (w *failover) ends(t *testing.T, p *process) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait(), "log: %s", p.log)
}

// sent waits until n exports are sent.
func (w *failover) sent(t *testing.T, n int) {
	t.Helper()
	until(t, "what was sent", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state = 'sent'") == n })
}

// fallsBehind has a standby receive all that was committed so far, and nothing from then on.
func (w *failover) fallsBehind(t *testing.T, standby *storetest.Server) {
	t.Helper()
	holds(t, w.server, "the standby to have everything", "SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()")
	admin(t, standby, "ALTER SYSTEM SET primary_conninfo = ''")
	admin(t, standby, "SELECT pg_reload_conf()")
	holds(t, standby, "the end of its stream", "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")
}
