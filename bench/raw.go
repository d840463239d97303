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

// raw is River alone: the body in the job's args, one POST, no ledger, no attempts, no budgets, no order, no fence.
type raw struct {
	settings
	db       database
	producer *pgxpool.Pool
	inserter *river.Client[pgx.Tx]
}

// postArgs carry all that the POST needs.
type postArgs struct {
	Org       int                        `json:"org"`
	Candidate greenhouse.CreateCandidate `json:"candidate"`
}

// Kind names the job to River.
func (postArgs) Kind() string { return "post" }

// postWorker makes the POST that ours makes, with the same client.
type postWorker struct {
	river.WorkerDefaults[postArgs]
	client *greenhouse.Client
}

// Work sends one candidate.
func (w *postWorker) Work(ctx context.Context, job *river.Job[postArgs]) error {
	cred := greenhouse.Credential{Key: greenhouse.NewSecret(apiKey(job.Args.Org)), OnBehalfOf: createdBy}
	_, _, err := w.client.Create(ctx, cred, job.Args.Candidate, greenhouse.Fence{})
	return err
}

// River, tuned: the cooldown bounds how soon a fetch follows another, the poll how long a lost notification goes unseen.
const (
	rawCooldown = 2 * time.Millisecond
	rawPoll     = 100 * time.Millisecond
)

// pool is of the size of ours, and as durable.
func pool(ctx context.Context, url string, conns int) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(conns)
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	return pgxpool.NewWithConfig(ctx, config)
}

func (r *raw) name() string       { return "river" }
func (r *raw) settledSQL() string { return "SELECT count(*) FROM river_job WHERE state = 'completed'" }

func (r *raw) standsSQL() string {
	return `SELECT coalesce(string_agg(n || ' ' || state, ', '), 'no jobs')
	          FROM (SELECT state, count(*) AS n FROM river_job GROUP BY state) AS states`
}

func (r *raw) close() { r.producer.Close() }

func (r *raw) create(ctx context.Context, db database) (err error) {
	r.db = db
	if r.producer, err = pool(ctx, db.ownerURL, r.Conns); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(r.producer), nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	_, err = r.producer.Exec(ctx, `
		GRANT USAGE ON SCHEMA public TO `+serviceRole+`;
		GRANT ALL ON ALL TABLES IN SCHEMA public TO `+serviceRole+`;
		GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO `+serviceRole)
	if err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	r.inserter, err = river.NewClient(riverpgxv5.New(r.producer), &river.Config{FetchCooldown: rawCooldown, FetchPollInterval: rawPoll})
	return err
}

func (r *raw) hand(ctx context.Context, list []result) error {
	params := make([]river.InsertManyParams, len(list))
	for i, one := range list {
		candidate, err := one.candidate()
		if err != nil {
			return err
		}
		params[i].Args = postArgs{Org: one.org, Candidate: candidate}
	}
	_, err := r.inserter.InsertManyFast(ctx, params)
	return err
}

func (r *raw) handOne(ctx context.Context, one result) error {
	candidate, err := one.candidate()
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, r.producer, func(tx pgx.Tx) error {
		_, err := r.inserter.InsertTx(ctx, tx, postArgs{Org: one.org, Candidate: candidate}, nil)
		return err
	})
}

func (r *raw) start(ctx context.Context, url string) (func() error, error) {
	connections, err := pool(ctx, r.db.serviceURL, r.Conns)
	if err != nil {
		return nil, err
	}
	client := &greenhouse.Client{BaseURL: url}
	workers := river.NewWorkers()
	river.AddWorker(workers, &postWorker{client: client})
	rc, err := river.NewClient(riverpgxv5.New(connections), &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: r.Workers}},
		FetchCooldown: rawCooldown, FetchPollInterval: rawPoll, JobTimeout: 30 * time.Second,
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
		client.CloseIdleConnections()
		connections.Close()
		return err
	}), nil
}

const stopLimit = 30 * time.Second
