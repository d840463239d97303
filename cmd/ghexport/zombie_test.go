package main

import (
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// frozen runs the armed binary until it stops itself at the point, as SIGSTOP or a suspended machine would.
func (w *world) frozen(t *testing.T, point string) *process {
	t.Helper()
	binary, err := armedBinary()
	require.NoError(t, err)
	report := filepath.Join(t.TempDir(), "fired")
	env := maps.Clone(w.env)
	env["GHEXPORT_FAILPOINT"], env["GHEXPORT_FAILPOINT_REPORT"] = point+":stop", report
	p := startServe(t, binary, env)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of the frozen node: %s", p.log)
		}
	})
	until(t, "the fail-point "+point, func() bool {
		_, err := os.Stat(report)
		return err == nil
	})
	return p
}

// until polls a condition that another process brings about.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(resumeWithin); !done(); {
		select {
		case <-look.C:
		case <-limit:
			require.Fail(t, "never came", what)
		}
	}
}

// one reads a single number.
func (w *world) one(t *testing.T, query string) (n int) {
	t.Helper()
	require.NoError(t, w.pool(t).QueryRow(t.Context(), query).Scan(&n))
	return n
}

const lateAttempts = "SELECT count(*) FROM ghexport.attempts WHERE late AND outcome "

// A process frozen between its intent and the first byte sends nothing when it wakes, however much later.
func TestZombie_FrozenBeforeTheFirstByte(t *testing.T) {
	t.Parallel()
	w, committed := sweepWorld(t, sharedServer(t), "before_first_byte")
	zombie := w.frozen(t, "intent.committed:5")
	live := serveProcess(t, w.env)
	w.conserved(t, live, committed, resumeWithin)
	given := w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state = 'unknown'")
	require.Positive(t, given, "what it had in its hands is unknown now")
	before := len(w.sim.Creates(""))
	require.NoError(t, zombie.Process.Signal(syscall.SIGCONT))
	until(t, "a late word that nothing left", func() bool { return w.one(t, lateAttempts+"= 'again'") > 0 })
	w.hurry(t)
	counts := w.conserved(t, live, committed, resumeWithin)
	assert.Less(t, counts["unknown"], given, "what never left is sent after all")
	assert.LessOrEqual(t, len(w.sim.Creates(""))-before, given-counts["unknown"], "by one request each, none of the zombie's")
}

// One frozen after the answer settles it late: what was unknown is sent, once.
func TestZombie_FrozenAfterTheAnswer(t *testing.T) {
	t.Parallel()
	w, committed := sweepWorld(t, sharedServer(t), "after_the_answer")
	zombie := w.frozen(t, "settle.before:5")
	live := serveProcess(t, w.env)
	before := w.conserved(t, live, committed, resumeWithin)
	require.Positive(t, before["unknown"])
	require.NoError(t, zombie.Process.Signal(syscall.SIGCONT))
	until(t, "its late answer", func() bool { return w.one(t, lateAttempts+"= 'sent'") > 0 })
	w.hurry(t)
	after := w.conserved(t, live, committed, resumeWithin)
	assert.Less(t, after["unknown"], before["unknown"])
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.exports WHERE 'doubled' = ANY (flags)"))
}

// One frozen inside the relay's transaction, with the lock of the whole fleet in its hands, stops the others for seconds only, and
// producers not at all.
func TestZombie_FrozenInATransaction(t *testing.T) {
	t.Parallel()
	w, committed := sweepWorld(t, sharedServer(t), "in_a_transaction")
	zombie := w.frozen(t, "turn.open:2")
	w.trickle(t, "meanwhile")
	live := serveProcess(t, w.env)
	w.conserved(t, live, committed+trickles, resumeWithin)
	require.NoError(t, zombie.Process.Signal(syscall.SIGCONT))
	w.trickle(t, "afterwards")
	w.conserved(t, live, committed+2*trickles, resumeWithin)
}
