package metrics

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// What this process's pool of database connections is called.
var (
	descPool     = desc("pool_connections", "Connections to Postgres of this process, by what they do.", "state")
	descPoolMost = desc("pool_connections_max", "How many it may have.")
	descPoolWait = desc("pool_waits_total", "How often work had to wait for one.")
	descPoolLost = desc("pool_wait_seconds_total", "For how long it waited altogether.")
)

// poolMetrics reads the pool's own counts: no statement is run.
type poolMetrics struct{ stat func() *pgxpool.Stat }

// Describe names them.
func (p poolMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descPool, descPoolMost, descPoolWait, descPoolLost} {
		to <- d
	}
}

// Collect sends them.
func (p poolMetrics) Collect(to chan<- prometheus.Metric) {
	s := p.stat()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(descPool, prometheus.GaugeValue, float64(s.AcquiredConns()), "in_use")
	send(descPool, prometheus.GaugeValue, float64(s.IdleConns()), "idle")
	send(descPoolMost, prometheus.GaugeValue, float64(s.MaxConns()))
	send(descPoolWait, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	send(descPoolLost, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}
