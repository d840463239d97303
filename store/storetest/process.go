package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// The signals by which postgres stops: https://www.postgresql.org/docs/current/server-shutdown.html
const (
	fast      = syscall.SIGINT
	immediate = syscall.SIGQUIT
)

// readyPoll is the pause between two tries to connect while the server starts. It takes 40 ms where nothing else runs.
const readyPoll = 10 * time.Millisecond

// errPortTaken says that somebody else took the port between our look and the server's start.
var errPortTaken = errors.New("port is taken")

// process is a running postgres.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed once the process has ended and was reaped
}

// launch starts postgres on the server's data and port, and waits until it takes connections.
func (s *Server) launch(ctx context.Context) error {
	path := filepath.Join(s.Dir, "server.log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close() //nolint:errcheck // postgres has a descriptor of its own

	// Not bound to ctx: the server outlives its start.
	cmd := s.account.command(context.WithoutCancel(ctx), s.Dir, filepath.Join(s.BinDir, "postgres"), s.settings()...)
	cmd.Stdout, cmd.Stderr = log, log
	if s.config.outlive {
		cmd.ExtraFiles = []*os.File{s.folder.lock} // the folder stays claimed for as long as the server runs
	} else {
		dieWithParent(cmd)
	}
	p, err := spawn(cmd)
	if err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	if err := s.awaitReady(ctx, p); err != nil {
		p.stop(immediate)
		text, _ := os.ReadFile(path)
		if bytes.Contains(text, []byte("could not bind")) {
			return fmt.Errorf("start postgres: %w: %d", errPortTaken, s.port)
		}
		return fmt.Errorf("start postgres: %w: %s", err, lastLines(text))
	}
	s.process = p
	return nil
}

// spawn starts cmd on an operating system thread that lives as long as the child does: Linux sends the parent-death signal when the
// thread that forked ends, and Go ends threads as it sees fit.
func spawn(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		cmd.Wait() //nolint:errcheck // how it ended is in its log
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

func (s *Server) awaitReady(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no connection within %s", startLimit))
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		// The random password proves that it is ours and not a stranger on the same port.
		if conn, err := pgx.Connect(ctx, s.URL("postgres")); err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-p.exited:
			return errors.New("it ended")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// stop ends the process with the signal, and with harder ones where it does not listen. It returns when the process is gone.
func (p *process) stop(signal syscall.Signal) {
	for _, s := range []syscall.Signal{signal, immediate, syscall.SIGKILL} {
		p.cmd.Process.Signal(s) //nolint:errcheck // an ended process is what we want
		select {
		case <-p.exited:
			return
		case <-time.After(stopLimit):
		}
	}
	<-p.exited
}

// freePort picks a port that nobody listens on, below the range that Linux and macOS give to outgoing connections: one of those could
// otherwise take it while the server restarts.
func freePort(ctx context.Context) (int, error) {
	const first, last, attempts = 20000, 32000, 100
	var listen net.ListenConfig
	for range attempts {
		port := first + rand.IntN(last-first)
		l, err := listen.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no free port between %d and %d", first, last)
}

// lastLines is the end of what a program said, on one line.
func lastLines(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
