package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/source"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/carrier"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
	"github.com/interviewing-io/greenhouse-export/worker/trace"
)

const serveLong = `Runs the service until SIGTERM or Ctrl-C: the relay, which folds what producers enqueued and hands out what is due; the workers,
which send it to Greenhouse; the console, with River UI. Any number may run on one database. When told to stop it is not ready at
once, takes nothing new, lets what is being sent finish, and exits with 0; a second signal ends it without waiting. SIGHUP reads
GHEXPORT_KEYSET_FILE and GHEXPORT_OUTBOX_URLS_FILE again; SIGUSR1 makes the log say everything, and once more what GHEXPORT_LOG_LEVEL says.

` + settingsHelp

// serveFlags leave parts of the service out.
type serveFlags struct{ noConsole, noWorkers, noSend bool }

func (c *cli) serve() *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the service: relay, workers, console",
		Long:    serveLong,
		Example: "  DATABASE_URL=postgres://ghexport@localhost/app GHEXPORT_KEYSET_FILE=keyset.json ghexport serve",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			needs := []need{needDatabase, needKeyset, needSources}
			if !flags.noConsole {
				needs = append(needs, needConsole)
			}
			config, err := c.config("serve", needs...)
			if err != nil {
				return err
			}
			log, level := c.logger(config)
			takeStandardLog(log)
			defer log.Sync() //nolint:errcheck // a terminal cannot be synced, and says so
			traces, err := trace.New(cmd.Context(), c.env, binaryVersion(), c.out)
			if err != nil {
				return err
			}
			defer closeTraces(traces, log)
			s, err := newService(cmd.Context(), config, flags, traces, log)
			if err != nil && cmd.Context().Err() != nil {
				log.Info("stopped before it had started")
				return nil
			}
			if err != nil {
				return err
			}
			defer s.close()
			s.level = level
			return s.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&flags.noConsole, "no-console", false, "answer /healthz and /readyz only")
	cmd.Flags().BoolVar(&flags.noWorkers, "no-workers", false, "fold and hand out, and let other nodes send")
	cmd.Flags().BoolVar(&flags.noSend, "no-send", false, "fold only: hand nothing out and send nothing from this node")
	return cmd
}

// service is one node: what serve is made of.
type service struct {
	config Config
	flags  serveFlags
	log    *zap.Logger
	level  zap.AtomicLevel // of log
	store  *store.Store
	relay  *relay.Relay
	worker *worker.Worker
	ready  readiness
	state  *stateFile

	carrier *carrier.Carrier
	sources map[sourceAddress]*source.Source // of carrier

	connections *connections.Connections
	registry    *prometheus.Registry // what /metrics serves
	traces      *trace.Tracer        // nil where nobody asks for traces
	hooked      func(outcome string) // counts webhooks
}

// newService opens everything and refuses what could not work. It starts nothing.
func newService(ctx context.Context, config Config, flags serveFlags, traces *trace.Tracer, log *zap.Logger) (*service, error) {
	s := &service{config: config, flags: flags, traces: traces, log: log}
	keyset, err := config.openKeyset()
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, store.Config{URL: config.DatabaseURL, ApplicationName: "ghexport serve", Version: binaryVersion(), GenericPlans: true}); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, keyset); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// close ends what newService opened.
func (s *service) close() {
	if s.carrier != nil {
		closeSources(s.carrier.Sources)
	}
	s.store.Close()
}

func (s *service) prepare(ctx context.Context, keyset *seal.Keyset) error {
	if wrong := separated(errors.Join(checkSchema(ctx, s.store), checkClock(ctx, s.store))); len(wrong) > 0 {
		return wrong
	}
	if err := s.guard(ctx); err != nil {
		return err
	}
	if err := rights.In(s.store).CheckRights(ctx); err != nil {
		return hinted(err, "the owner runs ghexport grant --service ROLE")
	}
	s.warn()
	digests, err := keyring.In(s.store).Digests(ctx, keyset)
	if err != nil {
		return hinted(err, "GHEXPORT_KEYSET must be the keyset with which this database was first served")
	}
	s.registry = prometheus.NewRegistry()
	metrics := worker.NewMetrics(s.registry)
	s.hooked = hooks.Received(s.registry)
	notifier, rules, _ := s.config.notices() // checked with the other settings
	s.relay = relay.New(relay.Relay{
		Store: s.store, Digests: digests, Log: s.log, Poll: s.config.RelayPoll, NoSend: s.flags.noSend, Silent: metrics.Silent, Notices: rules,
		Retention: s.config.retention(), Traces: s.traces,
		// The worker is made with the relay, so the relay asks for it when it is there.
		Probe:  func(ctx context.Context, orgs []string) error { return s.worker.Probe(ctx, orgs) },
		Notify: func(ctx context.Context, due []notices.DueNotice) error { return s.worker.Notify(ctx, due) },
		Track:  func(ctx context.Context, orgs []string) error { return s.worker.Track(ctx, orgs) },
	})
	client := s.config.greenhouse()
	s.connections = &connections.Connections{Store: s.store, Greenhouse: client, Tests: s.config.tests(), Keyset: keyset, Digests: digests, Log: s.log}
	s.worker, err = worker.New(worker.Config{
		Store: s.store, Greenhouse: client, Test: s.connections.Tests, Keyset: keyset, Log: s.log, Relay: s.relay, Metrics: metrics, Notifier: notifier,
		Workers: s.config.Workers, JobTimeout: s.config.JobTimeout, ShutdownTimeout: s.config.ShutdownTimeout, NoSend: s.flags.noSend || s.flags.noWorkers,
		KeepCancelled: s.config.KeepJobs, Traces: s.traces,
	})
	if err != nil {
		return fmt.Errorf("workers: %w", err)
	}
	if s.sources, err = s.config.openSources("ghexport serve", nil); err != nil {
		return err
	}
	s.carrier = &carrier.Carrier{Store: s.store, Sources: byName(s.sources), Log: s.log, Node: uuid.New(), Poll: s.config.RelayPoll}
	s.ready = readiness{store: s.store, worker: s.worker, relay: s.relay}
	return nil
}

// warn says what is not wrong enough to stay down for.
func (s *service) warn() {
	if s.config.Dev {
		s.log.Warn("GHEXPORT_DEV is on: keys and people's data may leave unencrypted; NOT FOR PRODUCTION")
	}
	if len(s.config.Unknown) > 0 {
		s.log.Warn("settings that this version does not know", zap.Strings("variables", s.config.Unknown))
	}
}
