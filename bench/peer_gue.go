package main

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/vgarvardt/gue/v5"
	"github.com/vgarvardt/gue/v5/adapter/pgxv5"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

var guePeer = peer{
	name: "gue", title: "gue", module: "github.com/vgarvardt/gue/v5",
	how:   "-workers workers that poll every 100 ms (default 5 s); a connection for each, since it keeps a transaction open through the POST",
	keeps: "at least one send; no ledger, attempts, budgets, order, holds",
	make:  func(s settings) contender { return &gueQueue{onPostgres: onPostgres{settings: s}} },
}

// gueQueue is https://github.com/vgarvardt/gue: a worker locks one row, works, deletes the row.
type gueQueue struct {
	onPostgres
	client *gue.Client
}

// gueSchema is migrations/schema.sql of the module.
const gueSchema = `
	CREATE TABLE gue_jobs (
		job_id TEXT NOT NULL PRIMARY KEY, priority SMALLINT NOT NULL, run_at TIMESTAMPTZ NOT NULL, job_type TEXT NOT NULL, args BYTEA NOT NULL,
		error_count INTEGER NOT NULL DEFAULT 0, last_error TEXT, queue TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL);
	CREATE INDEX idx_gue_jobs_selector ON gue_jobs (queue, run_at, priority)`

const gueQueueName = "post"

func (g *gueQueue) create(ctx context.Context, db database) (err error) {
	if err = g.begin(ctx, db, gueSchema); err != nil {
		return err
	}
	g.client, err = gue.NewClient(pgxv5.NewConnPool(g.producer))
	return err
}

func (g *gueQueue) settled(ctx context.Context, w *watch) (int, error) {
	return g.left(ctx, w, "gue_jobs")
}

func (g *gueQueue) hand(ctx context.Context, list []result) error {
	all := make([]*gue.Job, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		text, err := json.Marshal(args)
		if err != nil {
			return err
		}
		all[i] = &gue.Job{Queue: gueQueueName, Type: "post", Args: text}
	}
	err := pgx.BeginFunc(ctx, g.producer, func(tx pgx.Tx) error { return g.client.EnqueueBatchTx(ctx, all, pgxv5.NewTx(tx)) })
	if err == nil {
		g.handed.Add(int64(len(list)))
	}
	return err
}

func (g *gueQueue) handOne(ctx context.Context, one result) error { return g.hand(ctx, []result{one}) }

func (g *gueQueue) start(ctx context.Context, url string) (func() error, error) {
	connections, err := pool(ctx, g.db.serviceURL, g.Workers+g.Conns)
	if err != nil {
		return nil, err
	}
	client := &greenhouse.Client{BaseURL: url}
	queue, err := gue.NewClient(pgxv5.NewConnPool(connections))
	if err != nil {
		connections.Close()
		return nil, err
	}
	work := gue.WorkMap{"post": func(ctx context.Context, job *gue.Job) error {
		var args postArgs
		if err := json.Unmarshal(job.Args, &args); err != nil {
			return err
		}
		_, err := args.post(ctx, client)
		return err
	}}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	working := context.WithoutCancel(ctx) // what is in flight finishes
	workers, err := gue.NewWorkerPool(queue, work, g.Workers, gue.WithPoolQueue(gueQueueName), gue.WithPoolPollInterval(100*time.Millisecond),
		gue.WithPoolGracefulShutdown(func() context.Context { return working }))
	if err != nil {
		cancel()
		connections.Close()
		return nil, err
	}
	var failed error
	var running sync.WaitGroup
	running.Go(func() { failed = workers.Run(ctx) })
	return sync.OnceValue(func() error {
		cancel()
		running.Wait()
		client.CloseIdleConnections()
		connections.Close()
		return failed
	}), nil
}
