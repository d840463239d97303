package storetest

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSharedServer(t *testing.T) {
	t.Parallel()

	t.Run("IsRefusedOutsideOfRun", func(t *testing.T) {
		t.Parallel()
		_, _, err := new(sharedServer).ready(t.Context())
		require.ErrorContains(t, err, "storetest.Run(m)")
	})

	t.Run("GoesWithTheTests", func(t *testing.T) {
		t.Parallel()
		s := sharedServer{server: startServer(t, ServerConfig{})}
		server := s.server
		assert.Contains(t, s.keep(), EnvKeep, "what a failed test left cannot be looked at without it")
		require.NoError(t, s.end())
		assert.NoDirExists(t, server.Dir)
	})

	t.Run("OutlivesThemForAFailedTestOnRequest", func(t *testing.T) {
		t.Parallel()
		s := sharedServer{server: startServer(t, ServerConfig{outlive: true})}
		server := s.server
		s.keep()
		require.NoError(t, s.end())
		assert.Equal(t, 1, query[int](t, server.URL("postgres"), "SELECT 1"))

		// This process's descriptor goes; the server's own keeps the folder claimed, so that no other package's start removes it.
		require.NoError(t, server.folder.lock.Close())
		require.NoError(t, removeStale(t.Context(), filepath.Dir(server.Dir), io.Discard))
		assert.DirExists(t, server.Dir)

		server.StopImmediate()
		require.NoError(t, removeStale(t.Context(), filepath.Dir(server.Dir), io.Discard))
		assert.NoDirExists(t, server.Dir, "a later start cleans up once the server was ended")
		server.folder.lock = nil
	})
}
