package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
	"github.com/interviewing-io/greenhouse-export/worker/trace"
)

// What a zero Config uses, and the limits of what it may say.
const (
	JobTimeoutDefault      = 30 * time.Second
	JobTimeoutMax          = 40 * time.Second // the sweep's and the rescue's times are built on it
	ShutdownTimeoutDefault = 25 * time.Second
	WorkersDefault         = 64
)

// River's settings, as measured: its defaults fetch at most 100 jobs each 100 ms and forget dead letters in a week.
const (
	fetchCooldown     = 5 * time.Millisecond // only under load: a lone job is fetched at once, and what follows within that time together
	fetchPollInterval = 200 * time.Millisecond
	keepDeadLetters   = 90 * 24 * time.Hour
	keepCancelled     = 24 * time.Hour // an outage makes one for each export and try: millions in a day
	keepCompleted     = 6 * time.Hour
	rescueAfter       = 10 * time.Minute // River's rescuer discards without calling us; the sweep has long been there
	probesAtOnce      = 4
	tracksAtOnce      = 2
)

// Queues of River that the service works.
const (
	exportQueue = "export"
	probeQueue  = "probe"
	noticeQueue = "notice"
	trackQueue  = "track"
	hookQueue   = "hook"
)

// Config holds what a Worker needs.
type Config struct {
	Store      *store.Store       // required
	Greenhouse *greenhouse.Client // required
	Test       *greenhouse.Client // where exports of companies in test mode go; nowhere when nil
	Keyset     *seal.Keyset       // required: opens the companies' keys
	Log        *zap.Logger        // required
	Relay      *relay.Relay       // required: it is nudged when a settle frees a place
	Metrics    *Metrics           // where attempts are counted; nobody sees them when nil

	Notifier Notifier      // how notices leave
	Traces   *trace.Tracer // who is told how each send went; nil for nobody

	Workers         int           // POSTs at once; WorkersDefault when zero
	JobTimeout      time.Duration // of one run; a POST may take two thirds of it; JobTimeoutDefault when zero
	ShutdownTimeout time.Duration // for what is in flight when stopped; ShutdownTimeoutDefault when zero
	NoSend          bool          // take no jobs at all
	KeepCancelled   time.Duration // how long River keeps jobs that ended without a send; a day when zero
}

// Worker runs River's client: it sends exports, probes companies, asks where candidates stand and tells people. Safe for concurrent use.
type Worker struct {
	config Config
	store  *store.Store
	river  *river.Client[pgx.Tx]
	now    func() time.Time

	keyless   atomic.Bool     // this node's keyset lacks a key that the database's secrets need
	patience  context.Context // ends when a stopping process may wait for the database no longer
	lastWords context.CancelFunc
	removing  sync.WaitGroup
}

// New checks the configuration, reporting every problem at once. It starts nothing.
func New(c Config) (*Worker, error) {
	c.Workers = cmp.Or(c.Workers, WorkersDefault)
	c.JobTimeout = cmp.Or(c.JobTimeout, JobTimeoutDefault)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, ShutdownTimeoutDefault)
	if c.Metrics == nil {
		c.Metrics = NewMetrics(prometheus.NewRegistry())
	}
	var problems []error
	if c.JobTimeout < time.Second || c.JobTimeout > JobTimeoutMax {
		problems = append(problems, fmt.Errorf("job timeout %s is not between 1s and %s", c.JobTimeout, JobTimeoutMax))
	}
	if c.Workers < 1 || c.Workers > 1000 {
		problems = append(problems, fmt.Errorf("%d workers is not between 1 and 1000", c.Workers))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	w := &Worker{config: c, store: c.Store, now: time.Now}
	w.patience, w.lastWords = context.WithCancel(context.Background()) // outlives the run's context on purpose: see settle
	workers := river.NewWorkers()
	river.AddWorker(workers, &exportWorker{Worker: w})
	river.AddWorker(workers, &probeWorker{Worker: w})
	river.AddWorker(workers, &noticeWorker{Worker: w})
	river.AddWorker(workers, &trackWorker{Worker: w})
	river.AddWorker(workers, &hookWorker{Worker: w})
	client, err := river.NewClient(&riverDriver{Driver: riverpgxv5.New(c.Store.Pool), store: c.Store, log: c.Log}, w.riverConfig(workers))
	if err != nil {
		return nil, fmt.Errorf("river: %w", err)
	}
	w.river = client
	return w, nil
}

