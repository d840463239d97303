package pgsession_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestOpener_Pooler(t *testing.T) {
	t.Parallel()

	for name, lines := range map[string][]string{
		"KeepsSessions":               {"pool_mode = session"},
		"IgnoresWhatItDoesNotKnow":    {"pool_mode = session", "ignore_startup_parameters = statement_timeout, synchronous_commit"},
		"KeepsSessionsWithoutCleanup": {"pool_mode = session", "server_reset_query ="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.NewDB(t)
			_, pool := open(t, db.Pooler(t, lines...)(db.ServiceURL))
			assert.Equal(t, "15000", show(t, pool, "statement_timeout"))
			assert.Equal(t, "on", show(t, pool, "synchronous_commit"))
		})
	}

	for name, lines := range map[string][]string{
		"TransactionsHaveManySessions": {"pool_mode = transaction"},
		"TransactionsShareOneSession":  {"pool_mode = transaction", "default_pool_size = 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.NewDB(t)
			through := db.Pooler(t, lines...)
			for range 5 { // whatever another has left in the pooler's sessions
				_, pool := open(t, through(db.ServiceURL))
				require.ErrorIs(t, pool.Ping(t.Context()), pgsession.ErrTransactionPooling)
			}
		})
	}

	t.Run("LeavesNothingInASessionOfOthers", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		through := db.Pooler(t, "pool_mode = transaction", "default_pool_size = 1")
		_, pool := open(t, through(db.ServiceURL))
		require.ErrorIs(t, pool.Ping(t.Context()), pgsession.ErrTransactionPooling)
		var timeout string
		plain, err := pgx.Connect(t.Context(), through(db.ServiceURL)) // which gets the pooler's only session
		require.NoError(t, err)
		defer plain.Close(t.Context())
		require.NoError(t, plain.QueryRow(t.Context(), "SHOW statement_timeout", pgx.QueryExecModeSimpleProtocol).Scan(&timeout))
		assert.Equal(t, "0", timeout)
	})
}
