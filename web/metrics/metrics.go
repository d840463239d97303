// Package metrics serves what is measured: the state of the ledger, of this process, and what a registry holds beside them.
package metrics

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Handler serves what registry holds, and beside it the state of the ledger, of this process and of the Go runtime. A database that
// cannot be reached leaves the ledger's figures out, and is counted; the others are served all the same.
func Handler(registry *prometheus.Registry, st *store.Store, version string, log *zap.Logger) http.Handler {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ghexport_build_info", Help: "Always 1; the labels say which binary this is.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	registry.MustRegister(build, newLedgerMetrics(st, log), poolMetrics{st.Pool.Stat}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: zap.NewStdLog(log)})
}
