package figures

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// numbersRest sets how much that nobody has summed up is read from the attempts themselves.
const numbersRest = 24 * time.Hour

// Numbers reads how sending went in a span, of a company or with an empty org of all: the hours that have been summed up as they were,
// the rest from the attempts. Its error is a [*store.TooSlowError] where it did not end in time.
func (s Store) Numbers(ctx context.Context, org string, span ledger.Span) (ledger.Numbers, error) {
	var now time.Time
	var list []slice
	err := s.Read(ctx, "read the numbers", func(tx pgx.Tx) error {
		var rest time.Time
		err := tx.QueryRow(ctx, `
			SELECT clock_timestamp(), greatest(coalesce(`+hoursUntil+`, '-infinity'), clock_timestamp() - $1::interval)`, numbersRest).Scan(&now, &rest)
		if err != nil {
			return err
		}
		first := firstPart(now, span)
		if rest.Before(first) {
			rest = first
		}
		rows, err := tx.Query(ctx, `
			SELECT date_bin($5::interval, h.began_at, 'epoch'), false, h.outcome, h.cause, h.wait_step::int, sum(h.attempts)::bigint
			  FROM (SELECT began_at, outcome, cause, wait_step, attempts
			          FROM ghexport.attempt_hours
			         WHERE org_id = $3 AND began_at >= $4 AND outcome <> '' -- attempt_hours_pkey
			        UNION ALL
			        SELECT began_at, outcome, cause, wait_step, attempts
			          FROM (`+attemptsByHour+`) r
			         WHERE $3 = '' OR org_id = $3) h
			 GROUP BY 1, 3, 4, 5`, rest, now.Add(time.Hour), org, first, span.Step())
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[slice])
		return err
	})
	if err != nil {
		return ledger.Numbers{}, err
	}
	return numbersOf(now, span, list), nil
}

// firstPart returns when the first part of a span that ends now begins.
func firstPart(now time.Time, span ledger.Span) time.Time {
	step := int64(span.Step() / time.Second)
	last := now.Unix() / step * step // as date_bin with the epoch has it
	return time.Unix(last-int64(span.Length()/time.Second), 0).UTC()
}

// numbersOf puts slices together. Pure.
func numbersOf(now time.Time, span ledger.Span, list []slice) ledger.Numbers {
	first, step := firstPart(now, span), span.Step()
	all, parts := newTally(), make([]*tally, int(span.Length()/step)+1)
	for i := range parts {
		parts[i] = newTally()
	}
	for _, s := range list {
		if at := int(s.Hour.Sub(first) / step); at >= 0 && at < len(parts) {
			all.add(s)
			parts[at].add(s)
		}
	}
	n := ledger.Numbers{Span: span, All: all.part(first)}
	for i, t := range parts {
		n.Parts = append(n.Parts, t.part(first.Add(time.Duration(i)*step)))
	}
	return n
}

func (t *tally) part(began time.Time) ledger.Part {
	return ledger.Part{Began: began, Pace: t.pace(), P99: quantile(t.waits, 0.99)}
}
