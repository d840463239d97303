package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// turn is a relay's transaction: open, and holding the lock that makes it the only one of the fleet. Its statements go out in
// batches, a round trip each, and each takes its own snapshot, taken after the lock was.
type turn struct {
	conn *pgxpool.Conn
}

// takeTurn opens the transaction, takes the lock and asks the first question in one round trip. Without the lock it returns
// [ErrStandby] and leaves nothing open. The first question goes out before the answer about
// the lock is known, so it must not write, and what it locks it must guard by [ourTurn].
func (s *Store) takeTurn(ctx context.Context, first *pgx.Batch, read func(pgx.BatchResults) error) (*turn, error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("take the relay's turn: %w", err)
	}
	batch := &pgx.Batch{}
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	batch.Queue("SELECT set_config('ghexport.turn', ghexport.take_turn($1)::text, true) = 'true'", string(RelayTurn))
	batch.QueuedQueries = append(batch.QueuedQueries, first.QueuedQueries...)
	t := &turn{conn: conn}
	results := conn.SendBatch(ctx, batch)
	var mine bool
	_, err = results.Exec()
	if err == nil {
		err = results.QueryRow().Scan(&mine)
	}
	if err == nil && mine {
		err = read(results)
	}
	if closeErr := results.Close(); err == nil {
		err = closeErr
	}
	if err == nil && !mine {
		err = ErrStandby
	}
	if err != nil {
		t.drop(ctx)
		return nil, err
	}
	Failpoint("turn.open")
	return t, nil
}

// ourTurn is true in the statements of a turn that has the lock, and in no others.
const ourTurn = "current_setting('ghexport.turn') = 'true'"

// send runs a batch whose results nobody reads; with last, COMMIT goes in the same round trip and the turn is over.
func (t *turn) send(ctx context.Context, batch *pgx.Batch, last bool) error {
	if last {
		batch.Queue("COMMIT")
	}
	if err := t.conn.SendBatch(ctx, batch).Close(); err != nil {
		t.drop(ctx)
		return err
	}
	if last {
		t.conn.Release()
	}
	return nil
}

// drop gives the turn up. A connection whose state is in doubt is closed by the pool when released.
func (t *turn) drop(ctx context.Context) {
	t.conn.Exec(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // Release destroys a connection still in a transaction
	t.conn.Release()
}
