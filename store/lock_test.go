package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// The turns, each with the key of the advisory lock by which older nodes take it.
var turns = map[string]int64{
	"relay": 0x67686578706f7274, "runs": 0x67686578706f7275, "notices": 0x6768786e, "slices": 0x6768736c696365, "counts": 0x6768636f756e74,
}

// holds opens a session in a role and runs a statement in a transaction that stays open until the test ends.
func (d *db) holds(url, statement string, args ...any) *pgx.Conn {
	d.t.Helper()
	conn, err := pgx.Connect(d.t.Context(), url)
	require.NoError(d.t, err)
	d.t.Cleanup(func() { conn.Close(d.t.Context()) }) //nolint:errcheck // the database goes next
	_, err = conn.Exec(d.t.Context(), "BEGIN")
	require.NoError(d.t, err)
	_, err = conn.Exec(d.t.Context(), statement, args...)
	require.NoError(d.t, err)
	return conn
}

// dispatched makes a pass and tells how many exports got a job.
func (d *db) dispatched() int {
	d.t.Helper()
	done, err := d.Dispatch(d.t.Context(), "")
	require.NoError(d.t, err)
	return done.Queued
}

// Nobody without rights on the turns' tables stops anything, whatever advisory locks they take.
func TestTurns_StrangersBlockNobody(t *testing.T) {
	t.Parallel()
	for _, kind := range []rights.GrantKind{"", rights.GrantProducer, rights.GrantViewer} {
		t.Run("Role"+string(kind), func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			role := d.test.Role(t, kind)
			for _, key := range turns {
				d.holds(role, "SELECT pg_advisory_lock($1)", key)
			}
			d.export(fixture{State: ledger.StatePending, DueIn: -time.Second})
			assert.Equal(t, 1, d.dispatched())
			d.dead("acme", 1)
			d.step(d.run(store.Filter{Org: "acme"}).ID)
			assert.Len(t, d.underWay(), 1, "the run has stepped")
			_, err := d.Sweep(t.Context(), 0)
			require.NoError(t, err)
			_, err = notices.In(d.Store).Sweep(t.Context(), telling)
			require.NoError(t, err)
			require.NoError(t, figures.In(d.Store).SumUpAttempts(t.Context()))
			_, err = erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: "cand_0", By: kim})
			require.NoError(t, err)
		})
	}
}

// The roles of grant other than the service's can lock no turn, in no mode.
func TestTurns_TakeARight(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, kind := range []rights.GrantKind{"", rights.GrantProducer, rights.GrantViewer} {
		refused := d.as(d.test.Role(t, kind))
		for turn := range turns {
			for _, mode := range []string{"ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE"} {
				assert.True(t, refused("DO 'BEGIN LOCK TABLE ghexport.turn_"+turn+" IN "+mode+" MODE; END'"), "%s: %s", kind, turn)
			}
			assert.True(t, refused("SELECT ghexport.take_turn('"+turn+"')"))
			assert.True(t, refused("SELECT ghexport.await_turn('"+turn+"')"))
			assert.True(t, refused("SELECT ghexport.older_turn('"+turn+"')"))
		}
	}
}

// A node of before turns has the advisory lock alone: the fleet has one relay at a time all the same, whichever of the two came first.
func TestTurns_OlderNodes(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"service", "owner"} {
		t.Run("GiveWayToThe"+url, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.export(fixture{State: ledger.StatePending, DueIn: -time.Second})
			older := d.holds(map[string]string{"service": d.test.ServiceURL, "owner": d.test.URL}[url], "SELECT pg_advisory_xact_lock($1)", turns["relay"])
			_, err := d.Dispatch(t.Context(), "")
			require.ErrorIs(t, err, store.ErrStandby)
			short, err := store.Open(t.Context(), store.Config{URL: d.test.ServiceURL, LockLimit: 50 * time.Millisecond})
			require.NoError(t, err)
			defer short.Close()
			_, err = erasure.In(short).Erase(t.Context(), erasure.Erasure{Candidate: "cand_0", By: kim})
			require.True(t, store.Contended(err), err)
			_, err = older.Exec(t.Context(), "COMMIT")
			require.NoError(t, err)
			assert.Equal(t, 1, d.dispatched())
		})
	}

	t.Run("StandByWhileThisOneWorks", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		newer := d.holds(d.test.ServiceURL, "SELECT ghexport.take_turn('relay')")
		asks := "SELECT pg_try_advisory_xact_lock($1)"
		assert.False(t, one[bool](d, asks, turns["relay"]))
		_, err := newer.Exec(t.Context(), "COMMIT")
		require.NoError(t, err)
		assert.True(t, one[bool](d, asks, turns["relay"]))
	})
}

// A turn that nobody asks for costs nothing: a pass without work assigns no transaction id and so writes and flushes nothing.
func TestTurns_WriteNothing(t *testing.T) {
	t.Parallel()
	d := setup(t)
	conn := d.holds(d.test.ServiceURL, "SELECT ghexport.take_turn('relay')")
	var xid *string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT pg_current_xact_id_if_assigned()::text").Scan(&xid))
	assert.Nil(t, xid)
	_, err := d.Dispatch(t.Context(), "")
	require.ErrorIs(t, err, store.ErrStandby)
}
