package main

import (
	"bytes"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// process is a real `ghexport serve`.
type process struct {
	*exec.Cmd
	log *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// serveProcess starts the binary that people get. What the race detector has to say it says of services within the tests' own process.
func serveProcess(t *testing.T, env map[string]string) *process {
	t.Helper()
	binary, err := plainBinary()
	require.NoError(t, err)
	return startServe(t, binary, env)
}

// startServe starts `serve` of one ghexport binary, and kills it when the test ends.
func startServe(t *testing.T, binary string, env map[string]string) *process {
	t.Helper()
	p := &process{Cmd: &exec.Cmd{Path: binary, Args: []string{"ghexport", "serve"}}, log: &lockedBuffer{}}
	p.Env = append(os.Environ(), "GHEXPORT_JOB_TIMEOUT=5s", "GHEXPORT_RELAY_POLL=200ms")
	for name, value := range env {
		p.Env = append(p.Env, name+"="+value)
	}
	p.Stderr = p.log
	require.NoError(t, p.Start())
	t.Cleanup(func() {
		p.Process.Kill() //nolint:errcheck // it may have ended
		p.Wait()         //nolint:errcheck
	})
	return p
}

// runCommand runs another command of that binary and returns what it printed.
func runCommand(t *testing.T, databaseURL string, args ...string) (string, error) {
	t.Helper()
	binary, err := plainBinary()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+databaseURL)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
