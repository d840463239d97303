package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The files that a running demo keeps in its folder, beside the private Postgres.
const (
	lockName = "lock"
	pidName  = "serve.pid" // of the ghexport that we started: "PID PATH"
	logName  = "serve.log"
	envName  = "env" // what a shell needs to use ghexport on the demo; holds secrets of the demo's
)

// folder is where one demo at a time keeps what it needs while it runs.
type folder struct {
	path string // absolute
	lock *os.File
}

// claimFolder makes the folder and locks it, and ends what a killed run left running.
func claimFolder(ctx context.Context, dir string) (*folder, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("folder for the demo: %w", err)
	}
	// Open to all, since Postgres may have to run as another user and pass through; what is secret has modes of its own.
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, fmt.Errorf("folder for the demo: %w", err)
	}
	f := &folder{path: path}
	if f.lock, err = os.OpenFile(f.file(lockName), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, fmt.Errorf("folder for the demo: %w", err)
	}
	held, err := tryLock(f.lock)
	if err == nil && !held {
		err = fmt.Errorf("another demo runs in %s: end it first, or give this one a folder with --dir", path)
	}
	if err == nil {
		err = endStale(ctx, f.file(pidName))
	}
	if err != nil {
		f.lock.Close() //nolint:errcheck // nothing was written
		return nil, err
	}
	return f, nil
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

// release removes what the demo kept, the log only where nobody wants it, and the folder when it is then empty.
func (f *folder) release(keepLog bool) error {
	names := []string{pidName, envName, builtName}
	if !keepLog {
		names = append(names, logName)
	}
	var errs []error
	for _, name := range names {
		if err := os.Remove(f.file(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	// The lock file goes last. Where the folder keeps a log it stays, too, empty.
	errs = append(errs, f.lock.Close())
	if !keepLog {
		os.Remove(f.file(lockName)) //nolint:errcheck // somebody who waits for it may have it
		os.Remove(f.path)           //nolint:errcheck // it is not empty when it is the reader's own
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("clean up %s: %w", f.path, err)
	}
	return nil
}

// endStale ends the ghexport of a run that was killed, where the system did not do so by itself.
func endStale(ctx context.Context, pidFile string) error {
	const limit = 5 * time.Second
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return nil // there is none
	}
	number, path, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 1 || path == "" {
		return nil
	}
	left, err := os.FindProcess(pid)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("process %d, left by a run that was killed, does not end within %s", pid, limit))
	defer cancel()
	for serves(ctx, pid, path) {
		left.Signal(syscall.SIGKILL) //nolint:errcheck // it may have ended this moment
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// serves tells whether the process is the ghexport of that path: the id may have passed to a stranger.
func serves(ctx context.Context, pid int, path string) bool {
	line, err := exec.CommandContext(ctx, "ps", "-o", "args=", "-ww", "-p", strconv.Itoa(pid)).Output()
	return err == nil && bytes.Contains(line, []byte(path+" serve"))
}
