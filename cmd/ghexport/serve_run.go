package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
	"riverqueue.com/riverui"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// readiness says whether this node can do its work.
type readiness struct {
	store    *store.Store
	worker   *worker.Worker
	relay    *relay.Relay
	stopping atomic.Bool
}

var errStopping = errors.New("this node is stopping")

// check returns why this node is not ready, nil when it is. Its caller bounds the time.
func (r *readiness) check(ctx context.Context) error {
	if r.stopping.Load() {
		return errStopping
	}
	return r.trouble(ctx)
}

// trouble returns what keeps this node from its work, as it says with its heartbeat.
func (r *readiness) trouble(ctx context.Context) error {
	if err := r.worker.Ready(); err != nil {
		return err
	}
	if err := r.relay.Trouble(); err != nil {
		return err
	}
	schema := checkSchema(ctx, r.store)
	var known *hintedError
	if errors.As(schema, &known) {
		schema = &rights.TroubleError{Kind: ledger.TroubleSchema, Err: schema}
	}
	return errors.Join(schema, rights.In(r.store).CheckSession(ctx), rights.In(r.store).CheckRights(ctx))
}

// run works until ctx ends or a part fails. Then it is not ready, lets relay and workers end, and the HTTP server last, so that
// whoever asks meanwhile is told.
func (s *service) run(ctx context.Context) error {
	// The parts outlive ctx by what they need to end in order.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	doors, err := s.doors(work)
	if err != nil {
		return err
	}
	failed := make(chan error, len(doors)+1)
	var parts, http sync.WaitGroup
	for _, d := range doors {
		http.Go(func() { failed <- wrap("http", d.Serve(d.listener)) })
	}
	parts.Go(func() { s.relay.Run(work) })
	parts.Go(func() { s.carrier.Run(work) })
	parts.Go(func() { s.heartbeat().Run(work) })
	parts.Go(func() { s.keepState(work) })
	parts.Go(func() { s.heed(work) })
	parts.Go(func() { failed <- s.worker.Run(work) })
	s.logStarted(doors[0].listener.Addr().String())

	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.ready.stopping.Store(true)
	s.log.Info("stopping", zap.Duration("at_most", s.config.ShutdownTimeout))
	stopWork()
	parts.Wait()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), httpStopTimeout)
	defer cancel()
	for _, d := range doors {
		if d.Shutdown(stopping) != nil {
			d.Close()
		}
	}
	http.Wait()
	close(failed)
	for more := range failed {
		err = errors.Join(err, more)
	}
	s.log.Info("stopped", zap.Error(err))
	return err
}

func wrap(part string, err error) error {
	if err == nil || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("%s: %w", part, err)
}

// handler answers HTTP. River UI refreshes its counts until ctx ends.
func (s *service) handler(ctx context.Context) (http.Handler, error) {
	config := web.Config{}
	if s.console() {
		config = s.config.console()
		ui, err := riverui.NewHandler(&riverui.HandlerOpts{
			Endpoints:                riverui.NewEndpoints(s.worker.River(), &riverui.EndpointsOpts[pgx.Tx]{}),
			JobListHideArgsByDefault: true,
			Logger:                   worker.RiverLogger(s.log),
			Prefix:                   "/river",
		})
		if err != nil {
			return nil, fmt.Errorf("river ui: %w", err)
		}
		if err := ui.Start(ctx); err != nil {
			return nil, fmt.Errorf("river ui: %w", err)
		}
		config.RiverUI = ui
	}
	if !s.flags.noConsole {
		config.Hooks = &hooks.Door{
			Secrets: hooks.Secrets{Store: s.store, Keyset: s.connections.Keyset}, Digests: s.connections.Digests, Log: s.log, Count: s.hooked,
		}
	}
	config.Greenhouse, config.Digests = consoleGreenhouse(s.connections), s.connections.Digests
	if s.config.MetricsAddr == "" {
		config.Metrics = s.metrics()
	}
	config.Edits = web.Edits{Change: render.Edit, Digests: s.relay.Digests}
	config.Store, config.Ready, config.Version, config.Log = s.store, s.ready.check, binaryVersion(), s.log
	handler, err := web.New(config)
	if err != nil {
		return nil, separated(err)
	}
	return handler, nil
}

// console says whether this node serves one.
func (s *service) console() bool { return s.config.hasConsole() && !s.flags.noConsole }

func (s *service) logStarted(address string) {
	database := s.store.Pool.Config().ConnConfig
	s.log.Info("started",
		zap.String("version", binaryVersion()),
		zap.String("http", "http://"+address),
		zap.Bool("console", s.console()),
		zap.Bool("sends", !s.flags.noSend && !s.flags.noWorkers),
		zap.Int("workers", s.config.Workers),
		zap.String("greenhouse", s.config.GreenhouseBaseURL),
		zap.String("database", fmt.Sprintf("%s:%d/%s", database.Host, database.Port, database.Database)),
	)
}
