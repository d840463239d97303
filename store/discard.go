package store

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Discard ends exports that nobody wants sent: pending and dead ones become cancelled (discarded). A [Store.Replay] takes it back.
// Each batch is a transaction with its audit rows; doing it twice refuses the second time.
func (s *Store) Discard(ctx context.Context, r Request) (Result, error) {
	ids, err := s.selected(ctx, r.Filter, ledger.StatePending, ledger.StateDead)
	if err != nil {
		return Result{}, err
	}
	return s.apply(ctx, verb{action: "discard", judge: judgeDiscard}, r.By, r.DryRun, ids)
}

func judgeDiscard(row verbRow) (move, string) {
	switch row.State {
	case ledger.StatePending, ledger.StateDead:
		return move{to: ledger.StateCancelled, cause: ledger.CauseDiscarded}, ""
	case ledger.StateQueued, ledger.StateSending:
		return move{}, "it is on its way; pause the company first, or look again in a minute"
	case ledger.StateUnknown, ledger.StateDuplicate:
		return move{}, "it waits for a decision; use resolve --skip"
	case ledger.StateIneligible:
		return move{}, "there is nothing to send that could be discarded"
	default:
		return move{}, "only pending and dead exports can be discarded"
	}
}
