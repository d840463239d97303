package runs

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// release makes due what may go now: canaries first, then the rest at the run's rate; only of companies that may send, and of each
// no more than keeps it busy, so that their budgets set the pace and a newer order of things (a pause, a hold) finds little under way.
func (r *runRow) release(ctx context.Context, tx pgx.Tx) (int, error) {
	n, canaries, err := r.allowance(ctx, tx)
	if err != nil || n == 0 {
		return 0, err
	}
	ids, err := r.choose(ctx, tx, n)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	v := store.Verb{Verb: r.Kind.verb(), Lane: store.LaneReplay, Run: r.ID}
	result, err := v.ApplyTo(ctx, tx, store.By{Actor: r.Actor, Reason: r.Reason, From: store.FromService}, false, ids)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE ghexport.run_members
		   SET state = 'released', released_at = clock_timestamp(), canary = $3
		 WHERE run_id = $1 AND export_id = ANY ($2) AND state = 'waiting'`, r.ID, result.Done, canaries)
	if err != nil {
		return 0, err
	}
	if !canaries {
		r.PacedAt = r.PacedAt.Add(time.Duration(float64(len(result.Done)) / r.Rate * float64(time.Second)))
	}
	return len(result.Done), r.skip(ctx, tx, result)
}

// allowance returns how many may be released now, and whether as canaries. A canary whose company was held meanwhile is not waited for.
func (r *runRow) allowance(ctx context.Context, tx pgx.Tx) (n int, canaries bool, err error) {
	if r.ProvedAt == nil && r.Proved < r.Canary {
		var out int
		err := tx.QueryRow(ctx, `
			SELECT count(*)
			  FROM ghexport.run_members m
			 WHERE m.run_id = $1 AND m.state = 'released' AND m.canary AND ghexport.held(m.org_id) IS NULL`, r.ID).Scan(&out)
		return max(0, r.Canary-r.Proved-out), true, err
	}
	if r.ProvedAt == nil {
		r.ProvedAt, r.PacedAt = &r.Now, time.Time{} // what a second allows may go at once
		if r.Canary > 0 {
			err = r.note(ctx, tx, ledger.ActionRunGoOn, fmt.Sprintf("%d sent first got through", r.Proved))
		}
	}
	// What was not used of the rate is kept for a second: a run that waited for budgets does not catch up in one burst.
	if kept := r.Now.Add(-time.Duration(math.Max(1, 1/r.Rate) * float64(time.Second))); r.PacedAt.Before(kept) {
		r.PacedAt = kept
	}
	return min(runStepMembers, int(r.Now.Sub(r.PacedAt).Seconds()*r.Rate+1e-6)), false, err
}

// choose picks members by turns between the companies that may send. It never waits for an export that somebody else holds.
func (r *runRow) choose(ctx context.Context, tx pgx.Tx, n int) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE orgs(org_id) AS (
			(SELECT m.org_id FROM ghexport.run_members m WHERE m.run_id = $1 AND m.state = 'waiting' ORDER BY m.org_id LIMIT 1)
			UNION ALL
			SELECT next.org_id
			  FROM orgs
			 CROSS JOIN LATERAL (
				SELECT m.org_id FROM ghexport.run_members m
				 WHERE m.run_id = $1 AND m.state = 'waiting' AND m.org_id > orgs.org_id
				 ORDER BY m.org_id LIMIT 1
			 ) next -- a loose scan of run_members_waiting
		), open AS (
			SELECT o.org_id, least($2, $3 * i.in_flight_cap - (
			           SELECT count(*) FROM ghexport.run_members u
			            WHERE u.run_id = $1 AND u.org_id = o.org_id AND u.state = 'released'))::int AS room -- run_members_released
			  FROM orgs o
			  JOIN ghexport.integrations i ON i.org_id = o.org_id
			 CROSS JOIN ghexport.control c
			 WHERE ghexport.held_reason(i, c.stopped_at IS NOT NULL) IS NULL
		), turns AS (
			SELECT m.export_id, o.org_id, row_number() OVER (PARTITION BY o.org_id ORDER BY m.export_id) AS turn
			  FROM open o
			 CROSS JOIN LATERAL (
				SELECT w.export_id FROM ghexport.run_members w
				 WHERE w.run_id = $1 AND w.org_id = o.org_id AND w.state = 'waiting'
				 ORDER BY w.export_id LIMIT greatest(o.room, 0)
			 ) m
		)
		SELECT e.id
		  FROM (SELECT export_id FROM turns ORDER BY turn, org_id LIMIT $2) chosen
		  JOIN ghexport.exports e ON e.id = chosen.export_id
		 ORDER BY e.id
		   FOR NO KEY UPDATE OF e SKIP LOCKED`, r.ID, n, runAhead)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// skip notes the members to which a replay does not apply any more, with the reason.
func (r *runRow) skip(ctx context.Context, tx pgx.Tx, result store.Result) error {
	ids, reasons := result.Missing, make([]string, len(result.Missing))
	for n := range reasons {
		reasons[n] = "it is gone"
	}
	for _, refused := range result.Refused {
		ids, reasons = append(ids, refused.ExportID), append(reasons, fmt.Sprintf("it is %s by now: %s", refused.State, refused.Because))
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE ghexport.run_members m
		   SET state = 'skipped', because = s.because, settled_at = clock_timestamp()
		  FROM unnest($2::bigint[], $3::text[]) AS s(id, because)
		 WHERE m.run_id = $1 AND m.export_id = s.id AND m.state = 'waiting'`, r.ID, ids, reasons)
	return err
}
