package worker

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// counted reads one series of a registry: a counter's value, or how much a histogram observed.
func counted(t *testing.T, registry *prometheus.Registry, name string, labels ...string) (value float64, count uint64) {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && same(m.GetLabel(), labels) {
				return m.GetCounter().GetValue() + m.GetHistogram().GetSampleSum() + m.GetGauge().GetValue(), m.GetHistogram().GetSampleCount()
			}
		}
	}
	require.Failf(t, "no such series", "%s %v", name, labels)
	return 0, 0
}

func same(pairs []*dto.LabelPair, values []string) bool {
	if len(pairs) != len(values) {
		return false
	}
	for i, p := range pairs { // by the labels' names
		if p.GetValue() != values[i] {
			return false
		}
	}
	return true
}

func TestMetrics_CountWhatBecameOfAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	registry := prometheus.NewRegistry()
	metrics := NewMetrics(registry)
	zero, _ := counted(t, registry, "ghexport_attempts_total", "bug", "dead")
	assert.Zero(t, zero, "served before the first of its kind")

	r.start(func(c *Config, rl *relay.Relay) { c.Metrics, rl.Silent = metrics, metrics.Silent })
	r.enqueue(result("acme", "sent"))
	r.state("sent", "sent")
	r.sim.Plan(greenhousesim.Fault{Status: 422})
	r.enqueue(result("acme", "refused"))
	r.state("refused", "dead")
	r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
	r.enqueue(result("acme", "doubt"))
	r.state("doubt", "unknown")
	r.sim.Plan(greenhousesim.Fault{Status: 503})
	r.enqueue(result("acme", "again"))
	r.until("again", "to go again", func(e row) bool { return e.Cause == "greenhouse.down" })
	r.until("again", "settled in River", func(e row) bool { return e.JobState == "cancelled" }) // after it was counted

	for _, want := range [][2]string{{"", "sent"}, {"payload.refused", "dead"}, {"outcome.unknown", "unknown"}, {"greenhouse.down", "again"}} {
		n, _ := counted(t, registry, "ghexport_attempts_total", want[0], want[1])
		assert.Equal(t, 1.0, n, want)
	}
	dead, _ := counted(t, registry, "ghexport_dead_total", "payload.refused")
	assert.Equal(t, 1.0, dead)
	sum, n := counted(t, registry, "ghexport_commit_to_sent_seconds")
	assert.Equal(t, uint64(1), n)
	assert.Positive(t, sum)
	assert.Less(t, sum, patience.Seconds())
}

// What the sweep gives up counts as an attempt too, since nobody else will say so.
func TestMetrics_CountSilentAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	registry := prometheus.NewRegistry()
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log, Silent: NewMetrics(registry).Silent})
	r.intend(r.queued(rl, "iv"))
	r.sql("UPDATE ghexport.exports SET deadline = clock_timestamp() - interval '1 second'")
	rl.Sweep(t.Context())
	n, _ := counted(t, registry, "ghexport_attempts_total", "outcome.unknown", "unknown")
	assert.Equal(t, 1.0, n)
}

// What Greenhouse accepted late was on its way all the while.
func TestMetrics_LateAnswersCount(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log})
	e := r.queued(rl, "iv")
	granted := r.intend(e)
	r.sql("UPDATE ghexport.exports SET deadline = clock_timestamp() - interval '1 s', committed_at = clock_timestamp() - interval '1 hour'")
	rl.Sweep(t.Context())
	r.state("iv", "unknown")
	settled, err := r.store.Settle(t.Context(), store.Settle{ExportID: e.ID, Token: granted.Token, Outcome: ledger.OutcomeSent, CandidateID: 7})
	require.NoError(t, err)
	assert.InDelta(t, time.Hour.Seconds(), settled.Waited.Seconds(), 60)
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.sql("CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON ghexport.nodes FOR EACH STATEMENT EXECUTE FUNCTION public.tell()")
	n := r.start()
	n.worker.keyless.Store(true)
	heartbeat := &Heartbeat{Store: r.store, Node: ledger.Node{ID: newToken(), Host: "node-a", Sends: true}, Trouble: func(context.Context) error { return n.worker.Ready() }, Log: r.log}
	beating := r.beat(heartbeat)
	nodes := r.nodes(1)
	assert.True(t, nodes[0].Alive())
	assert.Contains(t, nodes[0].Trouble, "the keyset lacks the key")
	beating()
	r.nodes(0)
}

// beat runs a heartbeat until the function that it returns has stopped it.
func (r *rig) beat(h *Heartbeat) (stop func()) {
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// nodes waits until the list has so many.
func (r *rig) nodes(want int) []ledger.Node {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		list, err := r.store.Nodes(ctx)
		require.NoError(r.t, err)
		if len(list) == want {
			return list
		}
		_, err = r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "waited for %d nodes; there are %d", want, len(list))
	}
}
