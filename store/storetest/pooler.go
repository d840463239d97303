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
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Pooler starts a PgBouncer before the server of db, with further lines of its configuration, such as "pool_mode = transaction". It
// returns what turns one of the database's addresses into that through the pooler. It ends with the test, which fails where the
// machine has no pgbouncer: Debian's package has that name.
func (db *DB) Pooler(t testing.TB, lines ...string) (through func(address string) string) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if errors.Is(err, exec.ErrNotFound) {
		program, err = exec.LookPath("/usr/sbin/pgbouncer") // which no user's PATH but root's has
	}
	require.NoError(t, err, "pgbouncer is not installed")
	account, err := unprivileged()
	require.NoError(t, err)
	parent, err := parentFolder(t.Context(), "", account, os.Stderr)
	require.NoError(t, err)
	dir, err := os.MkdirTemp(parent, "ghexport-pooler-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a temporary folder
	require.NoError(t, os.Chmod(dir, 0o711))
	port, err := freePort(t.Context())
	require.NoError(t, err)

	var users strings.Builder
	for _, address := range []string{db.URL, db.ServiceURL, db.AdminURL} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		password, _ := u.User.Password()
		fmt.Fprintf(&users, "%q %q\n", u.User.Username(), password)
	}
	upstream := db.cluster.admin
	config := fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = plain\nauth_file = %s\nserver_check_delay = 0\n%s\n",
		upstream.Hostname(), upstream.Port(), port, filepath.Join(dir, "users"), strings.Join(lines, "\n"))
	for name, text := range map[string]string{"users": users.String(), "ini": config} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, account.own(path))
	}
	cmd := account.command(context.WithoutCancel(t.Context()), dir, program, "-q", filepath.Join(dir, "ini"))
	dieWithParent(cmd)
	p, err := spawn(cmd)
	require.NoError(t, err)
	t.Cleanup(func() { p.stop(immediate) })
	awaitPort(t, port)
	return func(address string) string {
		u, err := url.Parse(address)
		require.NoError(t, err)
		u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		return u.String()
	}
}

func awaitPort(t testing.TB, port int) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), startLimit, fmt.Errorf("nobody listens on port %d within %s", port, startLimit))
	defer cancel()
	tick := time.NewTicker(readyPoll)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			conn.Close() //nolint:errcheck // it was only to look
			return
		}
		select {
		case <-ctx.Done():
			require.NoError(t, context.Cause(ctx))
		case <-tick.C:
		}
	}
}
