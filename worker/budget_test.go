package worker

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// A backlog never uses more than Greenhouse allows, although nothing of it stays unused: no 429, nothing sent twice, with headers and without,
// on one node and on three, and while somebody else uses the key. What was used is what the simulator counted in its windows.
func TestBudget_IsKept(t *testing.T) {
	t.Parallel()
	for name, nodes := range map[string]int{"OneNode": 1, "ThreeNodes": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			keys := map[string]string{
				"said":   r.company("said", func(a *greenhousesim.Account) { a.RateLimit = 50 }),
				"shared": r.company("shared", func(a *greenhousesim.Account) { a.RateLimit = 50 }),
				"silent": r.company("silent", func(a *greenhousesim.Account) { a.RateLimit, a.RateWindow = 40, 4*time.Second }),
			}
			r.sim.Plan(greenhousesim.Fault{Account: keys["silent"], On: "*", Times: -1, Headers: map[string]string{
				"X-RateLimit-Limit": "", "X-RateLimit-Remaining": "", "X-RateLimit-Reset": "",
			}})
			r.sql("INSERT INTO ghexport.budgets (credential, limit_, window_length) VALUES ($1, 40, '4 seconds')", r.digests.Key(keys["silent"]))
			exports := map[string]int{"said": 110, "shared": 90, "silent": 160}
			for org, n := range exports {
				for i := range n {
					r.enqueue(result(org, fmt.Sprintf("%s_%03d", org, i)))
				}
			}
			for range nodes {
				r.start(func(_ *Config, rl *relay.Relay) { rl.Poll = relay.PollDefault })
			}
			for n := 4; n <= exports["shared"]; n += 4 {
				require.NoError(t, r.sim.WaitForCandidates(r.deadline(2*patience), keys["shared"], n))
				r.somebodyElse(keys["shared"])
			}
			for org, n := range exports {
				require.NoError(t, r.sim.WaitForCandidates(r.deadline(2*patience), keys[org], n))
			}
			r.quiet()
			for org, n := range exports {
				assert.Len(t, r.sim.Creates(keys[org]), n, "%s: no 429, no repeat", org)
			}
			said, silent := wholeWindows(r, keys["said"], 10*time.Second), wholeWindows(r, keys["silent"], 4*time.Second)
			for _, n := range silent {
				assert.LessOrEqual(t, n, 40)
			}
			t.Logf("of 50 with headers %v, of 40 without %v: how many depends on what else the machine does", said, silent)
		})
	}
}

// somebodyElse makes a request with a company's key that is none of ours.
func (r *rig) somebodyElse(key string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.server.URL+"/mounted/v1/partner/jobs", nil)
	require.NoError(r.t, err)
	request.SetBasicAuth(key, "")
	request.Header.Set("On-Behalf-Of", createdBy)
	answer, err := r.server.Client().Do(request)
	require.NoError(r.t, err)
	require.NoError(r.t, answer.Body.Close())
}

// wholeWindows are the requests in each window of a backlog but the first and the last, in their order.
func wholeWindows(r *rig, key string, size time.Duration) (counts []int) {
	windows := r.sim.PerWindow(key, size)
	starts := slices.SortedFunc(maps.Keys(windows), time.Time.Compare)
	for _, start := range starts[1 : len(starts)-1] {
		counts = append(counts, windows[start])
	}
	return counts
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
