package pgsession

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrTransactionPooling says that a pooler gives each transaction another session, in which neither settings nor LISTEN last.
var ErrTransactionPooling = errors.New("the database address leads through a pooler that gives each transaction another session (transaction pooling), " +
	"in which no setting and no LISTEN lasts: let DATABASE_URL lead to Postgres itself (a direct address) or to session pooling")

// EncodingError says that a database cannot hold every name.
type EncodingError struct{ Got string }

// Error says which encoding it has.
func (e *EncodingError) Error() string {
	return fmt.Sprintf("the database's encoding is %s and must be UTF8", e.Got)
}

const (
	pooledLook = time.Minute     // how long a pooler that keeps sessions is believed to go on doing so
	otherLimit = 5 * time.Second // for the second connection that tells pooled from not
)

// look refuses what no setting can mend.
func (o *Opener) look(ctx context.Context, conn *pgx.Conn) error {
	names, _ := columns(o.asked)
	var pid uint32
	var encoding, unknown string
	err := conn.QueryRow(ctx, `
		SELECT pg_backend_pid(), current_setting('server_encoding'),
		       (SELECT coalesce(string_agg(n, ', ' ORDER BY n), '') FROM unnest($1::text[]) n
		         WHERE n NOT LIKE '%.%' AND current_setting(n, true) IS NULL)`, pgx.QueryExecModeExec, names).Scan(&pid, &encoding, &unknown)
	switch {
	case err != nil:
		return fmt.Errorf("look at the session: %w", err)
	case encoding != "UTF8":
		return &EncodingError{encoding}
	case unknown != "":
		return &KeywordError{Names: strings.Split(unknown, ", ")}
	case pid == conn.PgConn().PID(): // a pooler answers with a number of its own
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.direct) < pooledLook {
		return nil
	}
	if err := o.refusePooled(ctx, conn); err != nil {
		return err
	}
	o.direct = time.Now()
	return nil
}

// refusePooled holds a second connection inside a transaction, so that a pooler of transactions has no choice but to move the first
// one, to give both the same session, or to let it wait.
func (o *Opener) refusePooled(ctx context.Context, conn *pgx.Conn) error {
	other, err := pgx.ConnectConfig(ctx, o.pool.ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	defer other.Close(ctx) //nolint:errcheck // it changed nothing
	pid := func(ctx context.Context, c *pgx.Conn) (n int, err error) {
		err = c.QueryRow(ctx, "SELECT pg_backend_pid()", pgx.QueryExecModeExec).Scan(&n)
		return n, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, otherLimit, errors.New("the pooler gives no second session"))
	defer cancel()
	before, err := pid(ctx, conn)
	if err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	tx, err := other.Begin(ctx)
	if err != nil {
		return fmt.Errorf("look for a pooler: %w (%w)", err, context.Cause(ctx))
	}
	defer tx.Rollback(ctx) //nolint:errcheck // it changed nothing
	theirs, err := pid(ctx, other)
	if err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	if theirs == before {
		return ErrTransactionPooling
	}
	after, err := pid(ctx, conn)
	if err != nil {
		return fmt.Errorf("look for a pooler: %w", err)
	}
	if after != before {
		return ErrTransactionPooling
	}
	return nil
}
