package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Metrics counts what this process does. No label names a company or a person. Safe for concurrent use.
type Metrics struct {
	attempts   *prometheus.CounterVec
	dead       *prometheus.CounterVec
	wait       prometheus.Histogram
	keysetLost prometheus.Gauge
	refused    *prometheus.CounterVec
	hooks      *prometheus.CounterVec
	track      trackMetrics
	pace       pace
}

// waitBuckets are bounds of the way from a producer's commit to Greenhouse's answer: from a tenth of a second, which is usual, to
// three days, after which a failing export is given up.
var waitBuckets = []float64{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 72 * 3600}

// NewMetrics registers the counters, and panics where another of the same names is registered.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ghexport_attempts_total",
			Help: "Attempts that this process settled, or found to have stayed silent, by what followed and why.",
		}, []string{"outcome", "cause"}),
		dead: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ghexport_dead_total", Help: "Exports that became dead letters in this process, by cause.",
		}, []string{"cause"}),
		wait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "ghexport_commit_to_sent_seconds", Help: "From the producer's commit until Greenhouse's answer was recorded.",
			Buckets: waitBuckets,
		}),
		keysetLost: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ghexport_keyset_lost", Help: "1 when this node's keyset lacks a key that stored secrets need: it takes no jobs.",
		}),
	}
	m.refused, m.hooks, m.track, m.pace = refusedSettles(), workedHooks(), newTrackMetrics(registry), newPace(registry)
	for _, outcome := range ledger.Outcomes { // each is served from the start, so that the first of its kind is seen as an increase
		for _, cause := range outcome.Causes() {
			m.attempts.WithLabelValues(string(outcome), string(cause))
			if outcome == ledger.OutcomeDead {
				m.dead.WithLabelValues(string(cause))
			}
		}
	}
	registry.MustRegister(m.attempts, m.dead, m.wait, m.keysetLost, m.refused, m.hooks)
	return m
}

// settled counts one attempt, whose word was acknowledged. One that no longer decides anything counts for nothing.
func (m *Metrics) settled(said store.Settle, settled store.Settled) {
	if !settled.Applied {
		return
	}
	m.attempts.WithLabelValues(string(said.Outcome), string(said.Cause)).Inc()
	switch {
	case settled.State == ledger.StateDead:
		m.dead.WithLabelValues(string(said.Cause)).Inc()
	case settled.State == ledger.StateSent && said.Outcome == ledger.OutcomeSent:
		m.wait.Observe(settled.Waited.Seconds())
	}
}

// Silent counts attempts whose worker never said how they ended. Should their word still come, it counts as well.
func (m *Metrics) Silent(n int) {
	m.attempts.WithLabelValues(string(ledger.OutcomeUnknown), string(ledger.CauseOutcomeUnknown)).Add(float64(n))
}
