package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	folderPrefix = "ghexport-postgres-" // followed by the process id, for people, and random letters
	lockSuffix   = ".lock"
	gonePoll     = 10 * time.Millisecond // between two looks whether a stale server, which is no child of ours, has ended
)

// folder holds what one server keeps on disk. The lock file beside it is locked while its owner lives: a process id in a file could
// meanwhile be another's, and means nothing to a container that shares the folder.
type folder struct {
	path string
	lock *os.File // nil once removed
}

// claimFolder makes an empty folder under parent that belongs to this process, for the account to write to.
func claimFolder(parent string, a *account) (*folder, error) {
	const attempts = 10
	for range attempts {
		f := &folder{path: filepath.Join(parent, fmt.Sprintf("%s%d-%s", folderPrefix, os.Getpid(), strings.ToLower(rand.Text()[:8])))}
		lock, err := os.OpenFile(f.path+lockSuffix, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("claim a folder: %w", err)
		}
		f.lock = lock
		held, err := lockedAt(lock)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("claim a folder: %w", err), f.remove())
		}
		if !held { // somebody who cleans up was quicker: it takes a lock that is free for a leftover
			lock.Close() //nolint:errcheck // nothing was written
			continue
		}
		err = os.Mkdir(f.path, 0o700)
		if err == nil {
			err = a.own(f.path)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("claim a folder: %w", err), f.remove())
		}
		return f, nil
	}
	return nil, fmt.Errorf("claim a folder: lost every race for a lock in %s", parent)
}

// lockedAt takes the lock, and makes sure that the file still lies where it was opened: its last holder may have removed it.
func lockedAt(lock *os.File) (bool, error) {
	held, err := tryLock(lock)
	if err != nil || !held {
		return false, err
	}
	opened, err := lock.Stat()
	if err != nil {
		return false, err
	}
	now, err := os.Lstat(lock.Name())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, now), err
}

// remove deletes the folder and gives up its claim; safe to call twice. Where files cannot be deleted the lock file stays, and the
// next Start tries again.
func (f *folder) remove() error {
	if f.lock == nil {
		return nil
	}
	err := os.RemoveAll(f.path)
	if err == nil {
		err = os.Remove(f.lock.Name())
	}
	err = errors.Join(err, f.lock.Close())
	f.lock = nil
	if err != nil {
		return fmt.Errorf("remove the server's folder: %w", err)
	}
	return nil
}

// removeStale removes the folders that dead processes left under parent, and stops the servers that still run on them. Folders of
// living processes and of other users are left alone. Safe to call from several processes at once.
func removeStale(ctx context.Context, parent string, log io.Writer) error {
	locks, err := filepath.Glob(filepath.Join(escapeGlob(parent), folderPrefix+"*"+lockSuffix))
	if err != nil {
		return fmt.Errorf("look for leftovers in %s: %w", parent, err)
	}
	for _, path := range locks {
		info, err := os.Lstat(path)
		if err != nil || !isOurs(info) {
			continue
		}
		lock, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue // removed meanwhile
		}
		if held, err := lockedAt(lock); err != nil || !held {
			lock.Close() //nolint:errcheck // nothing was written
			continue
		}
		left := &folder{path: strings.TrimSuffix(path, lockSuffix), lock: lock}
		if err := stopStale(ctx, filepath.Join(left.path, "data")); err != nil {
			lock.Close() //nolint:errcheck // nothing was written
			return err
		}
		if err := left.remove(); err != nil {
			return err
		}
		fmt.Fprintf(log, "removed %s, left by a run that was killed\n", left.path)
	}
	return nil
}

// stopStale stops the server that runs on the data folder, if any, at once: the data is deleted next. The process that postmaster.pid
// names is signalled only if its command line names that folder, since the id may have passed to a stranger.
func stopStale(ctx context.Context, data string) error {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil // no server runs here: it removes the file when it ends
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(first)))
	if err != nil || pid <= 1 {
		return nil
	}
	server, err := os.FindProcess(pid)
	if err != nil {
		return nil
	}
	tick := time.NewTicker(gonePoll)
	defer tick.Stop()
	for _, signal := range []syscall.Signal{immediate, syscall.SIGKILL} {
		if !commandNames(ctx, pid, data) {
			return nil
		}
		server.Signal(signal) //nolint:errcheck // it may have ended this moment
		for limit := time.After(stopLimit); limit != nil && commandNames(ctx, pid, data); {
			select {
			case <-ctx.Done():
				return fmt.Errorf("stop a server left by a run that was killed: %w", context.Cause(ctx))
			case <-limit:
				limit = nil
			case <-tick.C:
			}
		}
	}
	if commandNames(ctx, pid, data) {
		return fmt.Errorf("process %d, left by a run that was killed, does not end", pid)
	}
	return nil
}

// commandNames tells whether the process lives and has text among its arguments. A process that ended and was not reaped has none.
func commandNames(ctx context.Context, pid int, text string) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil { // not Linux, or gone
		line, err = exec.CommandContext(ctx, "ps", "-o", "args=", "-ww", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && bytes.Contains(line, []byte(text))
}

// escapeGlob keeps a project folder such as "a[b]" from being read as a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