func (w *Worker) riverConfig(workers *river.Workers) *river.Config {
	return &river.Config{
		Schema:  "ghexport",
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			exportQueue: {MaxWorkers: w.config.Workers}, probeQueue: {MaxWorkers: probesAtOnce}, noticeQueue: {MaxWorkers: noticesAtOnce},
			trackQueue: {MaxWorkers: tracksAtOnce},
			hookQueue:  {MaxWorkers: hooksAtOnce},
		},
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           fetchPollInterval,
		JobTimeout:                  w.config.JobTimeout,
		SoftStopTimeout:             w.config.ShutdownTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		DiscardedJobRetentionPeriod: keepDeadLetters,
		CancelledJobRetentionPeriod: cmp.Or(w.config.KeepCancelled, keepCancelled),
		CompletedJobRetentionPeriod: keepCompleted,
		ReindexerSchedule:           river.NeverSchedule(), // needs the tables' owner, which the service is not
		Logger:                      RiverLogger(w.config.Log),
	}
}

// RiverLogger hands River's warnings and errors to zap. Its lower levels repeat, job by job, what the attempt line says.
func RiverLogger(log *zap.Logger) *slog.Logger {
	core, err := zapcore.NewIncreaseLevelCore(log.Core(), zapcore.WarnLevel)
	if err != nil { // the log is set to less than warnings already
		core = log.Core()
	}
	return slog.New(zapslog.NewHandler(core, zapslog.WithName("river")))
}

// River is the client, for River UI.
func (w *Worker) River() *river.Client[pgx.Tx] { return w.river }

// Run works until ctx ends, then takes no new jobs, lets those in flight finish and settle within ShutdownTimeout, and returns. A
// send that could not settle by then is found by the sweep.
func (w *Worker) Run(ctx context.Context) error {
	defer w.lastWords()
	if w.config.NoSend {
		<-ctx.Done()
		return nil
	}
	events, unsubscribe := w.river.Subscribe(river.EventKindQueuePaused, river.EventKindQueueResumed)
	defer unsubscribe()
	if err := w.start(ctx); err != nil {
		return err
	}
	w.watchQueues(ctx, events)
	stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.config.ShutdownTimeout)
	defer cancel()
	go func() { // settles that still wait for the database give up shortly before we must
		<-stopCtx.Done()
		w.lastWords()
	}()
	err := w.river.Stop(stopCtx)
	if errors.Is(err, context.DeadlineExceeded) {
		w.lastWords()
		hardCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
		err = w.river.StopAndCancel(hardCtx)
	}
	w.removing.Wait()
	w.config.Greenhouse.CloseIdleConnections()
	w.config.Notifier.close()
	if err != nil {
		return fmt.Errorf("stop river: %w", err)
	}
	return nil
}

// start waits for a database that is not there yet; any other trouble ends it.
func (w *Worker) start(ctx context.Context) error {
	patience := backoff.NewExponentialBackOff(backoff.WithInitialInterval(100*time.Millisecond), backoff.WithMaxInterval(5*time.Second), backoff.WithMaxElapsedTime(0))
	err := backoff.Retry(func() error {
		err := w.river.Start(context.WithoutCancel(ctx))
		if err != nil && !store.ConnectionLost(err) {
			return backoff.Permanent(err)
		}
		if err != nil {
			w.config.Log.Warn("start river", zap.Error(err))
		}
		return err
	}, backoff.WithContext(patience, ctx))
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("start river: %w", err)
	}
	return nil
}

// Ready tells why this node takes no jobs, or nil.
func (w *Worker) Ready() error {
	if w.keyless.Load() {
		return &rights.TroubleError{
			Kind: ledger.TroubleKeyset, Err: errors.New("the keyset lacks the key that a stored secret was sealed with: set GHEXPORT_KEYSET to the whole keyset"),
		}
	}
	return nil
}

// loseKeyset stops this node, and no other, from taking jobs that it cannot do.
func (w *Worker) loseKeyset() {
	if w.keyless.Swap(true) {
		return
	}
	w.config.Metrics.keysetLost.Set(1)
	w.config.Log.Error("the keyset lacks the key that a stored secret was sealed with; this node takes no more jobs",
		zap.String("hint", "set GHEXPORT_KEYSET to the whole keyset and restart"))
	for _, queue := range []string{exportQueue, probeQueue, trackQueue, hookQueue} {
		w.removing.Go(func() { // Remove waits for the queue's running jobs, of which the caller is one
			ctx, cancel := context.WithTimeout(w.patience, w.config.JobTimeout)
			defer cancel()
			if err := w.river.Queues().Remove(ctx, queue); err != nil {
				w.config.Log.Error("leave a queue", zap.String("queue", queue), zap.Error(err))
			}
		})
	}
}

// logSealBroken says, for whoever is paged by errors, that a company is held for a fault of ours.
func (w *Worker) logSealBroken(org string) {
	w.config.Log.Error("a company's stored key does not open, and it is held", zap.String("org_id", org), zap.String("cause", string(ledger.CauseDecryptFailed)),
		zap.String("hint", "was its row altered, or copied from another company or database? see docs/keys.md"))
}
