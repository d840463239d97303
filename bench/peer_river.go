package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// How River is tuned, whoever inserts or works.
const (
	tunedCooldown = 2 * time.Millisecond
	tunedPoll     = 100 * time.Millisecond
)

const riverModule = "github.com/riverqueue/river"

var riverPeer = peer{
	name: "river", title: "raw River, tuned", module: riverModule, short: true,
	how:   "FetchCooldown 2 ms, FetchPollInterval 100 ms; -workers slots, -conns connections",
	keeps: "at least one send, never an end to doubt; no ledger, attempts, budgets, order, holds",
	make: func(s settings) contender {
		return &raw{onPostgres: onPostgres{settings: s}, cooldown: tunedCooldown, poll: tunedPoll}
	},
}

var riverDefaultPeer = peer{
	name: "river-default", title: "raw River, default", module: riverModule,
	how:   "FetchCooldown 100 ms, FetchPollInterval 1 s; -workers slots, -conns connections",
	keeps: riverPeer.keeps,
	make: func(s settings) contender {
		return &raw{onPostgres: onPostgres{settings: s}, cooldown: river.FetchCooldownDefault, poll: river.FetchPollIntervalDefault}
	},
}

// raw is River alone: the body in the job's args, one POST, no ledger, no attempts, no budgets, no order, no fence.
type raw struct {
	onPostgres
	cooldown time.Duration // bounds how soon a fetch follows another
	poll     time.Duration // how long a lost notification goes unseen
	inserter *river.Client[pgx.Tx]
}

// Kind names the job to River.
func (postArgs) Kind() string { return "post" }

// postWorker makes the POST.
type postWorker struct {
	river.WorkerDefaults[postArgs]
	client *greenhouse.Client
}

// Work sends one candidate.
func (w *postWorker) Work(ctx context.Context, job *river.Job[postArgs]) error {
	_, err := job.Args.post(ctx, w.client)
	return err
}

func (r *raw) settled(ctx context.Context, w *watch) (int, error) {
	n, err := w.number(ctx, "SELECT count(*) FROM river_job WHERE state = 'completed'")
	return int(n), err
}

func (r *raw) create(ctx context.Context, db database) error {
	if err := migrateRiver(ctx, db); err != nil {
		return err
	}
	if err := r.begin(ctx, db, ""); err != nil {
		return err
	}
	var err error
	// The inserting client is tuned as the working one is: River notifies a queue no more often than within its FetchCooldown.
	r.inserter, err = river.NewClient(riverpgxv5.New(r.producer), &river.Config{Logger: quiet(), FetchCooldown: r.cooldown, FetchPollInterval: r.poll})
	return err
}

func migrateRiver(ctx context.Context, db database) error {
	owner, err := pgxpool.New(ctx, db.ownerURL)
	if err != nil {
		return err
	}
	defer owner.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(owner), &rivermigrate.Config{Logger: quiet()})
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	return nil
}

func (r *raw) hand(ctx context.Context, list []result) error {
	params := make([]river.InsertManyParams, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		params[i].Args = args
	}
	_, err := r.inserter.InsertManyFast(ctx, params)
	return err
}

func (r *raw) handOne(ctx context.Context, one result) error {
	args, err := one.args()
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, r.producer, func(tx pgx.Tx) error {
		_, err := r.inserter.InsertTx(ctx, tx, args, nil)
		return err
	})
}

func (r *raw) start(ctx context.Context, url string) (func() error, error) {
	return r.serve(ctx, r.cooldown, r.poll, func(workers *river.Workers, _ *pgxpool.Pool) func() {
		client := &greenhouse.Client{BaseURL: url}
		river.AddWorker(workers, &postWorker{client: client})
		return client.CloseIdleConnections
	})
}

// serve runs a River client with the workers that add makes; what add returns is called at the end.
func (p *onPostgres) serve(ctx context.Context, cooldown, poll time.Duration, add func(*river.Workers, *pgxpool.Pool) func()) (func() error, error) {
	connections, err := pool(ctx, p.db.serviceURL, p.Conns)
	if err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	done := add(workers, connections)
	rc, err := river.NewClient(riverpgxv5.New(connections), &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: p.Workers}},
		FetchCooldown: cooldown, FetchPollInterval: poll, JobTimeout: 40 * time.Second,
		Logger: quiet(), ReindexerSchedule: river.NeverSchedule(),
	})
	if err == nil {
		err = rc.Start(context.WithoutCancel(ctx)) // ends by Stop, so that what is in flight finishes
	}
	if err != nil {
		connections.Close()
		return nil, fmt.Errorf("river: %w", err)
	}
	return sync.OnceValue(func() error {
		stopCtx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), stopLimit, fmt.Errorf("river took longer than %s to stop", stopLimit))
		defer cancel()
		err := rc.Stop(stopCtx)
		done()
		connections.Close()
		return err
	}), nil
}

const stopLimit = 30 * time.Second
