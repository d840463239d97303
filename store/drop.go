package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// dropBatch sets how much one transaction, or one statement, drops: little enough that others do not wait for it, and that the planner
// looks each message up by its index whatever the statistics say.
const dropBatch = 2000

// dropAhead drops most of what waits for a company that is off, batch by batch, so that neither the relay nor a fold of the company's
// waits long; the transaction that turns it on drops the rest with [dropWaiting]. A company that is on, or that somebody turns on
// meanwhile, it leaves as it is.
func (s *Store) dropAhead(ctx context.Context, org string, by By) (int64, error) {
	var total, after int64
	for {
		exports, err := s.dropBatch(ctx, org, by, dropExports)
		total += exports
		var looked droppedMessages
		if err == nil {
			var messages int64
			messages, err = s.dropBatch(ctx, org, by, func(ctx context.Context, tx pgx.Tx, org string, limit *int) (dropped []int64, err error) {
				dropped, looked, err = dropMessages(ctx, tx, org, limit, after)
				return dropped, err
			})
			total += messages
		}
		switch {
		case errors.Is(err, errTurnedOn):
			return total, nil
		case err != nil || exports < dropBatch && looked.n < dropBatch:
			return total, err
		}
		after = max(after, looked.last) // go on behind what was looked at, dropped or not
	}
}

// dropBatch drops one batch in a transaction of its own.
func (s *Store) dropBatch(ctx context.Context, org string, by By, drop dropper) (n int64, err error) {
	limit := dropBatch
	err = s.InTx(ctx, "drop what waits", func(tx pgx.Tx) error {
		n = 0
		dropped, err := drop(ctx, tx, org, &limit)
		if err != nil || len(dropped) == 0 {
			return err
		}
		var on bool
		err = tx.QueryRow(ctx, "SELECT enabled FROM ghexport.integrations WHERE org_id = $1 FOR SHARE", org).Scan(&on)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if on {
			return errTurnedOn
		}
		n = int64(len(dropped))
		return AuditExports(ctx, tx, by, dropAction, dropped, nil)
	})
	return n, err
}

var errTurnedOn = errors.New("the company was turned on")

const dropAction = "org enable --drop-waiting"

// dropWaiting cancels (dropped), in tx, what waits for a company: its pending and queued exports, and what was committed to the
// outbox before it. The caller has the relay's turn. It returns how many exports that were.
func dropWaiting(ctx context.Context, tx pgx.Tx, org string, by By) (int64, error) {
	dropped, err := dropExports(ctx, tx, org, nil)
	if err != nil {
		return 0, err
	}
	fresh, _, err := dropMessages(ctx, tx, org, nil, 0)
	if err != nil {
		return 0, err
	}
	dropped = append(dropped, fresh...)
	return int64(len(dropped)), AuditExports(ctx, tx, by, dropAction, dropped, nil)
}

// dropper cancels something that waits, at most limit of it where one is given, and returns the exports.
type dropper func(ctx context.Context, tx pgx.Tx, org string, limit *int) ([]int64, error)

