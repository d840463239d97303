package migrations_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) }) // the test's own context has ended
	return conn
}

func names(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	require.NoError(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return list
}

// Every table, column, sequence and function of ours says what it is for.
func TestUp_CommentsEverything(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	const ours = "n.nspname = 'ghexport' AND c.relname NOT LIKE 'river%' AND c.relname NOT LIKE 'goose%'"
	assert.Empty(t, names(t, conn, `
		SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		 WHERE `+ours+` AND (c.relkind = 'r' OR c.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')))
		   AND obj_description(c.oid) IS NULL`), "tables and sequences")
	assert.Empty(t, names(t, conn, `
		SELECT c.relname || '.' || a.attname
		  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		 WHERE `+ours+` AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL`), "columns")
	assert.Empty(t, names(t, conn, `
		SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		 WHERE n.nspname = 'ghexport' AND p.proname NOT LIKE 'river%' AND obj_description(p.oid) IS NULL`), "functions")
}

// No index of the ledger names what each step of a send rewrites, so that an intent is a heap-only update.
func TestUp_KeepsIntentsHeapOnly(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	assert.Empty(t, names(t, conn, `
		SELECT indexdef FROM pg_indexes
		 WHERE schemaname = 'ghexport' AND tablename = 'exports'
		   AND indexdef ~ '\m(state|attempt|attempts|attempt_started_at|deadline|job_timeout|updated_at|failures|first_failed_at)\M'`))
}

// Nothing looks for a job by what its args or metadata hold: River's indexes of them would be written at every step of every job.
// A schema that has them loses them, and goes on without.
func TestUp_LeavesNoIndexThatNobodyReads(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	conn := connect(t, db.URL)
	const gin = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'ghexport' AND tablename = 'river_job' AND indexdef LIKE '%USING gin%'"
	assert.Empty(t, names(t, conn, gin))
	_, err := conn.Exec(t.Context(), "CREATE INDEX river_job_args_index ON ghexport.river_job USING gin (args)")
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), db.URL))
	assert.Empty(t, names(t, conn, gin))
	require.NoError(t, migrations.Up(t.Context(), db.URL))
	assert.Len(t, names(t, conn, "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'ghexport' AND tablename = 'river_job' ORDER BY 1"), 5, "River's others stay")
}

func TestUp_LeavesPublicAlone(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	assert.Empty(t, names(t, conn, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
	assert.Empty(t, names(t, conn, "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
}

// Several at once take turns, and one that finds nothing to do changes nothing.
func TestUp_SeveralAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	conn := connect(t, db.URL)
	_, err := conn.Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	var runs sync.WaitGroup
	for range 3 {
		runs.Go(func() { assert.NoError(t, migrations.Up(t.Context(), db.URL)) })
	}
	runs.Wait()
	latest, err := migrations.Latest()
	require.NoError(t, err)
	status, err := migrations.Status(t.Context(), db.URL)
	require.NoError(t, err)
	newest := int64(0)
	for _, m := range status {
		assert.NotNil(t, m.AppliedAt, "%s %d", m.Owner, m.Version)
		if m.Owner == "ghexport" {
			newest = max(newest, m.Version)
		}
	}
	assert.Equal(t, latest, newest)
}

// What is still to come is listed, also where there is no schema at all.
func TestStatus_OfAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	_, err := connect(t, db.URL).Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	status, err := migrations.Status(t.Context(), db.URL)
	require.NoError(t, err)
	require.NotEmpty(t, status)
	for _, m := range status {
		assert.Nil(t, m.AppliedAt)
	}
}
