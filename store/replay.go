package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ReplayRequest says what to send again. Without a cause a filter means dead exports only; with one, cancelled ones too.
type ReplayRequest struct {
	Request
	LiveLane bool // go with live work instead of yielding to it
}

const (
	laneLive   = 0
	laneReplay = 1
)

// Replay makes exports due now, with their clock of failures reset: dead ones, and cancelled ones whose fate is not in doubt. One
// that was dropped before it was ever folded goes back through the fold. Each batch is a transaction with its audit rows. Replaying
// twice refuses the second time; nothing that was sent is sent again.
func (s *Store) Replay(ctx context.Context, r ReplayRequest) (Result, error) {
	states := []ledger.State{ledger.StateDead}
	if r.Filter.Cause != "" {
		states = append(states, ledger.StateCancelled)
	}
	ids, err := s.selected(ctx, r.Filter, states...)
	if err != nil {
		return Result{}, err
	}
	lane := laneReplay
	if r.LiveLane {
		lane = laneLive
	}
	v := verb{action: "replay", judge: func(row verbRow) (move, string) { return judgeReplay(row, lane) }}
	return s.apply(ctx, v, r.By, r.DryRun, ids)
}

func judgeReplay(row verbRow, lane int) (move, string) {
	const gone = "its personal data is gone, so there is nothing to send"
	switch {
	case row.State == ledger.StateDead && !row.HasBody:
		return move{}, gone
	case row.State == ledger.StateDead:
		return move{to: ledger.StatePending, lane: lane}, ""
	case row.State != ledger.StateCancelled:
		return move{}, "only dead and cancelled exports can be replayed"
	case row.Erased:
		return move{}, gone
	case row.MayExist:
		return move{}, "it may exist in Greenhouse; use resolve --present or --absent"
	case row.HasBody:
		return move{to: ledger.StatePending, lane: lane}, ""
	case row.HasAside:
		// It was never folded: its message was dropped out of the outbox. As ineligible it takes that message as any other.
		return move{to: ledger.StateIneligible, cause: ledger.CauseDecisionMissing}, ""
	default:
		return move{}, gone
	}
}

// ReplayRejected puts messages that could not be folded back into the outbox, to be tried anew, and returns how many, or with dryRun
// how many there are. Of the filter count Org, InterviewID, Since and Limit. One transaction, one audit row.
func (s *Store) ReplayRejected(ctx context.Context, f Filter, by By, dryRun bool) (int, error) {
	w := where{}
	w.addIf(f.Org != "", "r.org_id = %s", f.Org)
	w.addIf(f.InterviewID != "", "r.interview_id = %s", f.InterviewID)
	w.addIf(!f.Since.IsZero(), "r.rejected_at >= %s", f.Since)
	limit := ""
	if f.Limit > 0 {
		limit = " LIMIT " + w.arg(f.Limit)
	}
	var ids []int64
	err := s.inTx(ctx, "replay rejected messages", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT r.id FROM ghexport.rejected r"+w.sql()+" ORDER BY r.id"+limit+" FOR UPDATE", w.args...)
		if err != nil {
			return err
		}
		if ids, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil || dryRun || len(ids) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `
			WITH back AS (
				DELETE FROM ghexport.rejected
				 WHERE id = ANY ($1)
				RETURNING id, org_id, interview_id, version, schema_version, message, enqueued_at
			)
			INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message, enqueued_at)
			SELECT org_id, interview_id, version, schema_version, message, enqueued_at
			  FROM back
			 ORDER BY id`, ids)
		if err != nil {
			return err
		}
		if err := addAudit(ctx, tx, by, "replay", f.Org, map[string]any{"cause": ledger.CauseMessageInvalid, "messages": len(ids)}); err != nil {
			return err
		}
		return wakeRelay(ctx, tx)
	})
	return len(ids), err
}

// selected lists the exports that a verb shall look at, oldest first: those named, else those of the given states that match.
func (s *Store) selected(ctx context.Context, f Filter, states ...ledger.State) ([]int64, error) {
	if f.IDs != nil {
		return f.IDs, nil
	}
	if f.State != "" && !slices.Contains(states, f.State) {
		return nil, nil
	}
	w := f.where()
	w.addIf(true, "e.state = ANY (%s)", states)
	limit := ""
	if f.Limit > 0 {
		limit = " LIMIT " + w.arg(f.Limit)
	}
	rows, err := s.Pool.Query(ctx, "SELECT e.id"+exportsHeld+w.sql()+" ORDER BY e.id"+limit, w.args...)
	if err != nil {
		return nil, fmt.Errorf("select exports: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("select exports: %w", err)
	}
	return ids, nil
}
