package migrations_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// The key of the lock by which migrations take turns.
const turnKey = int64(0x67686578706f)

// A role that could not migrate keeps no migration waiting.
func TestUp_StrangersDoNotBlock(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	_, err := connect(t, db.Role(t, "")).Exec(t.Context(), "SELECT pg_advisory_lock($1)", turnKey)
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), db.URL))
}

// Who waits for another migration in vain is told for whom.
func TestUp_NamesWhoMigrates(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	other := connect(t, db.URL)
	_, err := other.Exec(t.Context(), "SET application_name = 'somebody''s migration'")
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", turnKey)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := make(chan error, 1)
	go func() { cancelled <- migrations.Up(ctx, db.URL) }()
	watch := connect(t, db.URL)
	for again := 0; again < 2; { // it has asked who has the lock, and for the lock again
		var query string
		err := watch.QueryRow(t.Context(), `
			SELECT coalesce(max(query), '') FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ghexport migrate'`).Scan(&query)
		require.NoError(t, err)
		want := []string{"ORDER BY migrates DESC", "pg_try_advisory_lock"}[again]
		if strings.Contains(query, want) {
			again++
		}
	}
	cancel()
	require.ErrorContains(t, <-cancelled, "(somebody's migration) has its lock")
	_, err = other.Exec(t.Context(), "SELECT pg_advisory_unlock($1)", turnKey)
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), db.URL))
}
