package figures

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// CompanyPaces reads how sending goes for some companies, each of which is in the result: the hours that have been summed up as they
// were, the rest from the attempts. Its error is a [*store.TooSlowError] where it did not end in time.
func (s Store) CompanyPaces(ctx context.Context, orgs ...string) (map[string]ledger.CompanyPace, error) {
	var now time.Time
	var list []orgSlice
	err := s.Read(ctx, "read how sending goes by company", func(tx pgx.Tx) error {
		var rest time.Time
		err := tx.QueryRow(ctx, `
			SELECT clock_timestamp(), greatest(coalesce(`+hoursUntil+`, '-infinity'), clock_timestamp() - $1::interval)`, numbersRest).Scan(&now, &rest)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, companyPaces, orgs, now, rest)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[orgSlice])
		return err
	})
	if err != nil {
		return nil, err
	}
	return pacesOf(now, orgs, list), nil
}

// orgSlice is the attempts of a company that ended alike in one hour.
type orgSlice struct {
	Org    string
	Rest   bool // read from the attempts themselves, after the last hour that was summed up
	Lately bool // ended in the last 60 minutes; told of attempts alone
	slice
}

// What was summed up says nothing of the last 60 minutes, which may begin before its end: those are read from the attempts in any case.
const companyPaces = `
	SELECT h.org_id, false, false, h.began_at, false, h.outcome, h.cause, h.wait_step::int, h.attempts
	  FROM ghexport.attempt_hours h
	 WHERE h.org_id = ANY ($1) AND h.began_at >= date_bin('1 hour', $2::timestamptz, 'epoch') - interval '7 days' -- attempt_hours_pkey
	UNION ALL
	SELECT e.org_id, t.finished_at >= $3, t.finished_at >= $2::timestamptz - interval '1 hour', date_bin('1 hour', t.finished_at, 'epoch'), false,
	       t.outcome, coalesce(t.cause, ''), ` + waitStep + `::int, count(*)
	  FROM ghexport.attempts t
	  JOIN ghexport.exports e ON e.id = t.export_id
	 WHERE t.finished_at >= least($3, $2::timestamptz - interval '1 hour') -- attempts_by_end
	   AND e.org_id = ANY ($1)
	 GROUP BY 1, 2, 3, 4, 6, 7, 8`

// pacesOf puts slices together. Pure.
func pacesOf(now time.Time, orgs []string, list []orgSlice) map[string]ledger.CompanyPace {
	type tallies struct{ hour, day, week *tally }
	first := now.Truncate(time.Hour).Add(-(ledger.CompanyPaceHours - 1) * time.Hour)
	paces, sums := map[string]ledger.CompanyPace{}, map[string]tallies{}
	for _, org := range orgs {
		hours := make([]ledger.HourlyPace, ledger.CompanyPaceHours)
		for i := range hours {
			hours[i].Began = first.Add(time.Duration(i) * time.Hour)
		}
		paces[org], sums[org] = ledger.CompanyPace{Hours: hours}, tallies{newTally(), newTally(), newTally()}
	}
	for _, one := range list {
		t, known := sums[one.Org]
		if !known {
			continue
		}
		if one.Lately {
			t.hour.add(one.slice)
		}
		if one.Lately && !one.Rest { // it was summed up, too
			continue
		}
		t.week.add(one.slice)
		if at := int(one.Hour.Sub(first) / time.Hour); at >= 0 && !one.Hour.Before(first) && at < ledger.CompanyPaceHours {
			t.day.add(one.slice)
			hour := &paces[one.Org].Hours[at]
			if one.Outcome == ledger.OutcomeSent {
				hour.Sent += one.Attempts
			} else {
				hour.Failed += one.Attempts
			}
		}
	}
	for org, t := range sums {
		p := paces[org]
		p.Hour, p.Day, p.Week = t.hour.pace(), t.day.pace(), t.week.pace()
		paces[org] = p
	}
	return paces
}
