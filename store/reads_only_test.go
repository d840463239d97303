package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who reads cannot write, whatever is asked; and the connection comes back as it was.
func TestReads_CannotWrite(t *testing.T) {
	t.Parallel()
	db := setup(t)
	reads := db.Reads()
	const write = "UPDATE ghexport.control SET stopped_by = 'a list' WHERE one RETURNING 1"
	var pgErr *pgconn.PgError
	var one int

	err := reads.QueryRow(t.Context(), write).Scan(&one)
	require.ErrorAs(t, err, &pgErr)
	assert.Equal(t, "25006", pgErr.Code, "read_only_sql_transaction")

	err = reads.Read(t.Context(), "write in a page", func(tx pgx.Tx) error { return tx.QueryRow(t.Context(), write).Scan(&one) })
	require.ErrorAs(t, err, &pgErr)
	assert.Equal(t, "25006", pgErr.Code)

	require.ErrorIs(t, reads.QueryRow(t.Context(), "SELECT 1 WHERE false").Scan(&one), pgx.ErrNoRows)
	assert.Zero(t, db.Pool.Stat().AcquiredConns(), "every connection was given back")
	require.NoError(t, db.Pool.QueryRow(t.Context(), write).Scan(&one), "who writes still can")
}
