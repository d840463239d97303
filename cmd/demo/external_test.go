package main

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// emptyDatabase makes a database without anything of ours beside a test's own, and returns its address for the superuser.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	db := storetest.NewDB(t)
	conn := dial(t, db.AdminURL)
	name := db.Name + "_empty"
	execute(t, conn, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		_, err := conn.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)") // the test's context has ended
		assert.NoError(t, err)
	})
	u, err := url.Parse(db.AdminURL)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

func dial(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) }) // likewise
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), statement)
	require.NoError(t, err)
}

// assertUntouched asserts that a demo left neither schema nor roles nor anything in public.
func assertUntouched(t *testing.T, address string) {
	t.Helper()
	var left int
	require.NoError(t, dial(t, address).QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'ghexport')
		     + (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)`).Scan(&left))
	assert.Zero(t, left)
}

func roleExists(t *testing.T, address, role string) bool {
	t.Helper()
	var exists bool
	require.NoError(t, dial(t, address).QueryRow(t.Context(), "SELECT to_regrole($1) IS NOT NULL", role).Scan(&exists))
	return exists
}

func user(t *testing.T, address string) string {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	require.NoError(t, err)
	return config.User
}

func TestUseDatabase_MakesRolesAndRemovesThem(t *testing.T) {
	t.Parallel()
	address := emptyDatabase(t)
	db, err := useDatabase(t.Context(), address, newTerminal(new(bytes.Buffer)))
	require.NoError(t, err)
	assert.Contains(t, db.about, user(t, db.service))
	assert.True(t, roleExists(t, address, user(t, db.producer)))

	_, err = useDatabase(t.Context(), address, newTerminal(new(bytes.Buffer)))
	require.ErrorContains(t, err, "another demo uses database")

	require.NoError(t, db.remove())
	assertUntouched(t, address)
	assert.False(t, roleExists(t, address, user(t, db.service)))
	assert.False(t, roleExists(t, address, user(t, db.producer)))
}

func TestUseDatabase_RemovesWhatAKilledDemoLeft(t *testing.T) {
	t.Parallel()
	address := emptyDatabase(t)
	killed, err := useDatabase(t.Context(), address, newTerminal(new(bytes.Buffer)))
	require.NoError(t, err)
	execute(t, dial(t, address), "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")

	var out bytes.Buffer
	db, err := useDatabase(t.Context(), address, newTerminal(&out))
	require.NoError(t, err)

	assert.Contains(t, out.String(), "left by a demo that was killed")
	assert.False(t, roleExists(t, address, user(t, killed.service)))
	require.NoError(t, db.remove())
	assertUntouched(t, address)
}

func TestUseDatabase_DoesWithoutRoles(t *testing.T) {
	t.Parallel()
	address := emptyDatabase(t)
	admin := dial(t, address)
	role := "demo_plain_" + strings.ToLower(t.Name()[len(t.Name())-5:])
	execute(t, admin, "CREATE ROLE "+role+" LOGIN PASSWORD 'x'")
	t.Cleanup(func() {
		_, err := admin.Exec(context.Background(), "DROP OWNED BY "+role+"; DROP ROLE "+role) // the test's context has ended
		assert.NoError(t, err)
	})
	var name string
	require.NoError(t, admin.QueryRow(t.Context(), "SELECT current_database()").Scan(&name))
	execute(t, admin, "GRANT CREATE ON DATABASE "+name+" TO "+role)
	plain := asRole(address, role, "x")

	var out bytes.Buffer
	db, err := useDatabase(t.Context(), plain, newTerminal(&out))
	require.NoError(t, err)

	assert.Equal(t, plain, db.service)
	assert.Contains(t, out.String(), "no roles could be made")
	require.NoError(t, db.remove())
	assertUntouched(t, address)
}

func TestUseDatabase_LeavesAnExporterAlone(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)

	_, err := useDatabase(t.Context(), db.AdminURL, newTerminal(new(bytes.Buffer)))

	require.ErrorContains(t, err, "is left alone")
	var n int
	require.NoError(t, dial(t, db.URL).QueryRow(t.Context(), "SELECT count(*) FROM ghexport.exports").Scan(&n))
}

func TestAsRole(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "postgres://r:p@h:5/d?sslmode=disable", asRole("postgres://a:b@h:5/d?sslmode=disable&user=c&password=d", "r", "p"))
	config, err := pgx.ParseConfig(asRole("host=h user=a password=b dbname=d", "r", "p"))
	require.NoError(t, err)
	assert.Equal(t, []string{"h", "d", "r", "p"}, []string{config.Host, config.Database, config.User, config.Password})
}
