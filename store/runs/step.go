package runs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Advanced says what one step did for all runs.
type Advanced struct {
	Live     int // runs that the relay still looks after
	Released int // members made due
	Settled  int // members whose end was noticed
}

const (
	runStepMembers = 200              // one step releases no more of a run, so that it never holds its exports for long
	runAhead       = 2                // members of a company that may be under way, as a multiple of its in-flight cap
	runCheckEvery  = 30 * time.Second // how often members that still wait are compared with the ledger
)

// Advance brings each live run one small step on: it notes which members have settled, pauses runs that do harm, releases what
// may go, and ends what is over. Call it some times a second while Live says that there is something to do; where there is not it
// costs one look at an empty index. One transaction, so that a crash at any point leaves each member either released with its export
// due, or neither. [store.ErrStandby] means that another node steps at this moment.
func (s Store) Advance(ctx context.Context) (Advanced, error) {
	var done Advanced
	var live bool
	if err := s.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM ghexport.runs WHERE ended_at IS NULL)").Scan(&live); err != nil { // runs_live
		return done, fmt.Errorf("look for runs: %w", err)
	}
	if !live {
		return done, nil
	}
	err := s.InTx(ctx, "advance runs", func(tx pgx.Tx) error {
		done = Advanced{}
		mine, err := store.RunsTurn.Take(ctx, tx)
		if err != nil {
			return err
		}
		if !mine {
			return store.ErrStandby
		}
		store.Failpoint("runs.open")
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
		return Advanced{}, err
	}
	store.Failpoint("runs.committed")
	return done, nil
}

// runRow holds what a step must know of a run. Its row is locked: a person's pause waits for the step, or the step sees it.
type runRow struct {
	ID        int64
	Kind      Kind
	Now       time.Time
	State     State
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
		SELECT id, kind, clock_timestamp(), state, actor, reason, canary, coalesce(rate, $1), stop_share, stop_from, proved, good, bad,
		       proved_at, paced_at, checked_at < clock_timestamp() - $2::interval
		  FROM ghexport.runs
		 WHERE ended_at IS NULL -- runs_live
		 ORDER BY id
		   FOR NO KEY UPDATE SKIP LOCKED`, RateDefault, runCheckEvery)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[runRow])
}

func (r *runRow) step(ctx context.Context, tx pgx.Tx, done *Advanced) error {
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
	if because := r.harm(canary); because != "" && r.State == Running {
		r.State = Paused
		if err := r.note(ctx, tx, ledger.ActionRunPause, because); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE ghexport.runs SET because = $2 WHERE id = $1", r.ID, because); err != nil {
			return err
		}
	}
	if r.State == Running {
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
		   AND NOT (e.state = 'ineligible' AND `+store.NewerMessage+`) -- put back into the outbox, to be folded
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
		bad := m.State == ledger.StateDead || m.State == ledger.StateUnknown
		switch {
		case bad:
			r.Bad++
		case m.State == ledger.StateSent:
			r.Good++
		}
		switch {
		case m.Canary && bad:
			failed = &m
		case m.Canary && m.State == ledger.StateSent:
			r.Proved++
		}
	}
	return len(settled), failed, nil
}

type settledMember struct {
	ExportID int64
	Canary   bool
	State    ledger.State
	Cause    ledger.Cause
	Detail   string
}

// harm says why the run must not go on by itself, or nothing.
func (r *runRow) harm(canary *settledMember) string {
	settled := r.Good + r.Bad
	switch {
	case canary != nil && canary.State == ledger.StateUnknown:
		return fmt.Sprintf("export %d, sent first, may or may not be in Greenhouse", canary.ExportID)
	case canary != nil:
		return ledger.Clean(fmt.Sprintf("export %d, sent first, died again: %s, %s", canary.ExportID, canary.Cause, ledger.Shape(canary.Detail)), store.DetailCap)
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

// write stores what the step found out, and ends the run when nobody is left to wait for.
func (r *runRow) write(ctx context.Context, tx pgx.Tx) (over bool, err error) {
	var ended State
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
	return over, r.note(ctx, tx, ledger.ActionRunEnd, fmt.Sprintf("every member has settled; the run is %s", ended))
}

// note writes what the run did by itself into the audit trail, which is also its log.
func (r *runRow) note(ctx context.Context, tx pgx.Tx, what ledger.Action, because string) error {
	return store.AddAudit(ctx, tx, store.By{Actor: "ghexport", Reason: because, From: store.FromService}, what, "", map[string]any{"run": r.ID})
}
