package store

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Discard ends exports that nobody wants sent: pending and dead ones become cancelled (discarded). A [Store.Replay] takes it back.
// Each batch is a transaction with its audit rows; doing it twice refuses the second time.
func (s *Store) Discard(ctx context.Context, r Request) (Result, error) {
	return s.applySelected(ctx, Verb{Verb: ledger.VerbDiscard}, r, ledger.StatePending, ledger.StateDead)
}
