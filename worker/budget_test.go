package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// Two nodes share one key: the simulator counts at most 50 requests in each of its windows, answers no 429, and nothing is lost.
func TestBudget_TwoNodesOnOneKey(t *testing.T) {
	t.Parallel()
	const exports = 120
	r := newRig(t)
	key := r.company("acme", func(a *greenhousesim.Account) { a.RateLimit = 50 })
	poll := func(_ *Config, rl *relay.Relay) { rl.Poll = 200 * time.Millisecond }
	r.start(poll)
	r.start(poll)
	for i := range exports {
		r.enqueue(result("acme", fmt.Sprintf("iv_%03d", i)))
	}
	require.NoError(t, r.sim.WaitForCandidates(r.deadline(2*patience), key, exports))
	r.quiet()
	assert.Len(t, r.sim.Creates(key), exports, "no 429, no repeat")
	windows := r.sim.PerWindow(key, greenhousesim.DefaultRateWindow)
	for start, n := range windows {
		assert.LessOrEqual(t, n, 50, "window of %s", start)
	}
	assert.LessOrEqual(t, len(windows), 5, "%v: the budget is used, not only kept", windows)
}

// A company with a backlog does not keep another waiting, and never has more in flight than its cap.
func TestFairness(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	whale, small := r.company("whale"), r.company("small")
	r.sim.SetLatency(20 * time.Millisecond)
	for i := range 200 {
		r.enqueue(result("whale", fmt.Sprintf("whale_%03d", i)))
	}
	r.start()
	require.NoError(t, r.sim.WaitForCandidates(r.deadline(patience), whale, 1))
	r.enqueue(result("small", "small_1"))
	r.state("small_1", "sent")
	assert.Equal(t, 1, r.sim.CountCandidates(small))
	assert.Less(t, r.sim.CountCandidates(whale), 200)
	var most int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.exports WHERE org_id = 'whale' AND job_id IS NOT NULL").Scan(&most))
	assert.LessOrEqual(t, most, 4)
}
