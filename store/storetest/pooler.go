package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ErrNoPooler says that the machine has no PgBouncer. Debian's package is called pgbouncer.
var ErrNoPooler = errors.New("pgbouncer is not installed")

// Pooler is a PgBouncer that this process started. It listens on 127.0.0.1 alone, on a port of its own that a restart keeps.
type Pooler struct {
	program string
	dir     string
	port    int
	account *account

	mu      sync.Mutex
	process *process // nil once killed
}

// Pooler starts a PgBouncer before the server of db, with further lines of its configuration, such as "pool_mode = transaction". It
// returns what turns one of the database's addresses into that through the pooler. It ends with the test, which fails where the
// machine has none.
func (db *DB) Pooler(t testing.TB, lines ...string) (through func(address string) string) {
	t.Helper()
	p, err := startPooler(t.Context(), db.cluster.admin, []string{db.URL, db.ServiceURL, db.AdminURL}, lines)
	require.NoError(t, err)
	t.Cleanup(p.Stop)
	return func(address string) string {
		through, err := p.Through(address)
		require.NoError(t, err)
		return through
	}
}

// StartPooler starts a PgBouncer before the server, for the roles of the addresses, with further lines of its configuration. The
// caller ends it with [Pooler.Stop]. Where the machine has none the error is [ErrNoPooler].
func (s *Server) StartPooler(ctx context.Context, addresses []string, lines ...string) (*Pooler, error) {
	upstream, err := url.Parse(s.URL(adminRole))
	if err != nil {
		return nil, err
	}
	return startPooler(ctx, upstream, addresses, lines)
}

func startPooler(ctx context.Context, upstream *url.URL, addresses, lines []string) (*Pooler, error) {
	program, err := exec.LookPath("pgbouncer")
	if errors.Is(err, exec.ErrNotFound) {
		program, err = exec.LookPath("/usr/sbin/pgbouncer") // which no user's PATH but root's has
	}
	if err != nil {
		return nil, ErrNoPooler
	}
	p := &Pooler{program: program}
	if p.account, err = unprivileged(); err != nil {
		return nil, err
	}
	parent, err := parentFolder(ctx, "", p.account, os.Stderr)
	if err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp(parent, "ghexport-pooler-"); err != nil {
		return nil, fmt.Errorf("folder for the pooler: %w", err)
	}
	if p.port, err = freePort(ctx); err == nil {
		err = p.configure(upstream, addresses, lines)
	}
	if err == nil {
		err = p.Start(ctx)
	}
	if err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Pooler) configure(upstream *url.URL, addresses, lines []string) error {
	if err := os.Chmod(p.dir, 0o711); err != nil { //nolint:gosec // the other user goes through
		return err
	}
	var users strings.Builder
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			return errors.New("an address for the pooler is no URL") // err would repeat its password
		}
		password, _ := u.User.Password()
		fmt.Fprintf(&users, "%q %q\n", u.User.Username(), password)
	}
	config := fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = plain\nauth_file = %s\nserver_check_delay = 0\n%s\n",
		upstream.Hostname(), upstream.Port(), p.port, filepath.Join(p.dir, "users"), strings.Join(lines, "\n"))
	for name, text := range map[string]string{"users": users.String(), "ini": config} {
		path := filepath.Join(p.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
		if err := p.account.own(path); err != nil {
			return err
		}
	}
	return nil
}

// Start starts it again after [Pooler.Kill], and returns once it listens.
func (p *Pooler) Start(ctx context.Context) (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := p.account.command(context.WithoutCancel(ctx), p.dir, p.program, "-q", filepath.Join(p.dir, "ini"))
	dieWithParent(cmd)
	if p.process, err = spawn(cmd); err != nil {
		return fmt.Errorf("start the pooler: %w", err)
	}
	return awaitPort(ctx, p.port)
}

// Kill ends it as a crash does, and every connection through it.
func (p *Pooler) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process != nil {
		p.process.stop(syscall.SIGKILL)
		p.process = nil
	}
}

// Signal reaches it while it runs: SIGUSR1 pauses it, so that new sessions wait, SIGUSR2 resumes it.
func (p *Pooler) Signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process != nil {
		p.process.cmd.Process.Signal(s) //nolint:errcheck // an ended one needs none
	}
}

// Stop ends it and removes its folder. It is safe to call twice.
func (p *Pooler) Stop() {
	p.Kill()
	os.RemoveAll(p.dir) //nolint:errcheck // a temporary folder
}

// Through is the address of a database through the pooler.
func (p *Pooler) Through(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the address of a database is no URL") // err would repeat its password
	}
	u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port))
	return u.String(), nil
}

func awaitPort(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("nobody listens on port %d within %s", port, startLimit))
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return conn.Close() // it was only to look
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