// dropExports cancels pending and queued exports. Each part of what waits has an index of its own.
func dropExports(ctx context.Context, tx pgx.Tx, org string, limit *int) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		WITH waiting AS (
			SELECT e.id
			  FROM ghexport.exports e
			 WHERE e.id IN (
				(SELECT d.id FROM ghexport.exports d WHERE d.org_id = $1 AND d.due_at IS NOT NULL LIMIT $2) -- exports_due
				UNION ALL
				(SELECT b.id FROM ghexport.exports b -- exports_blocked
				  WHERE b.org_id = $1 AND b.blocked_at IS NOT NULL AND b.state = 'pending' LIMIT $2)
				UNION ALL
				(SELECT q.id FROM ghexport.exports q WHERE q.org_id = $1 AND q.job_id IS NOT NULL AND q.state = 'queued' LIMIT $2)) -- exports_in_flight
			   AND e.state IN ('pending', 'queued')
			 ORDER BY e.id
			   FOR NO KEY UPDATE
		)
		UPDATE ghexport.exports e
		   SET state = 'cancelled', cause = 'dropped', detail = NULL, due_at = NULL, blocked_at = NULL, job_id = NULL, send_by = NULL,
		       updated_at = clock_timestamp()
		  FROM waiting
		 WHERE e.id = waiting.id
		RETURNING e.id`, org, limit)
	if err != nil {
		return nil, fmt.Errorf("drop what waits: %w", err)
	}
	dropped, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("drop what waits: %w", err)
	}
	return dropped, nil
}

// dropMessages cancels what was never folded, and takes the relay's turn for that. The ledger gets a row without a body, and the
// message is kept aside for it. The row's version is one less than the message's, so that a replay, which puts the message back, lets
// the fold take it as new.
func dropMessages(ctx context.Context, tx pgx.Tx, org string, limit *int, after int64) ([]int64, droppedMessages, error) {
	if err := RelayTurn.Await(ctx, tx); err != nil {
		return nil, droppedMessages{}, err
	}
	messages, err := unfolded(ctx, tx, org, limit, after)
	if err != nil {
		return nil, messages, err
	}
	dropped, err := messages.drop(ctx, tx)
	return dropped, messages, err
}

// droppedMessages are the newest messages of interviews that both said yes to, in columns.
type droppedMessages struct {
	ids           []int64
	interviewedAt []time.Time

	n    int   // messages looked at
	last int64 // and the last of them
}

// unfolded reads the newest message of each interview in the company's outbox and keeps those that are eligible. A time that does not
// parse can only stand in a message that no fold takes either; it stays for the relay to reject.
func unfolded(ctx context.Context, tx pgx.Tx, org string, limit *int, after int64) (droppedMessages, error) {
	var d droppedMessages
	rows, err := tx.Query(ctx, `
		SELECT o.id, o.message ->> 'interviewed_at'
		  FROM ghexport.outbox o -- outbox_by_org
		 WHERE o.org_id = $1 AND o.id > $3
		   AND `+eligibleMessage+`
		   AND jsonb_typeof(o.message #> '{candidate,id}') = 'string'
		   AND NOT EXISTS (SELECT FROM ghexport.outbox n -- outbox_by_interview
		                    WHERE n.org_id = o.org_id AND n.interview_id = o.interview_id
		                      AND (n.version > o.version OR n.version = o.version AND n.id < o.id))
		 ORDER BY o.id
		 LIMIT $2`, org, limit, after)
	if err != nil {
		return d, fmt.Errorf("read what is not folded: %w", err)
	}
	var id int64
	var text *string
	_, err = pgx.ForEachRow(rows, []any{&id, &text}, func() error {
		d.n, d.last = d.n+1, id
		if text == nil {
			return nil
		}
		if at, err := time.Parse(time.RFC3339, *text); err == nil {
			d.ids, d.interviewedAt = append(d.ids, id), append(d.interviewedAt, at)
		}
		return nil
	})
	if err != nil {
		return d, fmt.Errorf("read what is not folded: %w", err)
	}
	return d, nil
}

// drop moves the messages aside, under cancelled rows, and returns the ids of the rows that this cancelled. A message that is no newer
// than its row, and one whose row is on its way, in doubt, sent or erased, is left for the fold, which sends none of these.
func (d droppedMessages) drop(ctx context.Context, tx pgx.Tx) ([]int64, error) {
	var all []int64
	for from := 0; from < len(d.ids); from += dropBatch {
		to := min(from+dropBatch, len(d.ids))
		rows, err := tx.Query(ctx, cancelUnfolded, d.ids[from:to], d.interviewedAt[from:to])
		if err != nil {
			return nil, fmt.Errorf("drop what is not folded: %w", err)
		}
		fresh, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return nil, fmt.Errorf("drop what is not folded: %w", err)
		}
		if _, err := tx.Exec(ctx, keepUnfolded, d.ids[from:to]); err != nil {
			return nil, fmt.Errorf("keep dropped messages aside: %w", err)
		}
		all = append(all, fresh...)
	}
	return all, nil
}

const cancelUnfolded = `
	INSERT INTO ghexport.exports AS e (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at,
	                                   interviewer_advances, candidate_continues, practice, job, committed_at)
	SELECT o.org_id, o.interview_id, o.message #>> '{candidate,id}', o.version - 1, sha256(convert_to(o.message::text, 'UTF8')),
	       'cancelled', 'dropped', d.interviewed_at, true, true, false, o.message ->> 'job', o.enqueued_at
	  FROM unnest($1::bigint[], $2::timestamptz[]) AS d(id, interviewed_at)
	  JOIN ghexport.outbox o ON o.id = d.id
	 ORDER BY o.id
	ON CONFLICT (org_id, interview_id) DO UPDATE
	   SET state = 'cancelled', cause = 'dropped', detail = NULL, blocked_at = NULL, attention_at = NULL, updated_at = clock_timestamp()
	 WHERE e.state IN ('ineligible', 'duplicate', 'dead')
	   AND e.version <= excluded.version
	RETURNING e.id`

const keepUnfolded = `
	WITH keyed AS MATERIALIZED (
		SELECT o.id, e.id AS export_id
		  FROM unnest($1::bigint[]) AS d(id)
		  JOIN ghexport.outbox o ON o.id = d.id
		  JOIN ghexport.exports e ON e.org_id = o.org_id AND e.interview_id = o.interview_id
		 WHERE e.state = 'cancelled' AND e.cause = 'dropped' AND e.version < o.version
	), gone AS (
		DELETE FROM ghexport.outbox o
		 USING keyed
		 WHERE o.id = keyed.id
		RETURNING keyed.export_id, o.version, o.schema_version, o.message, o.enqueued_at
	)
	INSERT INTO ghexport.aside AS a (export_id, version, schema_version, message, enqueued_at)
	SELECT export_id, version, schema_version, message, enqueued_at
	  FROM gone
	ON CONFLICT (export_id) DO UPDATE
	   SET version = excluded.version, schema_version = excluded.schema_version, message = excluded.message,
	       enqueued_at = excluded.enqueued_at
	 WHERE a.version < excluded.version`
