package figures

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Attempts are summed up by hours once these are over, and kept.
const (
	hoursBack  = 30 * 24 * time.Hour // how far back the first summing up looks
	hoursStep  = 6 * time.Hour       // at most so much in one transaction
	hoursTurn  = 0x6768686f757273    // "ghhours": one node sums up at a time
	hoursGrace = SliceGrace
)

// hoursUntil is the end of the last hour that has been summed up, null before the first. Each has a row of all companies.
const hoursUntil = `(SELECT max(h.began_at) + interval '1 hour' FROM ghexport.attempt_hours h WHERE h.org_id = '')` // attempt_hours_pkey

// attemptsByHour sums up the attempts of a stretch of time, by companies.
const attemptsByHour = `
	SELECT e.org_id, date_bin('1 hour', t.finished_at, 'epoch') AS began_at, t.outcome, coalesce(t.cause, '') AS cause, ` + waitStep + ` AS wait_step,
	       count(*) AS attempts
	  FROM ghexport.attempts t
	  JOIN ghexport.exports e ON e.id = t.export_id
	 WHERE t.finished_at >= $1 AND t.finished_at < $2 -- attempts_by_end
	 GROUP BY 1, 2, 3, 4, 5`

// SumUpHours sums up the hours that are over since it was last called, and keeps what it has done when ctx ends. Each hour is summed up
// once, in the transaction that says so, whoever calls and however often. [store.ErrStandby] means that another node does it.
func (s Store) SumUpHours(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = s.sumUpHours(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) sumUpHours(ctx context.Context) (more bool, err error) {
	err = s.InTx(ctx, "sum up hours", func(tx pgx.Tx) error {
		more = false
		var mine bool
		if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", int64(hoursTurn)).Scan(&mine); err != nil {
			return err
		}
		if !mine {
			return store.ErrStandby
		}
		var from, until time.Time
		err := tx.QueryRow(ctx, `
			SELECT coalesce(`+hoursUntil+`, date_bin('1 hour', clock_timestamp() - $1::interval, 'epoch')),
			       date_bin('1 hour', clock_timestamp() - $2::interval, 'epoch')`, hoursBack, hoursGrace).Scan(&from, &until)
		if err != nil || !from.Before(until) {
			return err
		}
		if until.Sub(from) > hoursStep {
			until, more = from.Add(hoursStep), true
		}
		_, err = tx.Exec(ctx, `
			WITH sums AS (`+attemptsByHour+`)
			INSERT INTO ghexport.attempt_hours (org_id, began_at, outcome, cause, wait_step, attempts)
			SELECT org_id, began_at, outcome, cause, wait_step, attempts FROM sums
			UNION ALL
			SELECT '', began_at, outcome, cause, wait_step, sum(attempts) FROM sums GROUP BY began_at, outcome, cause, wait_step
			UNION ALL
			SELECT '', began_at, '', '', 0, 0 FROM generate_series($1, $2::timestamptz - interval '1 hour', '1 hour') began_at`, from, until)
		return err
	})
	return more, err
}
