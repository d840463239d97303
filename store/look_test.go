package store_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// asked counts what is asked of Postgres, each of which waits for its answer.
type asked struct{ atomic.Int64 }

// TraceQueryStart counts.
func (a *asked) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	a.Add(1)
	return ctx
}

// TraceQueryEnd does nothing.
func (a *asked) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A page asks many questions, and the database may be far: what surrounds a question costs two round trips, its begin and its end.
func TestRead_SetsUpAndBeginsInOneRoundTrip(t *testing.T) {
	t.Parallel()
	d := setup(t)
	config, count := d.Pool.Config(), &asked{}
	config.ConnConfig.Tracer = count
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	require.NoError(t, pool.Ping(t.Context()))
	st := &store.Store{Pool: pool}

	settings := func(tx pgx.Tx) (list [4]string) {
		require.NoError(t, tx.QueryRow(t.Context(), `SELECT current_setting('transaction_read_only'), current_setting('statement_timeout'),
			current_setting('plan_cache_mode'), current_setting('random_page_cost')`).Scan(&list[0], &list[1], &list[2], &list[3]))
		return list
	}
	before := count.Load()
	require.NoError(t, st.Read(t.Context(), "look", func(tx pgx.Tx) error {
		assert.Equal(t, [4]string{"on", "3s", "force_custom_plan", "1.1"}, settings(tx))
		return nil
	}))
	assert.EqualValues(t, 3, count.Load()-before, "begin, question, end")

	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context()) //nolint:errcheck // nothing was written
	assert.NotEqual(t, "3s", settings(tx)[1], "what a question is set up with ends with it")
	assert.Equal(t, "off", settings(tx)[0])
}
