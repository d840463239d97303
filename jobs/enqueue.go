package jobs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// One text parameter, cast in SQL, works over every protocol that a pooler may force on a connection.
const enqueue = "SELECT ghexport.enqueue($1::text::jsonb)"

// Enqueue hands a result over within tx and returns the message's id in the outbox. It becomes visible, and the service wakes, when
// tx commits. Handing the same result over twice is harmless.
//
// A result that is not valid is returned as a [*ValidationError] before tx is touched, so that tx can go on. After any other error tx
// can only be rolled back, as after every failed statement.
//
// Lock the interview's row and raise its version in the same transaction; the package comment shows how.
func Enqueue(ctx context.Context, tx pgx.Tx, r InterviewResult) (int64, error) {
	message, err := encode(r)
	if err != nil {
		return 0, err
	}
	var id int64
	if err := tx.QueryRow(ctx, enqueue, message).Scan(&id); err != nil {
		return 0, fmt.Errorf("enqueue interview result: %w", err)
	}
	return id, nil
}

// EnqueueSQL is [Enqueue] for a transaction of database/sql.
func EnqueueSQL(ctx context.Context, tx *sql.Tx, r InterviewResult) (int64, error) {
	message, err := encode(r)
	if err != nil {
		return 0, err
	}
	var id int64
	if err := tx.QueryRowContext(ctx, enqueue, message).Scan(&id); err != nil {
		return 0, fmt.Errorf("enqueue interview result: %w", err)
	}
	return id, nil
}
