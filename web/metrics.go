package web

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Metrics serves what registry holds, and beside it the state of the ledger, of this process and of the Go runtime. A database that
// cannot be reached leaves the ledger's figures out, and is counted; the others are served all the same.
func Metrics(registry *prometheus.Registry, st *store.Store, version string, log *zap.Logger) http.Handler {
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ghexport_build_info", Help: "Always 1; the labels say which binary this is.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	registry.MustRegister(build, newLedgerMetrics(st, log), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: zap.NewStdLog(log)})
}

// metricsRoutes serve the metrics where they have no address of their own: behind the login, which a scraper sends as basic auth.
func (k *console) metricsRoutes() []route {
	if k.Metrics == nil {
		return nil
	}
	return []route{allow(staff, "GET /metrics", k.Metrics.ServeHTTP)}
}
