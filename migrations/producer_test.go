package migrations_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

var update = flag.Bool("update", false, "write the next migration of producers' databases")

// emptied is a database without our schema.
func emptied(t *testing.T) (*storetest.DB, *pgx.Conn) {
	t.Helper()
	db := storetest.NewDB(t)
	conn := connect(t, db.URL)
	_, err := conn.Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	return db, conn
}

// function is one of ours, as the catalogue prints it.
type function struct{ Name, Signature, Definition, Comment string }

// needed are the functions that enqueue and validate call, and these two, by name.
func needed(t *testing.T, conn *pgx.Conn) []function {
	t.Helper()
	rows, err := conn.Query(t.Context(), `
		SELECT p.proname, 'ghexport.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_functiondef(p.oid), coalesce(obj_description(p.oid), '')
		  FROM pg_proc p WHERE p.pronamespace = 'ghexport'::regnamespace ORDER BY 2`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[function])
	require.NoError(t, err)
	calls := regexp.MustCompile(`ghexport\.(\w+)\(`)
	wanted := map[string]bool{"enqueue": true, "validate": true}
	for grown := true; grown; {
		before := len(wanted)
		for _, f := range all {
			if wanted[f.Name] {
				for _, call := range calls.FindAllStringSubmatch(f.Definition, -1) {
					wanted[call[1]] = true
				}
			}
		}
		grown = len(wanted) > before
	}
	return slices.DeleteFunc(all, func(f function) bool { return !wanted[f.Name] })
}

func zones(t *testing.T, conn *pgx.Conn) []string {
	t.Helper()
	return names(t, conn, "SELECT name FROM ghexport.time_zones ORDER BY name COLLATE \"C\"")
}

// rules writes a migration that makes the rules of a message what they are in the service's schema.
func rules(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	var b strings.Builder
	b.WriteString("-- What a message must be, and how it is handed over. Made of the service's schema by go test ./migrations -run Producer -update; not to be\n" +
		"-- changed by hand.\n\n-- +goose Up\n")
	var signatures []string
	for _, f := range needed(t, conn) {
		fmt.Fprintf(&b, "-- +goose StatementBegin\n%s;\n-- +goose StatementEnd\nCOMMENT ON FUNCTION %s IS %s;\n\n", strings.TrimSpace(f.Definition), f.Signature, quote(f.Comment))
		signatures = append(signatures, f.Signature)
	}
	fmt.Fprintf(&b, "REVOKE EXECUTE ON FUNCTION\n    %s\nFROM PUBLIC;\n\n", strings.Join(signatures, ",\n    "))
	var list []string
	for _, zone := range zones(t, conn) {
		list = append(list, "("+quote(zone)+")")
	}
	b.WriteString("DELETE FROM ghexport.time_zones;\nINSERT INTO ghexport.time_zones (name) VALUES\n")
	var lines []string
	for line := range slices.Chunk(list, 6) {
		lines = append(lines, "    "+strings.Join(line, ", "))
	}
	b.WriteString(strings.Join(lines, ",\n") + ";\n")
	return b.String()
}

