package main

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

var byHandPeer = peer{
	name: "by-hand", title: "the same guarantee by hand", module: riverModule, short: true,
	how:   "River tuned, a table of exports, one of attempts, a row of tokens a company; -workers slots, -conns connections",
	keeps: "at most one send, and a doubt is visible; attempts and budgets; no order of siblings, holds, dead letters or replay",
	make:  func(s settings) contender { return &byHand{onPostgres: onPostgres{settings: s}, limit: unlimited} },
}

// byHand holds what a Go team would write on River that must not create anybody twice: the export in a table of its own, the intent
// committed before the POST, the answer settled together with an attempt's row and the job, and a row of tokens for each company.
type byHand struct {
	onPostgres
	limit    int // tokens of a company in a window
	inserter *river.Client[pgx.Tx]
}

// unlimited is more than any measurement spends.
const unlimited = 1_000_000

const byHandSchema = `
	CREATE TABLE handmade_exports (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org int NOT NULL, interview_id text NOT NULL, body jsonb NOT NULL,
		state text NOT NULL DEFAULT 'queued', candidate_id bigint, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
		UNIQUE (org, interview_id));
	CREATE INDEX ON handmade_exports (state) WHERE state <> 'sent';
	CREATE TABLE handmade_attempts (
		id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, export_id bigint NOT NULL REFERENCES handmade_exports (id),
		started_at timestamptz NOT NULL, finished_at timestamptz NOT NULL, outcome text NOT NULL);
	CREATE INDEX ON handmade_attempts (export_id);
	CREATE TABLE handmade_tokens (org int PRIMARY KEY, starts timestamptz NOT NULL DEFAULT '-infinity', spent int NOT NULL DEFAULT 0, limit_ int NOT NULL)`

func (h *byHand) create(ctx context.Context, db database) error {
	if err := migrateRiver(ctx, db); err != nil {
		return err
	}
	if err := h.begin(ctx, db, byHandSchema); err != nil {
		return err
	}
	if _, err := h.producer.Exec(ctx, "INSERT INTO handmade_tokens (org, limit_) SELECT n, $2 FROM generate_series(0, $1 - 1) n", h.Orgs, h.limit); err != nil {
		return err
	}
	var err error
	h.inserter, err = river.NewClient(riverpgxv5.New(h.producer), &river.Config{Logger: quiet(), FetchCooldown: tunedCooldown, FetchPollInterval: tunedPoll})
	return err
}

func (h *byHand) settled(ctx context.Context, w *watch) (int, error) {
	n, err := w.number(ctx, "SELECT count(*) FROM handmade_exports WHERE state = 'sent'")
	return int(n), err
}

func (h *byHand) hand(ctx context.Context, list []result) error {
	orgs, ids, bodies := make([]int, len(list)), make([]string, len(list)), make([]string, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		body, err := json.Marshal(args.Candidate)
		if err != nil {
			return err
		}
		orgs[i], ids[i], bodies[i] = one.org, one.id, string(body)
	}
	return pgx.BeginFunc(ctx, h.producer, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			INSERT INTO handmade_exports (org, interview_id, body)
			SELECT * FROM unnest($1::int[], $2::text[], $3::jsonb[])
			RETURNING id`, orgs, ids, bodies)
		if err != nil {
			return err
		}
		numbers, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		params := make([]river.InsertManyParams, len(numbers))
		for i, id := range numbers {
			params[i].Args = exportArgs{ID: id}
		}
		_, err = h.inserter.InsertManyFastTx(ctx, tx, params)
		return err
	})
}

func (h *byHand) handOne(ctx context.Context, one result) error { return h.hand(ctx, []result{one}) }

func (h *byHand) start(ctx context.Context, url string) (func() error, error) {
	return h.serve(ctx, tunedCooldown, tunedPoll, func(workers *river.Workers, connections *pgxpool.Pool) func() {
		client := &greenhouse.Client{BaseURL: url}
		river.AddWorker(workers, &byHandWorker{client: client, pool: connections, window: h.Window.Seconds()})
		return client.CloseIdleConnections
	})
}
