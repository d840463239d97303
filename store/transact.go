package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// InTx runs f in one transaction and commits it, again from the start while it merely lost against another transaction: f must
// overwrite what an earlier run left in the caller's variables. The error says what was being done.
func (s *Store) InTx(ctx context.Context, doing string, f func(pgx.Tx) error) error {
	var err error
	for range contendedTries {
		if err = pgx.BeginFunc(ctx, s.Pool, f); !Contended(err) {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// WakeRelay tells a sleeping relay, once tx commits, that there is work.
func WakeRelay(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "SELECT ghexport.wake()"); err != nil {
		return fmt.Errorf("wake the relay: %w", err)
	}
	return nil
}
