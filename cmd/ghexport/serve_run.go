package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
	"riverqueue.com/riverui"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/worker"
)

// The time-outs of the HTTP server. River UI's largest answers take well under a second.
const (
	headerTimeout   = 5 * time.Second
	requestTimeout  = 15 * time.Second // to read a request
	answerTimeout   = 30 * time.Second // to make and write its answer
	idleTimeout     = time.Minute      // of a connection between two requests
	httpStopTimeout = 3 * time.Second  // for requests under way when everything else has stopped
	maxHeaderBytes  = 64 << 10
)

// readiness says whether this node can do its work.
type readiness struct {
	store    *store.Store
	worker   *worker.Worker
	stopping atomic.Bool
}

var errStopping = errors.New("this node is stopping")

// check returns why this node is not ready, nil when it is. Its caller bounds the time.
func (r *readiness) check(ctx context.Context) error {
	if r.stopping.Load() {
		return errStopping
	}
	if err := r.worker.Ready(); err != nil {
		return err
	}
	return checkSchema(ctx, r.store)
}

// run works until ctx ends or a part fails. Then it is not ready, lets relay and workers end, and the HTTP server last, so that
// whoever asks meanwhile is told.
func (s *service) run(ctx context.Context) error {
	// The parts outlive ctx by what they need to end in order.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.config.HTTPAddr)
	if err != nil {
		return hinted(fmt.Errorf("GHEXPORT_HTTP_ADDR: %w", err), "is another process there? choose a free address, or :0")
	}
	server, err := s.server(work)
	if err != nil {
		listener.Close()
		return err
	}
	failed := make(chan error, 2)
	var parts, http sync.WaitGroup
	http.Go(func() { failed <- wrap("http", server.Serve(listener)) })
	parts.Go(func() { s.relay.Run(work) })
	parts.Go(func() { failed <- s.worker.Run(work) })
	s.logStarted(listener.Addr().String())

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
	if server.Shutdown(stopping) != nil {
		server.Close()
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

// server answers HTTP. River UI refreshes its counts until ctx ends.
func (s *service) server(ctx context.Context) (*http.Server, error) {
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
	config.Greenhouse = consoleGreenhouse(s.connections)
	config.Store, config.Ready, config.Version, config.Log = s.store, s.ready.check, binaryVersion(), s.log
	handler, err := web.New(config)
	if err != nil {
		return nil, separated(err)
	}
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: answerTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: zap.NewStdLog(s.log),
	}, nil
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
