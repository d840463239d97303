//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A node takes over a longer keyset, and says more and less, without a restart; a keyset that lacks a key of its own it leaves.
func TestServe_Signals(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	file := filepath.Join(t.TempDir(), "keyset.json")
	require.NoError(t, os.WriteFile(file, []byte(s.env["GHEXPORT_KEYSET"]), 0o600))
	code, longer, errOut := s.ghexport(t, "", "keyset", "add")
	require.Zero(t, code, errOut)
	delete(s.env, "GHEXPORT_KEYSET")
	s.env["GHEXPORT_KEYSET_FILE"] = file
	code, other, errOut := s.ghexport(t, "", "keyset", "new")
	require.Zero(t, code, errOut)

	p := serveProcess(t, s.env)
	p.ready(t) // it heeds signals
	says := func(signal syscall.Signal, what string) {
		t.Helper()
		require.NoError(t, p.Process.Signal(signal))
		until(t, what, func() bool { return strings.Contains(p.log.String(), what) })
	}
	says(syscall.SIGUSR1, `"level":"debug"}`)
	says(syscall.SIGUSR1, `"level":"info"}`)
	require.NoError(t, os.WriteFile(file, []byte(longer), 0o600))
	says(syscall.SIGHUP, "the keyset was read again")
	require.NoError(t, os.WriteFile(file, []byte(other), 0o600))
	says(syscall.SIGHUP, "the keyset stays as it was: the file lacks keys of it")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	says(syscall.SIGHUP, "the keyset stays as it was\"")
	assert.Regexp(t, `"keys":\[[0-9]+,[0-9]+\]`, p.log.String())
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait())
}
