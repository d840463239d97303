package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Attempts are summed up by slices of time once these are over.
const (
	sliceLength = 5 * time.Minute
	SliceGrace  = time.Minute        // a settle that ended in a slice has committed by then, or never will
	sliceSpan   = 24 * time.Hour     // what is older when it is first looked at is not summed up
	sliceStays  = 8 * 24 * time.Hour // longer than any page looks back
	sliceStep   = time.Hour          // at most so much at a time, so that a day of a busy service is no long statement
)

// waitStep is the step of a histogram in which an export fell that was sent now: the power of 1.2 of 10 ms that its way from the
// producer's commit did not exceed. The same as [waitOf] in Go.
const waitStep = `CASE WHEN t.outcome = 'sent' AND e.id IS NOT NULL
	         THEN greatest(ceil(ln(greatest(extract(epoch FROM t.finished_at - e.committed_at), 0.01) / 0.01) / ln(1.2)), 0)
	         ELSE 0 END::smallint`

// attemptsByStep sums up the attempts of a stretch of time by slices.
const attemptsByStep = `
	SELECT date_bin($3::interval, t.finished_at, 'epoch') AS began_at, t.outcome, coalesce(t.cause, '') AS cause, ` + waitStep + ` AS wait_step,
	       count(*) AS attempts
	  FROM ghexport.attempts t
	  LEFT JOIN ghexport.exports e ON e.id = t.export_id AND t.outcome = 'sent'
	 WHERE t.finished_at >= $1 AND t.finished_at < $2 -- attempts_by_end
	 GROUP BY 1, 2, 3, 4`

// SumUpAttempts sums up the slices of time that are over since it was last called. It costs as much as there were attempts in them,
// and keeps what it has done when ctx ends. Without it [Store.Trend] is as right, and slower. [store.ErrStandby] means that another node
// does it. Safe to call at any time.
func (s Store) SumUpAttempts(ctx context.Context) error {
	for more := true; more; {
		var err error
		if more, err = s.sumUpSome(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) sumUpSome(ctx context.Context) (more bool, err error) {
	err = s.InTx(ctx, "sum up attempts", func(tx pgx.Tx) error {
		more = false
		mine, err := store.SlicesTurn.Take(ctx, tx)
		if err != nil {
			return err
		}
		if !mine {
			return store.ErrStandby
		}
		var from, until time.Time
		err = tx.QueryRow(ctx, `
			SELECT greatest(`+summedUntil+`, date_bin($1, clock_timestamp() - $2::interval, 'epoch')), date_bin($1, clock_timestamp() - $3::interval, 'epoch')`,
			sliceLength, sliceSpan, SliceGrace).Scan(&from, &until)
		if err != nil || !from.Before(until) {
			return err
		}
		if until.Sub(from) > sliceStep {
			until, more = from.Add(sliceStep), true
		}
		if _, err := tx.Exec(ctx, "INSERT INTO ghexport.attempt_slices "+attemptsByStep, from, until, sliceLength); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			WITH old AS (
				DELETE FROM ghexport.attempt_slices WHERE began_at < statement_timestamp() - $4::interval
			)
			INSERT INTO ghexport.attempt_slices (began_at, outcome, cause, wait_step, attempts)
			SELECT began_at, '', '', 0, 0 FROM generate_series($1, $2::timestamptz - $3::interval, $3::interval) began_at`,
			from, until, sliceLength, sliceStays)
		return err
	})
	return more, err
}

// summedUntil is the end of the last slice that has been summed up, null before the first.
const summedUntil = `(SELECT max(a.began_at) + $1::interval FROM ghexport.attempt_slices a WHERE a.outcome = '')`

// slice is the attempts of one hour that ended alike.
type slice struct {
	Hour     time.Time
	Lately   bool // within the last hour
	Outcome  ledger.Outcome
	Cause    ledger.Cause
	WaitStep int
	Attempts int64
}

// slices reads the attempts of the last day: what has been summed up as it was, and the rest from the attempts themselves.
func (s Store) slices(ctx context.Context) (now time.Time, list []slice, err error) {
	err = s.InTx(ctx, "read the attempts of the last day", func(tx pgx.Tx) error {
		var rest time.Time
		err := tx.QueryRow(ctx, `
			SELECT clock_timestamp(), greatest(coalesce(`+summedUntil+`, '-infinity'), clock_timestamp() - $2::interval)`, sliceLength, sliceSpan).Scan(&now, &rest)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT date_trunc('hour', a.began_at), a.began_at >= $4::timestamptz - interval '1 hour', a.outcome, a.cause, a.wait_step::int, sum(a.attempts)::bigint
			  FROM (SELECT began_at, outcome, cause, wait_step, attempts
			          FROM ghexport.attempt_slices
			         WHERE began_at >= $4::timestamptz - interval '1 day' AND outcome <> '' -- attempt_slices_pkey
			        UNION ALL
			        `+attemptsByStep+`) a
			 GROUP BY 1, 2, 3, 4, 5`, rest, now.Add(time.Hour), sliceLength, now)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[slice])
		return err
	})
	return now, list, err
}

// KeepFresh does what pages and metrics would else do while somebody waits. Call it every [store.NodeBeat], on every node.
func (s Store) KeepFresh(ctx context.Context) error {
	err := s.SumUpAttempts(ctx)
	if errors.Is(err, store.ErrStandby) {
		err = nil
	}
	if _, countErr := s.CountStates(ctx); countErr != nil {
		err = errors.Join(err, fmt.Errorf("keep the counts fresh: %w", countErr))
	}
	return err
}
