package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

var floorPeer = peer{
	name: "floor", title: "SKIP LOCKED by hand", short: true,
	how:   "one claimer takes what there are free slots for, settles go in batches; -workers slots, -conns connections",
	keeps: "at least one send while the process lives; a crash leaves claimed rows where they are. What a machine can do at all",
	make:  func(s settings) contender { return &floor{onPostgres: onPostgres{settings: s}} },
}

// floor is the least that can be called a queue in Postgres: rows claimed and settled in batches, one NOTIFY a hand-over.
type floor struct{ onPostgres }

const floorSchema = `
	CREATE TABLE floor_jobs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state smallint NOT NULL DEFAULT 0, args jsonb NOT NULL) WITH (fillfactor = 80);
	CREATE INDEX ON floor_jobs (id) WHERE state = 0`

func (f *floor) create(ctx context.Context, db database) error { return f.begin(ctx, db, floorSchema) }

func (f *floor) settled(ctx context.Context, w *watch) (int, error) {
	n, err := w.number(ctx, "SELECT count(*) FROM floor_jobs WHERE state = 2")
	return int(n), err
}

func (f *floor) hand(ctx context.Context, list []result) error {
	jobs := make([]string, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		text, err := json.Marshal(args)
		if err != nil {
			return err
		}
		jobs[i] = string(text)
	}
	return pgx.BeginFunc(ctx, f.producer, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			WITH handed AS (INSERT INTO floor_jobs (args) SELECT unnest($1::jsonb[]))
			SELECT pg_notify('floor', '')`, jobs)
		return err
	})
}

func (f *floor) handOne(ctx context.Context, one result) error { return f.hand(ctx, []result{one}) }

func (f *floor) start(ctx context.Context, url string) (func() error, error) {
	connections, err := pool(ctx, f.db.serviceURL, f.Conns)
	if err != nil {
		return nil, err
	}
	listener, err := pgx.Connect(ctx, f.db.serviceURL)
	if err == nil {
		_, err = listener.Exec(ctx, "LISTEN floor")
	}
	if err != nil {
		connections.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := newFloorWorker(connections, url, f.Workers)
	var running sync.WaitGroup
	running.Go(func() { w.hear(ctx, listener) })
	running.Go(func() { w.claim(ctx) })
	running.Go(w.settle)
	return sync.OnceValue(func() error {
		cancel()
		running.Wait()
		w.client.CloseIdleConnections()
		connections.Close()
		return w.failed()
	}), nil
}

// floorPoll sets how long a lost notification goes unseen.
const floorPoll = 100 * time.Millisecond
