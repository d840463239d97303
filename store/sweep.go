package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Swept says what one sweep repaired.
type Swept struct {
	Unknown  int   // attempts whose worker stayed silent past the deadline
	Tests    int   // how many of these were tests, which count nowhere
	Requeued int   // exports whose job could no longer send them
	Released int   // exports that waited for a sibling and need not any more
	After    int64 // the waiting export to go on after; 0 begins again
}

const (
	runningGrace = 10 * time.Second // a job that runs this long has made its intent, or never will
	bodyGrace    = time.Hour        // a body this old that no export names belongs to no fold
)

// Sweep repairs what crashes and lost races leave, by the database's clock and with no notion of who is alive; it belongs to the
// relay, every few seconds. [ErrStandby] means that another relay works. Safe to call at any time, as often as one likes.
//
// Each part is a transaction of its own, so that none waits for what another costs, and what was repaired stays so when a later part
// fails: what is returned then counts all the same.
func (s *Store) Sweep(ctx context.Context, after int64) (Swept, error) {
	n := Swept{After: after}
	silent, orphans := &pgx.Batch{}, &pgx.Batch{}
	silent.Queue(sweepSilent).QueryRow(func(row pgx.Row) error { return row.Scan(&n.Unknown, &n.Tests) })
	orphans.Queue(sweepOrphans, runningGrace).QueryRow(func(row pgx.Row) error { return row.Scan(&n.Requeued) })
	orphans.Queue(sweepTrials)
	if err := s.sweepPart(ctx, silent); err != nil {
		return n, fmt.Errorf("sweep what stayed silent: %w", err)
	}
	if err := s.sweepPart(ctx, orphans); err != nil {
		return n, fmt.Errorf("sweep what lost its job: %w", err)
	}
	if err := s.sweepSiblings(ctx, &n); err != nil {
		return n, fmt.Errorf("sweep what waits for a sibling: %w", err)
	}
	return n, nil
}

// sweepPart runs the statements of one part of a sweep in a turn of their own.
func (s *Store) sweepPart(ctx context.Context, batch *pgx.Batch) error {
	t, err := s.takeTurn(ctx, &pgx.Batch{}, func(pgx.BatchResults) error { return nil })
	if err != nil {
		return err
	}
	Failpoint("sweep.open")
	return t.send(ctx, batch, true)
}

// sweepSilent makes `sending` rows past their deadline `unknown`, and their jobs dead letters in River's own list.
const sweepSilent = `
	WITH silent AS (
		SELECT e.id, e.attempt, e.attempts, e.attempt_started_at, e.job_id
		  FROM ghexport.exports e
		 WHERE e.job_id IS NOT NULL -- exports_in_flight
		   AND e.state = 'sending' AND e.deadline < clock_timestamp()
		 ORDER BY e.id
		   FOR NO KEY UPDATE SKIP LOCKED
	), given_up AS (
		UPDATE ghexport.exports e
		   SET state = 'unknown', cause = 'outcome.unknown', detail = 'the worker never said how it ended', job_id = NULL,
		       send_by = NULL, deadline = NULL, attention_at = clock_timestamp(), updated_at = clock_timestamp(),
		       flags = CASE WHEN e.attempts > 1 AND NOT 'resent_after_5xx' = ANY (e.flags)
		                         AND EXISTS (SELECT FROM ghexport.attempts t WHERE t.export_id = e.id AND t.status >= 500)
		                    THEN e.flags || 'resent_after_5xx'::text ELSE e.flags END
		  FROM silent
		 WHERE e.id = silent.id
		RETURNING ` + IsTest + ` AS test
	), logged AS (
		INSERT INTO ghexport.attempts (token, export_id, number, job_id, started_at, finished_at, outcome, cause, detail, silent)
		SELECT attempt, id, attempts, job_id, attempt_started_at, clock_timestamp(), 'unknown', 'outcome.unknown',
		       'the worker never said how it ended', true
		  FROM silent
		ON CONFLICT (export_id, token) DO NOTHING
	), finalised AS (
		UPDATE ghexport.river_job j
		   SET state = 'discarded', finalized_at = clock_timestamp(),
		       errors = j.errors || jsonb_build_object('at', clock_timestamp(), 'attempt', greatest(j.attempt, 1), 'trace', '',
		                                               'error', 'outcome.unknown: export ' || silent.id)
		  FROM silent
		 WHERE j.id = silent.job_id AND j.finalized_at IS NULL
	)
	SELECT count(*)::int, (count(*) FILTER (WHERE test))::int FROM given_up`

// sweepOrphans makes `queued` rows due again whose job is missing, final, out of the way that leads to a worker, or has run for so
// long that its intent was not granted. A job of a paused queue waits on: whoever paused it wants that.
const sweepOrphans = `
	WITH orphans AS (
		SELECT e.id, e.job_id
		  FROM ghexport.exports e
		  LEFT JOIN ghexport.river_job j ON j.id = e.job_id
		 WHERE e.job_id IS NOT NULL -- exports_in_flight
		   AND e.state = 'queued'
		   AND (j.id IS NULL OR j.finalized_at IS NOT NULL OR j.state NOT IN ('available', 'running')
		        OR j.queue <> 'export' OR j.kind <> 'export' OR j.scheduled_at > clock_timestamp() -- somebody changed it in the table
		        OR j.state = 'running' AND j.attempted_at < clock_timestamp() - $1::interval)
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED
	), due AS (
		UPDATE ghexport.exports e
		   SET state = 'pending', job_id = NULL, send_by = NULL, due_at = ` + inTurn + `, updated_at = clock_timestamp()
		  FROM orphans
		 WHERE e.id = orphans.id
		RETURNING e.id
	), finalised AS (
		UPDATE ghexport.river_job j
		   SET state = 'cancelled', finalized_at = clock_timestamp(),
		       errors = j.errors || jsonb_build_object('at', clock_timestamp(), 'attempt', greatest(j.attempt, 1), 'trace', '',
		                                               'error', 'given up by the sweep: export ' || orphans.id || ' goes again')
		  FROM orphans
		 WHERE j.id = orphans.job_id AND j.finalized_at IS NULL
	)
	SELECT count(*)::int FROM due`

// sweepTrials ends a trial whose export went another way, so that the next probe finds another.
const sweepTrials = `
	UPDATE ghexport.integrations i
	   SET trial_export_id = NULL, probe_at = clock_timestamp()
	 WHERE i.trial_export_id IS NOT NULL
	   AND NOT EXISTS (SELECT FROM ghexport.exports e WHERE e.id = i.trial_export_id AND e.job_id IS NOT NULL)`

// SweepBodies deletes the leftovers of folds that did not commit. It looks at a stretch of two graces, so call it at least once in
// that time; erasure finds by interview what it may miss. Safe to call at any time.
func (s *Store) SweepBodies(ctx context.Context) error {
	if _, err := s.Pool.Exec(ctx, sweepBodies, bodyGrace); err != nil {
		return fmt.Errorf("delete leftover bodies: %w", err)
	}
	return nil
}

const sweepBodies = `
	DELETE FROM ghexport.bodies b
	 WHERE b.created_at BETWEEN statement_timestamp() - 3 * $1::interval AND statement_timestamp() - $1::interval -- bodies_by_age
	   AND NOT EXISTS (SELECT FROM ghexport.exports e
	                    WHERE e.org_id = b.org_id AND e.interview_id = b.interview_id AND b.id IN (e.body_id, e.later_body_id))
	   AND NOT EXISTS (SELECT FROM ghexport.revisions r WHERE r.body_id = b.id) -- revisions_by_body`
