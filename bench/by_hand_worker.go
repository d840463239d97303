package main

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// exportArgs name an export of the table.
type exportArgs struct {
	ID int64 `json:"id"`
}

// Kind names the job to River.
func (exportArgs) Kind() string { return "export" }

// byHandWorker sends an export at most once.
type byHandWorker struct {
	river.WorkerDefaults[exportArgs]
	client *greenhouse.Client
	pool   *pgxpool.Pool
	window float64 // seconds
}

// Work commits the intent, makes the POST and settles. A job that comes again after its intent, because a process died, sends nothing:
// the export stays `sending` for a person. Only an answer that created nothing lets it be sent again.
func (w *byHandWorker) Work(ctx context.Context, job *river.Job[exportArgs]) error {
	args, wait, err := w.intent(ctx, job.Args.ID)
	switch {
	case err != nil:
		return err
	case wait > 0:
		return river.JobSnooze(wait)
	}
	started := time.Now()
	created, err := args.post(ctx, w.client)
	var refused *greenhouse.Error
	if errors.As(err, &refused) && refused.Status > 0 {
		return w.giveBack(ctx, job, refused)
	}
	if err != nil {
		return river.JobCancel(err) // nobody knows what became of it: it stays `sending`
	}
	return pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			WITH settled AS (
				UPDATE handmade_exports SET state = 'sent', candidate_id = $2, updated_at = now() WHERE id = $1 AND state = 'sending'
				RETURNING id)
			INSERT INTO handmade_attempts (export_id, started_at, finished_at, outcome)
			SELECT id, $3, now(), 'sent' FROM settled`, job.Args.ID, created.ID, started)
		if err != nil {
			return err
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}

// intent takes a token and marks the export; with no token left it tells how long the window lasts.
func (w *byHandWorker) intent(ctx context.Context, id int64) (args postArgs, wait time.Duration, err error) {
	err = pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			UPDATE handmade_exports SET state = 'sending', updated_at = now() WHERE id = $1 AND state = 'queued'
			RETURNING org, body`, id).Scan(&args.Org, &args.Candidate)
		if err != nil {
			return err
		}
		var spent, limit int
		var ends time.Time
		err = tx.QueryRow(ctx, `
			UPDATE handmade_tokens
			   SET spent = CASE WHEN starts = w.now THEN spent ELSE 0 END + 1, starts = w.now
			  FROM (SELECT to_timestamp(floor(extract(epoch FROM clock_timestamp()) / $2::float8) * $2::float8) AS now) AS w
			 WHERE org = $1
			RETURNING spent, limit_, w.now + $2::float8 * interval '1 second'`, args.Org, w.window).Scan(&spent, &limit, &ends)
		if err == nil && spent > limit {
			wait = max(time.Until(ends), time.Millisecond)
			return errNoToken
		}
		return err
	})
	if errors.Is(err, errNoToken) {
		return args, wait, nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = river.JobCancel(err)
	}
	return args, 0, err
}

// errNoToken rolls the intent back.
var errNoToken = errors.New("no token is left in this window")

// giveBack queues what an answer refused, with its attempt; River waits as it does after any error.
func (w *byHandWorker) giveBack(ctx context.Context, job *river.Job[exportArgs], refused *greenhouse.Error) error {
	_, err := w.pool.Exec(ctx, `
		WITH back AS (UPDATE handmade_exports SET state = 'queued', updated_at = now() WHERE id = $1 AND state = 'sending' RETURNING id)
		INSERT INTO handmade_attempts (export_id, started_at, finished_at, outcome) SELECT id, now(), now(), $2 FROM back`,
		job.Args.ID, string(refused.Class))
	return errors.Join(refused, err)
}