// A producer's own database refuses what the service's refuses, in the same words, by the same functions.
func TestProducer_HasTheRulesOfTheService(t *testing.T) {
	t.Parallel()
	service := connect(t, storetest.NewDB(t).URL)
	db, conn := emptied(t)
	if *update {
		require.NoError(t, migrations.ProducerUp(t.Context(), db.URL))
		if !assert.ObjectsAreEqual(needed(t, service), needed(t, conn)) || !assert.ObjectsAreEqual(zones(t, service), zones(t, conn)) {
			latest, err := migrations.ProducerLatest()
			require.NoError(t, err)
			name := filepath.Join("producer", fmt.Sprintf("%05d_rules.sql", latest+1))
			require.NoError(t, os.WriteFile(name, []byte(rules(t, service)), 0o644))
			t.Logf("wrote %s", name)
		}
		return
	}
	require.NoError(t, migrations.ProducerUp(t.Context(), db.URL))
	require.NoError(t, migrations.ProducerUp(t.Context(), db.URL), "twice does no harm")
	const hint = "make the next migration: go test ./migrations -run Producer -update"
	assert.Equal(t, needed(t, service), needed(t, conn), hint)
	assert.Greater(t, len(needed(t, conn)), 20)
	assert.Equal(t, zones(t, service), zones(t, conn), hint)
	const columns = `
		SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text
		  FROM pg_attribute WHERE attrelid = 'ghexport.outbox'::regclass AND attnum > 0 AND attname <> 'key' ORDER BY attnum`
	assert.Equal(t, names(t, service, columns), names(t, conn, columns), "what enqueue writes")
	assert.Empty(t, names(t, conn, `
		SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'ghexport'::regnamespace
		   AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)`), "no right of everybody's")
	assert.ElementsMatch(t, []string{"outbox", "producer_version", "time_zones"}, names(t, conn,
		"SELECT relname::text FROM pg_class WHERE relnamespace = 'ghexport'::regnamespace AND relkind = 'r'"), "no keys and no ledger")
	assert.Empty(t, names(t, conn, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
	undescribed := names(t, conn, `
		SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid IN ('ghexport.outbox'::regclass, 'ghexport.time_zones'::regclass)
		   AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL`)
	assert.Empty(t, undescribed)
}

// A result is handed over as in the service's database, and its status says that it waits.
func TestProducer_TakesMessages(t *testing.T) {
	t.Parallel()
	db, conn := emptied(t)
	require.NoError(t, migrations.ProducerUp(t.Context(), db.URL))
	const good = `{"schema_version": 1, "org_id": "acme", "interview_id": "iv_1", "version": 1, "interviewed_at": "2017-09-28T17:00:00Z",
		"time_zone": "America/Los_Angeles", "candidate": {"id": "c"}}`
	var would, status, nothing *string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT ghexport.validate($1::jsonb) ->> 'would'", good).Scan(&would))
	assert.Equal(t, "wait", *would)
	_, err := conn.Exec(t.Context(), "SELECT ghexport.enqueue($1::jsonb)", good)
	require.NoError(t, err)
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT ghexport.status('acme', 'iv_1') ->> 'waiting', ghexport.status('acme', 'iv_2')::text").Scan(&status, &nothing))
	assert.Equal(t, "true", *status)
	assert.Nil(t, nothing)
	_, err = conn.Exec(t.Context(), "SELECT ghexport.enqueue('{}')")
	require.ErrorContains(t, err, "org_id: is required")
}

// What is printed for other tools makes what ours makes, and ours finds it made.
func TestProducer_PrintedSQLIsTheSame(t *testing.T) {
	t.Parallel()
	db, conn := emptied(t)
	script, err := migrations.ProducerSQL(0)
	require.NoError(t, err)
	assert.NotContains(t, script, "+goose")
	_, err = conn.Exec(t.Context(), script, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	status, err := migrations.ProducerStatus(t.Context(), db.URL)
	require.NoError(t, err)
	for _, m := range status {
		assert.NotNil(t, m.AppliedAt, m.Name)
	}
	require.NoError(t, migrations.ProducerUp(t.Context(), db.URL), "nothing is left to do")
	latest, err := migrations.ProducerLatest()
	require.NoError(t, err)
	rest, err := migrations.ProducerSQL(latest)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), rest, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	assert.Len(t, names(t, conn, "SELECT version_id::text FROM ghexport.producer_version WHERE version_id > 0"), len(status))
}

// Neither schema is put over the other.
func TestProducer_AndServiceStayApart(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	require.ErrorIs(t, migrations.ProducerUp(t.Context(), db.URL), migrations.ErrHasLedger)
	other, _ := emptied(t)
	require.NoError(t, migrations.ProducerUp(t.Context(), other.URL))
	require.ErrorIs(t, migrations.Up(t.Context(), other.URL), migrations.ErrProducers)
}
