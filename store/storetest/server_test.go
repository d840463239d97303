package storetest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sharedDir is a folder that the user who runs Postgres reaches, as root's own temporary folders for tests need not be.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "storetest-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func startServer(t *testing.T, c ServerConfig) *Server {
	t.Helper()
	if c.Dir == "" {
		c.Dir = sharedDir(t)
	}
	server, err := Start(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return server
}

// run connects anew and executes statements that yield nothing.
func run(t *testing.T, address, sql string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // nothing is pending
	_, err = conn.Exec(t.Context(), sql)
	return err
}

// query connects anew and returns the one value that the statement yields.
func query[T any](t *testing.T, address, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(t.Context()) //nolint:errcheck // nothing is pending
	var value T
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&value))
	return value
}

func TestServer(t *testing.T) {
	t.Parallel()

	t.Run("TwoAtOnceShareNothing", func(t *testing.T) {
		t.Parallel()
		dir := sharedDir(t)
		one := startServer(t, ServerConfig{Dir: dir})
		two := startServer(t, ServerConfig{Dir: dir})
		assert.NotEqual(t, one.Dir, two.Dir)
		require.NoError(t, run(t, one.URL("postgres"), "CREATE TABLE only_here ()"))
		assert.True(t, query[bool](t, two.URL("postgres"), "SELECT to_regclass('only_here') IS NULL"))
		assert.Contains(t, query[string](t, one.URL("postgres"), "SHOW server_version"), one.Version)
	})

	t.Run("StopRemovesEverythingAndMayBeRepeated", func(t *testing.T) {
		t.Parallel()
		dir := sharedDir(t)
		server, err := Start(t.Context(), ServerConfig{Dir: dir})
		require.NoError(t, err)
		assert.DirExists(t, server.Dir)
		require.NoError(t, server.Stop())
		require.NoError(t, server.Stop())
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	})

	t.Run("KeepsWhatWasCommittedThroughAnImmediateStop", func(t *testing.T) {
		t.Parallel()
		server := startServer(t, ServerConfig{Durable: true})
		address := server.URL("postgres")
		require.NoError(t, run(t, address, "CREATE TABLE kept AS SELECT 'yes' AS word"))
		server.StopImmediate()
		_, err := pgx.Connect(t.Context(), address)
		require.Error(t, err)
		require.NoError(t, server.Restart(t.Context()))
		assert.Equal(t, "yes", query[string](t, address, "SELECT word FROM kept"))
		require.NoError(t, server.Restart(t.Context()), "a server that runs is restarted, too")
		assert.Equal(t, "yes", query[string](t, address, "SELECT word FROM kept"))
	})

	t.Run("TakesItsSettings", func(t *testing.T) {
		t.Parallel()
		server := startServer(t, ServerConfig{Durable: true, MaxConnections: 17, Settings: map[string]string{"work_mem": "5MB"}})
		for setting, want := range map[string]string{
			"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "17", "work_mem": "5MB",
			"listen_addresses": "127.0.0.1", "unix_socket_directories": "",
		} {
			assert.Equal(t, want, query[string](t, server.URL("postgres"), "SHOW "+setting), setting)
		}
	})

	t.Run("LetsNobodyInWithoutThePassword", func(t *testing.T) {
		t.Parallel()
		server := startServer(t, ServerConfig{})
		address, err := url.Parse(server.URL("postgres"))
		require.NoError(t, err)
		address.User = url.UserPassword("postgres", "guess")
		_, err = pgx.Connect(t.Context(), address.String())
		var refused *pgconn.PgError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "28P01", refused.Code)
	})

	t.Run("LeavesNothingWhenItsStartIsCancelled", func(t *testing.T) {
		t.Parallel()
		dir := sharedDir(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := Start(ctx, ServerConfig{Dir: dir})
		require.ErrorIs(t, err, context.Canceled)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	})

	t.Run("SaysWhyPostgresDidNotStart", func(t *testing.T) {
		t.Parallel()
		dir := sharedDir(t)
		_, err := Start(t.Context(), ServerConfig{Dir: dir, Settings: map[string]string{"work_mem": "much"}})
		require.ErrorContains(t, err, "work_mem")
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	})

	t.Run("MakesDatabasesForAnOrdinaryOwner", func(t *testing.T) {
		t.Parallel()
		server := startServer(t, ServerConfig{})
		owner, err := server.CreateDatabase(t.Context(), "demo")
		require.NoError(t, err)
		assert.Equal(t, "off", query[string](t, owner, "SHOW is_superuser"))
		require.NoError(t, run(t, owner, "CREATE SCHEMA ghexport"))
		service, err := server.CreateLogin(t.Context(), "demo_service", "demo")
		require.NoError(t, err)
		assert.False(t, query[bool](t, service, "SELECT has_schema_privilege('ghexport', 'USAGE')"))
	})
}

// The port is looked for first and bound later; whoever is quicker in between must not end the start.
func TestServer_PortTaken(t *testing.T) {
	t.Parallel()
	one := startServer(t, ServerConfig{})
	two := startServer(t, ServerConfig{})
	two.StopImmediate()
	own := two.port
	two.port = one.port
	require.ErrorIs(t, two.Restart(t.Context()), errPortTaken)
	two.port = own
	require.NoError(t, two.Restart(t.Context()))
}

func TestParentFolder(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(sharedDir(t), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))
	var log strings.Builder
	server := startServer(t, ServerConfig{Dir: filepath.Join(closed, "project"), Log: &log})
	if os.Geteuid() == 0 { // Postgres runs as another user, who cannot go there
		assert.Equal(t, filepath.Clean(os.TempDir()), filepath.Dir(server.Dir))
		assert.Contains(t, log.String(), "out of reach")
		return
	}
	assert.Equal(t, filepath.Join(closed, "project"), filepath.Dir(server.Dir))
}
