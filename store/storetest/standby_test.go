package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A server turned standby only reads, which a crash does not change, and it comes back as what it was: with its rows, on its timeline.
func TestServer_Demote(t *testing.T) {
	t.Parallel()
	const timeline = "SELECT timeline_id FROM pg_control_checkpoint()"
	server := startServer(t, ServerConfig{})
	address := server.URL("postgres")
	require.NoError(t, run(t, address, "CREATE TABLE kept AS SELECT 'yes' AS word"))
	before := query[int](t, address, timeline)

	require.NoError(t, server.Demote(t.Context()))
	require.ErrorContains(t, run(t, address, "DELETE FROM kept"), "25006")
	server.StopImmediate()
	require.NoError(t, server.Restart(t.Context()))
	require.ErrorContains(t, run(t, address, "DELETE FROM kept"), "25006")
	assert.Equal(t, "yes", query[string](t, address, "SELECT word FROM kept"))

	require.NoError(t, server.Reinstate(t.Context()))
	require.NoError(t, server.Reinstate(t.Context()), "twice is as once")
	assert.Equal(t, before, query[int](t, address, timeline))
	require.NoError(t, run(t, address, "INSERT INTO kept VALUES ('again')"))
}
