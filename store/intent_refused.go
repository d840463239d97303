package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RefusedIntent is an intent that the database refuses as it stands ([Refused]): it would refuse the same again.
type RefusedIntent struct {
	Intent
	Detail  string          // which refusal, without words of the row; cleaned and capped here
	Delays  []time.Duration // until it goes again, by the failures in a row with this one: the first after one, the last after any more
	GiveUp  time.Duration   // how long a row of failures may last
	GivenUp string          // what is added to the detail of one that is given up
}

// FailIntent counts a refused intent as a failure of its export (failures, first_failed_at, a row in attempts, cause `bug`): it goes
// again by the schedule of delays, or is dead once the row of failures has lasted too long, so that what can never be sent neither
// goes back to the head for ever nor stays unseen. Committed. Nothing left the machine.
//
// Safe to call again: it changes an export that is still queued for that job, or `sending` by that very attempt, and no other. For
// any other it returns [ErrNotGranted]. A row that refuses this, too, is the sweep's.
func (s *Store) FailIntent(ctx context.Context, in RefusedIntent) (Settled, error) {
	in.Detail = ledger.Clean(in.Detail, DetailCap)
	var out Settled
	err := s.InTx(ctx, fmt.Sprintf("count the refused intent of export %d", in.ExportID), func(tx pgx.Tx) error {
		out = Settled{Applied: true}
		err := tx.QueryRow(ctx, failIntent, in.ExportID, in.JobID, in.Token, in.Detail, in.Delays, in.GiveUp, in.GivenUp,
			ledger.Shape(in.Detail), s.Version).Scan(&out.State)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotGranted
		}
		if err != nil {
			return err
		}
		return putBackAside(ctx, tx, []int64{in.ExportID})
	})
	if err != nil {
		return Settled{}, err
	}
	return out, nil
}

// failIntent holds what settleExports is to an attempt that was granted. Failures from before the company was last held, off or paused
// are forgotten here as in commitIntents, which did not come so far.
const failIntent = `
	WITH refused AS (
		SELECT e.id, e.state = 'queued' AS early,
		       CASE WHEN e.first_failed_at < greatest(i.released_at, c.released_at) THEN 0 ELSE e.failures END + 1 AS failures,
		       CASE WHEN e.first_failed_at < greatest(i.released_at, c.released_at) THEN NULL ELSE e.first_failed_at END AS first_failed_at
		  FROM ghexport.exports e
		 CROSS JOIN ghexport.control c
		  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
		 WHERE e.id = $1
		   AND (e.state = 'queued' AND e.job_id = $2 OR e.state = 'sending' AND e.attempt = $3)
		   FOR NO KEY UPDATE OF e
	), judged AS (
		SELECT r.*, coalesce(r.first_failed_at <= clock_timestamp() - $6::interval, false) AS over,
		       clock_timestamp() + ($5::interval[])[least(r.failures, cardinality($5::interval[]))] AS next_at
		  FROM refused r
	), failed AS (
		UPDATE ghexport.exports e
		   SET state = CASE WHEN j.over THEN 'dead' ELSE 'pending' END, cause = 'bug',
		       detail = CASE WHEN j.over THEN $4 || $7 ELSE $4 END,
		       due_at = CASE WHEN NOT j.over THEN j.next_at END,
		       attention_at = CASE WHEN j.over THEN clock_timestamp() END,
		       died_of = CASE WHEN j.over THEN $8 END, died_version = CASE WHEN j.over THEN $9 END,
		       attempt = $3, attempts = e.attempts + j.early::int,
		       attempt_started_at = CASE WHEN j.early THEN clock_timestamp() ELSE e.attempt_started_at END,
		       failures = j.failures, first_failed_at = coalesce(j.first_failed_at, clock_timestamp()),
		       job_id = NULL, send_by = NULL, deadline = NULL, updated_at = clock_timestamp()
		  FROM judged j
		 WHERE e.id = j.id
		RETURNING e.id, e.state, e.attempts, e.attempt_started_at, e.detail, e.due_at
	), logged AS (
		INSERT INTO ghexport.attempts (token, export_id, number, job_id, started_at, finished_at, outcome, cause, detail, next_at)
		SELECT $3, f.id, f.attempts, nullif($2, 0), f.attempt_started_at, clock_timestamp(),
		       CASE f.state WHEN 'dead' THEN 'dead' ELSE 'again' END, 'bug', f.detail, f.due_at
		  FROM failed f
	)
	SELECT state FROM failed`
