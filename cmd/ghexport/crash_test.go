package main

import (
	"maps"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// resumeWithin holds what is promised after a crash.
const resumeWithin = 60 * time.Second

func TestServe_SurvivesKillMinus9(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 50)
	first := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 150))
	require.NoError(t, first.Process.Signal(syscall.SIGKILL))
	first.Wait() //nolint:errcheck // killed
	second := serveProcess(t, w.env)
	unknown := w.settled(t, second, resumeWithin)
	assert.LessOrEqual(t, unknown, 64, "at most what was in flight")
}

func TestServe_SurvivesACrashOfPostgres(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, durableServer(t), "world", 10, 50)
	p := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 150))
	w.server.StopImmediate()
	require.NoError(t, w.server.Restart(t.Context()))
	w.settled(t, p, resumeWithin)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait(), "SIGTERM ends it with 0: %s", p.log)
	assert.NotContains(t, p.log.String(), "ingestion-key")
	assert.NotContains(t, p.log.String(), "@example.com")
}

// Two old processes go down by SIGTERM while new ones take over: nothing is unknown, since what is in flight finishes.
func TestServe_RollingDeployLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 50)
	env := maps.Clone(w.env)
	env["GHEXPORT_JOB_TIMEOUT"] = "30s" // a slow machine is no reason for a doubt
	old := []*process{serveProcess(t, env), serveProcess(t, env)}
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 100))
	fresh := serveProcess(t, env)
	for _, p := range old {
		require.NoError(t, p.Process.Signal(syscall.SIGTERM))
		require.NoError(t, p.Wait(), "log: %s", p.log)
	}
	assert.Zero(t, w.settled(t, fresh, resumeWithin), "log: %s%s", old[0].log, old[1].log)
}
