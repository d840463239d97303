package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/rights"
)

func TestNewDB(t *testing.T) {
	t.Parallel()

	t.Run("IsMigratedAndAlone", func(t *testing.T) {
		t.Parallel()
		one, two := NewDB(t), NewDB(t)
		require.NotEqual(t, one.Name, two.Name)
		pool := one.Pool(t)
		for _, table := range []string{"exports", "outbox", "river_job"} {
			var there bool
			require.NoError(t, pool.QueryRow(t.Context(), "SELECT to_regclass('ghexport.' || $1) IS NOT NULL", table).Scan(&there))
			assert.True(t, there, table)
		}
		_, err := pool.Exec(t.Context(), "CREATE TABLE ghexport.only_here ()")
		require.NoError(t, err)
		assert.True(t, query[bool](t, two.URL, "SELECT to_regclass('ghexport.only_here') IS NULL"))
	})

	t.Run("BelongsToAnOrdinaryRole", func(t *testing.T) {
		t.Parallel()
		db := NewDB(t)
		for address, want := range map[string]string{db.URL: "off", db.ServiceURL: "off", db.AdminURL: "on"} {
			assert.Equal(t, want, query[string](t, address, "SHOW is_superuser"))
		}
		assert.Equal(t, ownerRole, query[string](t, db.URL, "SELECT tableowner FROM pg_tables WHERE tablename = 'exports'"))
		assert.False(t, query[bool](t, db.URL, "SELECT rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"))
	})

	t.Run("ServesAsTheServicesRole", func(t *testing.T) {
		t.Parallel()
		db := NewDB(t)
		assert.Equal(t, 0, query[int](t, db.ServiceURL, "SELECT count(*) FROM ghexport.exports"))
		assertDenied(t, db.ServiceURL, "DROP TABLE ghexport.exports")
	})

	t.Run("MakesRolesWithTheirRightsAndNoMore", func(t *testing.T) {
		t.Parallel()
		db := NewDB(t)
		viewer := db.Role(t, rights.GrantViewer)
		assert.Equal(t, 0, query[int](t, viewer, "SELECT count(*) FROM ghexport.exports"))
		assertDenied(t, viewer, "DELETE FROM ghexport.exports")
		producer := db.Role(t, rights.GrantProducer)
		assert.True(t, query[bool](t, producer, "SELECT has_schema_privilege('ghexport', 'USAGE')"))
		assertDenied(t, producer, "SELECT FROM ghexport.exports")
		assertDenied(t, db.Role(t, ""), "SELECT FROM ghexport.exports")
	})
}

func assertDenied(t *testing.T, address, statement string) {
	t.Helper()
	var refused *pgconn.PgError
	require.ErrorAs(t, run(t, address, statement), &refused)
	assert.Equal(t, "42501", refused.Code, refused.Message)
}

// ending is a test whose end the test around it decides.
type ending struct {
	testing.TB
	failed  bool
	logged  strings.Builder
	cleanup []func()
}

func (e *ending) Failed() bool                    { return e.failed }
func (e *ending) Cleanup(f func())                { e.cleanup = append(e.cleanup, f) }
func (e *ending) Logf(format string, args ...any) { fmt.Fprintf(&e.logged, format, args...) }
func (e *ending) end() {
	for len(e.cleanup) > 0 {
		last := len(e.cleanup) - 1
		e.cleanup[last]()
		e.cleanup = e.cleanup[:last]
	}
}

func TestNewDB_End(t *testing.T) {
	t.Parallel()
	exists := func(t *testing.T, admin string, db *DB) (database, roles bool) {
		t.Helper()
		database = query[bool](t, admin, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = '"+db.Name+"')")
		return database, query[bool](t, admin, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = '"+db.roles[0]+"')")
	}

	t.Run("APassedTestsDatabaseIsDropped", func(t *testing.T) {
		t.Parallel()
		admin := NewDB(t).AdminURL
		inner := &ending{TB: t}
		db := NewDB(inner)
		conn, err := pgx.Connect(t.Context(), db.Role(inner, rights.GrantViewer))
		require.NoError(t, err)
		defer conn.Close(t.Context()) //nolint:errcheck // its database is gone
		inner.end()
		database, roles := exists(t, admin, db)
		assert.False(t, database, "although somebody was connected")
		assert.False(t, roles)
		assert.Empty(t, inner.logged.String())
	})

	t.Run("AFailedTestsDatabaseIsKept", func(t *testing.T) {
		t.Parallel()
		outer := NewDB(t)
		inner := &ending{TB: t}
		db := NewDB(inner)
		db.Role(inner, rights.GrantViewer)
		inner.failed = true
		inner.end()
		database, roles := exists(t, outer.AdminURL, db)
		assert.True(t, database)
		assert.True(t, roles)
		assert.Contains(t, inner.logged.String(), db.URL)
		inner.failed = false
		db.release(inner)
	})
}

func TestTemplate_BuiltOnce(t *testing.T) {
	t.Parallel()
	server := startServer(t, ServerConfig{})
	c, err := newCluster(server.URL(adminRole))
	require.NoError(t, err)
	var all sync.WaitGroup
	names, errs := make([]string, 4), make([]error, 4)
	for i := range names {
		all.Go(func() { names[i], errs[i] = c.template(t.Context()) })
	}
	all.Wait()
	for i := range names {
		require.NoError(t, errs[i])
		assert.Equal(t, names[0], names[i])
	}
	assert.Equal(t, names[0], query[string](t, server.URL(adminRole),
		"SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'ghexport%'"))
}

func TestNewCluster(t *testing.T) {
	t.Parallel()
	_, err := newCluster("host=localhost password=secret")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret")
	assert.Equal(t, "testrelay_once_two_words", identifier("TestRelay_Once/two words"))
	assert.Len(t, identifier(strings.Repeat("é", 100)), 40)
}
