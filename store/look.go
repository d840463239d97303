package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lookLimit is how long a page's question may take: a person waits for it, and the ledger's real work goes on beside it.
const lookLimit = 3 * time.Second

// beginLook begins a page's question and sets it up in one round trip: a statement without arguments may be several.
var beginLook = fmt.Sprintf("BEGIN READ ONLY; SET LOCAL statement_timeout = %s; "+
	"SET LOCAL plan_cache_mode = 'force_custom_plan'; SET LOCAL jit = 'off'; SET LOCAL random_page_cost = 1.1", Milliseconds(lookLimit))

// TooSlowError says that a question took longer than a page may wait. Nothing is wrong with the ledger; ask for less.
type TooSlowError struct {
	What  string // what was asked
	After time.Duration
}

// Error names the question and its limit.
func (e *TooSlowError) Error() string { return fmt.Sprintf("%s took more than %s", e.What, e.After) }

// Read asks what a page shows, read-only, within lookLimit, and with plans made for the very values: a service's generic plans fit
// its few hot statements, not filters that select a row or a million. Pages of the newest lie in memory, so that reading fifty rows by
// an index costs little more than reading them in a row; else the planner walks the whole ledger to find fifty rare ones.
func (s *Store) Read(ctx context.Context, what string, f func(pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{BeginQuery: beginLook}, f)
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pgErr) && pgErr.Code == "57014" && ctx.Err() == nil: // query_canceled, and not by who asks
		return &TooSlowError{What: what, After: lookLimit}
	}
	return fmt.Errorf("%s: %w", what, err)
}
