package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
)

// RunsAdvanced says what one step did for all runs.
type RunsAdvanced struct {
	Live     int // runs that the relay still looks after
	Released int // members made due
	Settled  int // members whose end was noticed
}

const (
	runStepMembers = 200              // one step releases no more of a run, so that it never holds its exports for long
	runAhead       = 2                // members of a company that may be under way, as a multiple of its in-flight cap
	runCheckEvery  = 30 * time.Second // how often members that still wait are compared with the ledger
)

// AdvanceRuns brings each live run one small step on: it notes which members have settled, pauses runs that do harm, releases what
// may go, and ends what is over. Call it some times a second while Live says that there is something to do; where there is not it
// costs one look at an empty index. One transaction, so that a crash at any point leaves each member either released with its export
// due, or neither. [ErrStandby] means that another node steps at this moment.
func (s *Store) AdvanceRuns(ctx context.Context) (RunsAdvanced, error) {
	var done RunsAdvanced
	var live bool
	if err := s.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM ghexport.runs WHERE ended_at IS NULL)").Scan(&live); err != nil { // runs_live
		return done, fmt.Errorf("look for runs: %w", err)
	}
	if !live {
		return done, nil
	}
	err := s.inTx(ctx, "advance runs", func(tx pgx.Tx) error {
		done = RunsAdvanced{}
		var mine bool
		if err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", runsLock).Scan(&mine); err != nil {
			return err
		}
		if !mine {
			return ErrStandby
		}
		Failpoint("runs.open")
		runs, err := liveRuns(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if err := r.step(ctx, tx, &done); err != nil {
				return fmt.Errorf("run %d: %w", r.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return RunsAdvanced{}, err
	}
	Failpoint("runs.committed")
	return done, nil
}

// runRow is what a step must know of a run. Its row is locked: a person's pause waits for the step, or the step sees it.
type runRow struct {
	ID        int64
	Now       time.Time
	State     RunState
	Actor     string
	Reason    string
	Canary    int
	Rate      float64
	StopShare float64
	StopFrom  int
	Proved    int
	Good      int
	Bad       int
	ProvedAt  *time.Time
	PacedAt   time.Time
	Check     bool // members that still wait are to be compared with the ledger
}

func liveRuns(ctx context.Context, tx pgx.Tx) ([]*runRow, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, clock_timestamp(), state, actor, reason, canary, coalesce(rate, $1), stop_share, stop_from, proved, good, bad,
		       proved_at, paced_at, checked_at < clock_timestamp() - $2::interval
		  FROM ghexport.runs
		 WHERE ended_at IS NULL -- runs_live
		 ORDER BY id
		   FOR NO KEY UPDATE SKIP LOCKED`, runRate, runCheckEvery)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[runRow])
}

func (r *runRow) step(ctx context.Context, tx pgx.Tx, done *RunsAdvanced) error {
	settled, canary, err := r.settle(ctx, tx)
	if err != nil {
		return err
	}
	done.Settled += settled
	if r.Check {
		if err := r.compare(ctx, tx); err != nil {
			return err
		}
	}
	if because := r.harm(canary); because != "" && r.State == RunRunning {
		r.State = RunPaused
		if err := r.note(ctx, tx, "run pause", because); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.runs SET because = $2 WHERE id = $1", r.ID, because); err != nil {
			return err
		}
	}
	if r.State == RunRunning {
		released, err := r.release(ctx, tx)
		if err != nil {
			return err
		}
		done.Released += released
	}
	over, err := r.write(ctx, tx)
	if !over {
		done.Live++
	}
	return err
}

// settle notes the members whose exports have come to an end since they were released. It returns what became of the worst canary
// among them, if one did not get through.
func (r *runRow) settle(ctx context.Context, tx pgx.Tx) (int, *settledMember, error) {
	rows, err := tx.Query(ctx, `
		UPDATE ghexport.run_members m
		   SET state = e.state, cause = e.cause, settled_at = clock_timestamp()
		  FROM ghexport.exports e
		 WHERE m.run_id = $1 AND m.state = 'released' AND e.id = m.export_id -- run_members_released
		   AND e.state NOT IN ('pending', 'queued', 'sending')
		   AND NOT (e.state = 'ineligible' AND `+newerMessage+`) -- put back into the outbox, to be folded
		RETURNING m.export_id, m.canary, e.state, coalesce(e.cause, ''), coalesce(e.detail, '')`, r.ID)
	if err != nil {
		return 0, nil, err
	}
	settled, err := pgx.CollectRows(rows, pgx.RowToStructByPos[settledMember])
	if err != nil {
		return 0, nil, err
	}
	var failed *settledMember
	for _, m := range settled {
		bad := m.State == StateDead || m.State == StateUnknown
		switch {
		case bad:
			r.Bad++
		case m.State == StateSent:
			r.Good++
		}
		switch {
		case m.Canary && bad:
			failed = &m
		case m.Canary && m.State == StateSent:
			r.Proved++
		}
	}
	return len(settled), failed, nil
}

type settledMember struct {
	ExportID int64
	Canary   bool
	State    State
	Cause    Cause
	Detail   string
}

// harm says why the run must not go on by itself, or nothing.
func (r *runRow) harm(canary *settledMember) string {
	settled := r.Good + r.Bad
	switch {
	case canary != nil && canary.State == StateUnknown:
		return fmt.Sprintf("export %d, sent first, may or may not be in Greenhouse", canary.ExportID)
	case canary != nil:
		return Clean(fmt.Sprintf("export %d, sent first, died again: %s, %s", canary.ExportID, canary.Cause, Shape(canary.Detail)), detailCap)
	case settled >= r.StopFrom && float64(r.Bad) > r.StopShare*float64(settled):
		return fmt.Sprintf("%d of %d died again or are in doubt, more than %.0f %%", r.Bad, settled, r.StopShare*100)
	}
	return ""
}

// compare skips members that left the state in which they were chosen while they waited, such as those of a held company.
func (r *runRow) compare(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		UPDATE ghexport.run_members m
		   SET state = 'skipped', because = 'it is ' || e.state || ' by now', settled_at = clock_timestamp()
		  FROM ghexport.exports e
		 WHERE m.run_id = $1 AND m.state = 'waiting' AND e.id = m.export_id AND e.state NOT IN ('dead', 'cancelled')`, r.ID)
	return err
}

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
	v := verb{action: "replay", run: r.ID, judge: func(row verbRow) (move, string) { return judgeReplay(row, laneReplay) }}
	result, err := v.applyTo(ctx, tx, By{Actor: r.Actor, Reason: r.Reason, From: FromService}, false, ids)
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

// allowance is how many may be released now, and whether as canaries. A canary whose company was held meanwhile is not waited for.
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
			err = r.note(ctx, tx, "run go on", fmt.Sprintf("%d sent first got through", r.Proved))
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
func (r *runRow) skip(ctx context.Context, tx pgx.Tx, result Result) error {
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

// write stores what the step found out, and ends the run when nobody is left to wait for.
func (r *runRow) write(ctx context.Context, tx pgx.Tx) (over bool, err error) {
	var ended RunState
	err = tx.QueryRow(ctx, `
		UPDATE ghexport.runs r
		   SET state = CASE WHEN left_.over AND r.state <> 'stopped' THEN 'done' WHEN r.state = 'stopped' THEN r.state ELSE $2 END,
		       because = CASE WHEN left_.over AND r.state <> 'stopped' THEN NULL ELSE r.because END,
		       proved = $3, good = $4, bad = $5, proved_at = $6, paced_at = $7,
		       checked_at = CASE WHEN $8 THEN clock_timestamp() ELSE r.checked_at END,
		       ended_at = CASE WHEN left_.over THEN clock_timestamp() END,
		       updated_at = clock_timestamp()
		  FROM (SELECT NOT EXISTS (SELECT FROM ghexport.run_members m WHERE m.run_id = $1 AND m.state = 'waiting')
		           AND NOT EXISTS (SELECT FROM ghexport.run_members m WHERE m.run_id = $1 AND m.state = 'released') AS over) left_
		 WHERE r.id = $1
		RETURNING r.state, r.ended_at IS NOT NULL`, r.ID, r.State, r.Proved, r.Good, r.Bad, r.ProvedAt, r.PacedAt, r.Check).Scan(&ended, &over)
	if err != nil || !over {
		return over, err
	}
	return over, r.note(ctx, tx, "run end", fmt.Sprintf("every member has settled; the run is %s", ended))
}

// note writes what the run did by itself into the audit trail, which is also its log.
func (r *runRow) note(ctx context.Context, tx pgx.Tx, what, because string) error {
	return addAudit(ctx, tx, By{Actor: "ghexport", Reason: because, From: FromService}, what, "", map[string]any{"run": r.ID})
}
