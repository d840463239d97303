package store

import (
	"context"

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
	LaneReplay = 1
)

// Replay makes exports due now, with their clock of failures reset: dead ones, and cancelled ones whose fate is not in doubt. One
// that was dropped before it was ever folded goes back through the fold. Each batch is a transaction with its audit rows. Replaying
// twice refuses the second time; nothing that was sent is sent again.
func (s *Store) Replay(ctx context.Context, r ReplayRequest) (Result, error) {
	states := []ledger.State{ledger.StateDead}
	if r.Filter.Cause != "" {
		states = append(states, ledger.StateCancelled)
	}
	lane := LaneReplay
	if r.LiveLane {
		lane = laneLive
	}
	return s.applySelected(ctx, Verb{Verb: ledger.VerbReplay, Lane: lane}, r.Request, states...)
}

// ReplayRejected puts messages that could not be folded back into the outbox, to be tried anew, and returns how many, or with dryRun
// how many there are. Of the filter count Org, InterviewID, Since and Limit. One transaction, one audit row.
func (s *Store) ReplayRejected(ctx context.Context, f Filter, by By, dryRun bool) (int, error) {
	w := Where{}
	w.AddIf(f.Org != "", "r.org_id = %s", f.Org)
	w.AddIf(f.InterviewID != "", "r.interview_id = %s", f.InterviewID)
	w.AddIf(!f.Since.IsZero(), "r.rejected_at >= %s", f.Since)
	limit := ""
	if f.Limit > 0 {
		limit = " LIMIT " + w.Arg(f.Limit)
	}
	var ids []int64
	err := s.InTx(ctx, "replay rejected messages", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT r.id FROM ghexport.rejected r"+w.SQL()+" ORDER BY r.id"+limit+" FOR UPDATE", w.Args...)
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
		if err := AddAudit(ctx, tx, by, ledger.ActionReplay, f.Org, map[string]any{"cause": ledger.CauseMessageInvalid, "messages": len(ids)}); err != nil {
			return err
		}
		return WakeRelay(ctx, tx)
	})
	return len(ids), err
}
