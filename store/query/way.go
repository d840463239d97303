package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// WayAttempts sets how many attempts a [ledger.Way] holds, the newest.
const WayAttempts = 20

// Way reads what an export did from its commit on: the newest of its attempts, when their jobs were dispatched as far as River still
// knows, and when its company was held meanwhile.
func (r Reader) Way(ctx context.Context, d *ExportDetail) (ledger.Way, error) {
	way := ledger.Way{
		Committed: d.committedAt, Folded: d.CreatedAt, Now: d.now, Number: d.Attempts,
		Waits: d.State == ledger.StatePending || d.State == ledger.StateQueued,
	}
	if d.attemptInProgress {
		way.Sending = d.attemptStartedAt
	}
	log := d.AttemptLog
	if n := len(log); n > WayAttempts {
		way.Committed, way.Folded = log[n-WayAttempts-1].FinishedAt, log[n-WayAttempts-1].FinishedAt
		log = log[n-WayAttempts:]
	}
	dispatched, err := r.dispatched(ctx, log)
	if err != nil {
		return way, err
	}
	for _, a := range log {
		one := ledger.WayAttempt{Number: a.Number, Began: a.StartedAt, Ended: a.FinishedAt, Outcome: a.Outcome}
		if a.RiverJobID != nil {
			one.Dispatched = dispatched[*a.RiverJobID]
		}
		if a.NextAt != nil {
			one.NextAt = *a.NextAt
		}
		if a.Cause != nil {
			one.Cause = *a.Cause
		}
		if a.Status != nil {
			one.Status = *a.Status
		}
		way.Attempts = append(way.Attempts, one)
	}
	way.Holds, err = r.wayHolds(ctx, d)
	return way, err
}

// dispatched reads when River got the jobs of attempts; one that River has forgotten is not in the map.
func (r Reader) dispatched(ctx context.Context, log []AttemptRow) (map[int64]time.Time, error) {
	var jobs []int64
	for _, a := range log {
		if a.RiverJobID != nil {
			jobs = append(jobs, *a.RiverJobID)
		}
	}
	at := map[int64]time.Time{}
	if len(jobs) == 0 {
		return at, nil
	}
	rows, err := r.reads.Query(ctx, "SELECT id, created_at FROM ghexport.river_job WHERE id = ANY ($1) -- river_job_pkey", jobs)
	if err != nil {
		return nil, fmt.Errorf("read when jobs were dispatched: %w", err)
	}
	var id int64
	var created time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &created}, func() error { at[id] = created; return nil }); err != nil {
		return nil, fmt.Errorf("read when jobs were dispatched: %w", err)
	}
	return at, nil
}

func (r Reader) wayHolds(ctx context.Context, d *ExportDetail) (list []ledger.WayHold, err error) {
	holds, err := r.Holds(ctx, HoldFilter{Org: d.OrgID, Limit: companyEvents})
	if err != nil {
		return nil, err
	}
	for i := len(holds) - 1; i >= 0; i-- { // the newest are first
		one := ledger.WayHold{Cause: holds[i].Cause, Since: holds[i].Since}
		if holds[i].Until != nil {
			one.Until = *holds[i].Until
		}
		list = append(list, one)
	}
	if d.Held == nil || len(list) > 0 && list[len(list)-1].Until.IsZero() {
		return list, nil
	}
	// Off, paused and the like are no holds of Greenhouse's, and when they began stands in the trail alone: they are shown from the last
	// thing that is known to have happened.
	began := d.CreatedAt
	if n := len(d.AttemptLog); n > 0 {
		began = d.AttemptLog[n-1].FinishedAt
	}
	return append(list, ledger.WayHold{Cause: *d.Held, Since: began}), nil
}
