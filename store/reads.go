package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Reads asks and cannot write: each question runs in a transaction that Postgres lets only read.
type Reads struct{ s *Store }

// Reads gives the store to who may only read.
func (s *Store) Reads() Reads { return Reads{s} }

// Read runs f as a page's question, see [Store.Read].
func (r Reads) Read(ctx context.Context, what string, f func(pgx.Tx) error) error {
	return r.s.Read(ctx, what, f)
}

// Query asks one question without a page's limit. The transaction ends when the rows are closed, as pgx's collectors do.
func (r Reads) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	tx, err := r.s.Pool.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		tx.Rollback(ctx) //nolint:errcheck // nothing was written
		return nil, err
	}
	return &readRows{Rows: rows, ctx: ctx, tx: tx}, nil
}

// QueryRow asks for one row. The error of asking is that of Scan; [pgx.ErrNoRows] says that there is none.
func (r Reads) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := r.Query(ctx, sql, args...)
	return readRow{rows, err}
}

type readRow struct {
	rows pgx.Rows
	err  error
}

// Scan reads the row and ends its transaction.
func (r readRow) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(into...); err != nil {
		return err
	}
	r.rows.Close()
	return r.rows.Err()
}

// readRows ends its transaction with itself.
type readRows struct {
	pgx.Rows
	ctx context.Context
	tx  pgx.Tx
}

// Close closes the rows and gives the connection back. Safe to call twice.
func (r *readRows) Close() {
	r.Rows.Close()
	r.tx.Rollback(r.ctx) //nolint:errcheck // nothing was written
}
