package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/retention"
)

const (
	figuresFresh = 10 * time.Second // scrapes within this get the same figures: many scrapers cost what one does
	figuresWait  = 4 * time.Second  // a scrape waits no longer for the database
	figuresStale = time.Minute      // and then shows what was read before, up to this age
	figuresLimit = 20 * time.Second // one reading: a busy database with a large backlog takes seconds
)

// ledgerMetrics reads the state of the ledger when it is asked for, at most once in figuresFresh, and by one query at a time.
type ledgerMetrics struct {
	store *store.Store
	log   *zap.Logger

	errors prometheus.Counter

	mu      sync.Mutex
	figures *reading      // the last; nil when reading failed
	at      time.Time     // when the last reading ended, however it ended
	read    time.Time     // when the last one ended that found figures
	reading chan struct{} // closed when the present reading ends; nil without one
}

// reading holds what one reading found.
type reading struct {
	backlog ledger.Backlog
	states  map[ledger.State]int64
	age     ledger.Seconds
	oldest  map[ledger.Kept]time.Time
	past    time.Duration // of personal data, beyond its company's age
	budget  float64
}

func newLedgerMetrics(st *store.Store, log *zap.Logger) *ledgerMetrics {
	return &ledgerMetrics{store: st, log: log, errors: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ghexport_ledger_read_errors_total", Help: "How often the ledger's figures could not be read for a scrape.",
	})}
}

// Describe names every metric that a reading can bring.
func (m *ledgerMetrics) Describe(to chan<- *prometheus.Desc) {
	m.errors.Describe(to)
	for _, d := range ledgerDescs {
		to <- d
	}
}

// Collect sends the newest figures, and without any that the database cannot be read.
func (m *ledgerMetrics) Collect(to chan<- prometheus.Metric) {
	now := m.newest()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	if now == nil {
		gauge(descUp, 0)
	} else {
		gauge(descUp, 1)
		now.send(gauge)
	}
	m.errors.Collect(to)
}

// newest returns figures that are fresh, reading them where need be; nil when that fails or takes too long. A reading goes on when
// its scrape waits no longer, and the next scrape finds it.
func (m *ledgerMetrics) newest() *reading {
	m.mu.Lock()
	if m.reading == nil && time.Since(m.at) < figuresFresh {
		defer m.mu.Unlock()
		return m.figures
	}
	if m.reading == nil {
		m.reading = make(chan struct{})
		go m.look(m.reading)
	}
	done := m.reading
	m.mu.Unlock()
	patience := time.NewTimer(figuresWait)
	defer patience.Stop()
	select {
	case <-done:
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.figures
	case <-patience.C:
		m.mu.Lock()
		defer m.mu.Unlock()
		if time.Since(m.read) < figuresStale {
			return m.figures
		}
		m.errors.Inc()
		return nil
	}
}

func (m *ledgerMetrics) look(done chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresLimit) // no scrape's: the next one wants it too
	defer cancel()
	var f reading
	var err error
	if f.backlog, err = health.In(m.store).Backlog(ctx); err == nil {
		f.states, f.age, err = health.In(m.store).States(ctx, f.backlog)
	}
	if err == nil {
		f.oldest, err = retention.In(m.store).Oldest(ctx)
	}
	if err == nil {
		f.past, err = retention.In(m.store).PeoplePastAge(ctx)
	}
	if err == nil {
		f.budget, err = figures.In(m.store).MostBudgetUsed(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.reading = time.Now(), nil
	if m.figures, m.read = &f, m.at; err != nil {
		m.figures, m.read = nil, time.Time{}
		m.errors.Inc()
		m.log.Warn("read the ledger for metrics", zap.Error(err))
	}
	close(done)
}
