package migrations_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// at connects to a database whose schema is of a version.
func at(t *testing.T, version int64) *pgx.Conn {
	t.Helper()
	db := storetest.NewDB(t)
	conn := connect(t, db.URL)
	_, err := conn.Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	require.NoError(t, migrations.UpTo(t.Context(), db.URL, version))
	return conn
}

var (
	beginsStatement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b`)
	readsAsSQL      = regexp.MustCompile(`\b(SELECT|FROM|WHERE|SET|AND|OR|IS|IN|ANY|NULL|JOIN|BY|RETURNING|VALUES)\b|\b[a-z]+\.[a-z]|\$[0-9]|%s`)
)

// lacking tells what the store's SQL needs of the newest schema and does not find in an older one. What Postgres prepares at the newest is
// a statement, and has to be prepared at the older one. The rest is put together when it runs, and may name nothing that is new.
func lacking(t *testing.T, sources []source, newest, older *pgx.Conn) (lacks []string, statements int) {
	t.Helper()
	added := regexp.MustCompile(`\b(` + newNames(t, newest, older) + `)\b`)
	for _, s := range sources {
		if beginsStatement.MatchString(s.text) {
			if _, err := newest.Prepare(t.Context(), "", s.text); err == nil {
				statements++
				if _, err := older.Prepare(t.Context(), "", s.text); err != nil {
					lacks = append(lacks, fmt.Sprintf("%s: %s", s.at, err))
				}
				continue
			}
		}
		if name := added.FindString(s.text); name != "" && readsAsSQL.MatchString(s.text) {
			lacks = append(lacks, fmt.Sprintf("%s: part of a statement names %s", s.at, name))
		}
	}
	return lacks, statements
}

// newNames are the tables, columns and functions of one schema whose names another has not, as alternatives of an expression.
func newNames(t *testing.T, newest, older *pgx.Conn) string {
	t.Helper()
	const all = `
		SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'ghexport'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'S')
		UNION
		SELECT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		 WHERE c.relnamespace = 'ghexport'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
		UNION
		SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'ghexport'::regnamespace`
	known := names(t, older, all)
	added := "$^" // matches nothing
	for _, name := range names(t, newest, all) {
		if !slices.Contains(known, name) {
			added += "|" + regexp.QuoteMeta(name)
		}
	}
	return added
}

// At the oldest version that this binary accepts, all that the store says to Postgres can be said.
func TestOldest_HasWhatTheStoreNeeds(t *testing.T) {
	t.Parallel()
	oldest, err := migrations.Oldest()
	require.NoError(t, err)
	lacks, statements := lacking(t, storeSources(t), connect(t, storetest.NewDB(t).URL), at(t, oldest))
	assert.Greater(t, statements, 100, "the statements were found")
	assert.Empty(t, lacks, "version %d: take the mark off the migration that makes it", oldest)
}

// What an older schema lacks is found in whole statements and in parts.
func TestLacking(t *testing.T) {
	t.Parallel()
	newest, older := connect(t, storetest.NewDB(t).URL), at(t, 4) // without 00005_operations.sql
	sources := []source{
		{text: "SELECT id FROM ghexport.audit"},
		{text: "SELECT id FROM ghexport.exports"},
		{text: "\n LEFT JOIN ghexport.audit a ON "},
		{text: "a.origin = %s"},
		{text: "e.state = %s"},
		{text: "of unknown origin"},
	}
	lacks, statements := lacking(t, sources, newest, older)
	assert.Equal(t, 2, statements)
	assert.Equal(t, []string{
		`-: ERROR: relation "ghexport.audit" does not exist (SQLSTATE 42P01)`,
		"-: part of a statement names audit",
		"-: part of a statement names origin",
	}, lacks)
	lacks, _ = lacking(t, storeSources(t), newest, older)
	assert.NotEmpty(t, lacks, "the store's own")
}
