package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serveStopLimit is longer than ghexport takes to end in order: 25 s for what is being sent, 3 s for its own HTTP.
const serveStopLimit = 35 * time.Second

// service is `ghexport serve` as a child process.
type service struct {
	url    string
	log    string // path
	cmd    *exec.Cmd
	exited chan struct{} // closed once the process has ended and was reaped
	err    error         // how it ended; to be read after exited
}

// startService starts the real binary and returns once it says that it is ready. Its log goes to a file. The caller ends it with stop.
func startService(ctx context.Context, g ghexport, f *folder, preferredPort int) (*service, error) {
	const attempts = 5
	for n := 1; ; n++ {
		address, err := freeAddress(ctx, preferredPort)
		if err != nil {
			return nil, err
		}
		s, err := serveAt(ctx, g, f, address)
		if err == nil {
			return s, nil
		}
		// Somebody may take the port between our look and the child's.
		if n == attempts || !strings.Contains(err.Error(), syscall.EADDRINUSE.Error()) {
			return nil, err
		}
		preferredPort = 0
	}
}

func serveAt(ctx context.Context, g ghexport, f *folder, address string) (*service, error) {
	s := &service{url: "http://" + address, log: f.file(logName), exited: make(chan struct{})}
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of ghexport serve: %w", err)
	}
	defer log.Close() //nolint:errcheck // the child has a descriptor of its own

	// Not bound to ctx: it is stopped in order, after whatever uses it.
	s.cmd = exec.Command(g.path, "serve")
	s.cmd.Env = g.with("GHEXPORT_HTTP_ADDR="+address, "GHEXPORT_PUBLIC_URL="+s.url).env
	s.cmd.Stdout, s.cmd.Stderr = log, log
	detach(s.cmd)
	dieWithParent(s.cmd)
	if err := s.spawn(); err != nil {
		return nil, fmt.Errorf("start ghexport serve: %w", err)
	}
	pid := strconv.Itoa(s.cmd.Process.Pid) + " " + g.path + "\n"
	if err := os.WriteFile(f.file(pidName), []byte(pid), 0o600); err != nil {
		s.stop() //nolint:errcheck // the first error says more
		return nil, fmt.Errorf("note the process of ghexport serve: %w", err)
	}
	watched, cancel := s.watch(ctx)
	defer cancel()
	if err := awaitReady(watched, s.url+"/readyz", s.listens); err != nil {
		s.stop() //nolint:errcheck // the first error says more
		return nil, fmt.Errorf("%w; its log ends: %s", err, s.lastWords())
	}
	return s, nil
}

// spawn starts the process on an operating system thread that lives as long as it does: Linux counts the death of the thread that
// forked as the parent's, and Go ends threads as it sees fit.
func (s *service) spawn() error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	return <-started
}

// watch is ctx until the service ends by itself, which is then the cause.
func (s *service) watch(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.exited:
			cancel(fmt.Errorf("ghexport serve ended: %v", s.err))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// stop asks the service to end, lets it finish what it is sending, and says when it did not end in order. Safe to call twice.
func (s *service) stop() error {
	s.cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // an ended process is what we want
	select {
	case <-s.exited:
	case <-time.After(serveStopLimit):
		s.cmd.Process.Kill() //nolint:errcheck // likewise
		<-s.exited
		return fmt.Errorf("ghexport serve did not end within %s of SIGTERM", serveStopLimit)
	}
	if s.err != nil {
		return fmt.Errorf("ghexport serve ended: %w; its log ends: %s", s.err, s.lastWords())
	}
	return nil
}

// listens tells whether the service has said in its log that it listens on its address: where it could not, a stranger answers there.
func (s *service) listens() bool {
	text, _ := os.ReadFile(s.log)
	return bytes.Contains(text, []byte(`"`+s.url+`"`))
}

// lastWords is the end of the service's log.
func (s *service) lastWords() string {
	text, _ := os.ReadFile(s.log)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-3):], []byte(" | ")))
}

// listen takes a port of this machine: the preferred one, or any.
func listen(ctx context.Context, preferred int) (net.Listener, error) {
	var config net.ListenConfig
	if l, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(preferred))); err == nil {
		return l, nil
	}
	return config.Listen(ctx, "tcp4", "127.0.0.1:0")
}

// freeAddress is one that a child can listen on.
func freeAddress(ctx context.Context, preferred int) (string, error) {
	l, err := listen(ctx, preferred)
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
