package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Lock order, so that nothing here can deadlock: a company's webhooks, then the relay's turn or that of runs, then replay runs by id, then
// exports by id, then their tracks, then members of runs, then budgets by credential, then integrations by org, then control, then the turn
// of changes. Who needs only some of them keeps the order of those. Intents, the sweep and the steps of runs skip rows that are locked; every
// other waits, at most for lock_timeout, and what lost against another transaction is done again ([Contended]). Producers lock nothing that
// the exporter locks: they only insert into the outbox.

// A turn is what one transaction of the fleet at a time may do. It is the lock, until the transaction ends, of an empty table that no
// role but the service's has a right on, so that nobody else can take it. A table's lock rather than a row's: it writes nothing, so that
// a pass that finds nothing to do commits nothing, and who waits for it is served before the next that merely tries.
//
// Nodes of before migration 32 take turns by advisory locks. The functions take those, too, and give way where a role that may have
// the turn holds one: the fleet has one relay while it is upgraded. See 00032_turns.sql.
type turnOf string

const (
	RelayTurn   turnOf = "relay"   // the one relay at work, and verbs that must not meet a fold or a dispatch in the middle
	RunsTurn    turnOf = "runs"    // steps of replay runs, which need no turn of the relay's, and live work does not wait for them
	NoticesTurn turnOf = "notices" // what is due is decided by looking at what was written
	SlicesTurn  turnOf = "slices"  // one node sums up attempts
	CountsTurn  turnOf = "counts"  // one node counts the ledger, the others take what is there
)

// Take takes the turn until tx ends, or returns false at once where another has it.
func (t turnOf) Take(ctx context.Context, tx pgx.Tx) (mine bool, err error) {
	if err := tx.QueryRow(ctx, "SELECT ghexport.take_turn($1)", string(t)).Scan(&mine); err != nil {
		return false, fmt.Errorf("take the turn of %s: %w", t, err)
	}
	return mine, nil
}

// Await takes the turn until tx ends, and waits for it. What waits for longer than lock_timeout has lost ([Contended]).
func (t turnOf) Await(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "SELECT ghexport.await_turn($1)", string(t)); err != nil {
		return fmt.Errorf("wait for the turn of %s: %w", t, err)
	}
	return nil
}
