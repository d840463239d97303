// Package storetest starts the private Postgres of the tests and the demo, and gives each test a migrated database of its own on it.
//
// A test package calls [Run] from TestMain and [NewDB] in each test; the demo calls [Start].
package storetest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const (
	adminRole      = "postgres"       // the superuser that initdb makes
	initdbLimit    = 60 * time.Second // for initdb; it takes 0.4 s where nothing else runs
	startLimit     = 60 * time.Second // from the start of postgres to the first connection, crash recovery included
	stopLimit      = 15 * time.Second // for each step of a stop: fast, then immediate, then SIGKILL
	portAttempts   = 10               // ports tried before Start gives up
	maxConnections = 200
)

// ServerConfig says what kind of server to start. The zero value is one for tests: fast, and gone with its folder.
type ServerConfig struct {
	Dir            string            // the data lies in a folder of its own under this one; the system's temporary folder when empty
	CacheDir       string            // downloaded binaries; the user's cache folder when empty
	Durable        bool              // fsync and full_page_writes on, as in production; for the demo, the bench and power-cut tests
	MaxConnections int               // 200 when zero
	Settings       map[string]string // further settings of postgresql.conf, such as shared_preload_libraries
	Archive        bool              // the write-ahead log is kept, for [Server.Recover]
	Log            io.Writer         // what was found, skipped, fetched and cleaned up, a line each; nothing when nil

	outlive bool // the server goes on when this process ends, for somebody who wants to look into it
}

// Server is a Postgres that this process started. It listens on 127.0.0.1 alone, on a port of its own, behind a random password. On
// Linux it stops by itself when this process dies; what is left of it then is removed by the next [Start] with the same Dir.
type Server struct {
	BinDir  string // the folder of initdb and postgres
	Version string // as "15.18"
	Dir     string // the folder that holds the data and the server's log

	config   ServerConfig
	folder   *folder
	account  *account
	password string
	port     int

	making  sync.Mutex // one role at a time: Postgres fails one of two that change the same
	mu      sync.Mutex // one stop or restart at a time
	process *process   // nil once stopped
}

// Start finds Postgres binaries, makes a data folder and returns once the server takes connections. As root it runs Postgres as
// another user, since Postgres refuses root. ctx bounds the start alone: the caller owns the server and ends it with [Server.Stop],
// so that at Ctrl-C whatever uses the database can finish first. A start that fails or is cancelled leaves nothing behind. Where no
// binaries are found the error is a [*NotFoundError], which says how to get some.
func Start(ctx context.Context, c ServerConfig) (*Server, error) {
	if c.Log == nil {
		c.Log = io.Discard
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	bin, err := newSearch(c.CacheDir, account, c.Log).find(ctx)
	if err != nil {
		return nil, err
	}
	dir := c.Dir
	if dir == "" && !c.Durable {
		dir = inMemory()
	}
	parent, err := parentFolder(ctx, dir, account, c.Log)
	if err != nil {
		return nil, err
	}
	if err := removeStale(ctx, parent, c.Log); err != nil {
		return nil, err
	}
	folder, err := claimFolder(parent, account)
	if err != nil {
		return nil, err
	}
	s := &Server{
		BinDir: bin.dir, Version: bin.version, Dir: folder.path,
		config: c, folder: folder, account: account, password: rand.Text(),
	}
	if err := s.create(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// URL is the address of a database of this server, for its superuser.
func (s *Server) URL(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(adminRole, s.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Stop ends the server, open connections included, and removes its folder. It is safe to call twice.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.stop(fast)
		s.process = nil
	}
	return s.folder.remove()
}

// StopImmediate ends the server as a crash does: no checkpoint, no goodbye to its clients. The data stays for [Server.Restart].
func (s *Server) StopImmediate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.stop(immediate)
		s.process = nil
	}
}

// StopFast ends the server in order, as an operator does. The data stays for [Server.Restart], and may be copied meanwhile.
func (s *Server) StopFast() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.stop(fast)
		s.process = nil
	}
}

// Restart starts the server again on the same data, port and password, after a fast stop where it still runs. It returns once
// recovery is over and connections are taken.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.stop(fast)
		s.process = nil
	}
	return s.launch(ctx)
}

// create makes the data and starts the server.
func (s *Server) create(ctx context.Context) error {
	if err := s.initdb(ctx); err != nil {
		return err
	}
	return s.begin(ctx)
}

// begin starts the server for the first time, on another port where the chosen one was taken meanwhile.
func (s *Server) begin(ctx context.Context) error {
	for range portAttempts {
		port, err := freePort(ctx)
		if err != nil {
			return err
		}
		s.port = port
		if err := s.launch(ctx); !errors.Is(err, errPortTaken) {
			return err
		}
	}
	return fmt.Errorf("start postgres: %w, %d times over", errPortTaken, portAttempts)
}

func (s *Server) data() string { return filepath.Join(s.Dir, "data") }

func (s *Server) initdb(ctx context.Context) error {
	// Postgres reads the password from a file; on a command line every user of the machine could see it.
	secret := filepath.Join(s.Dir, "password")
	if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the server's password: %w", err)
	}
	defer os.Remove(secret) //nolint:errcheck // it goes with the folder at the latest
	if err := s.account.own(secret); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, initdbLimit, fmt.Errorf("initdb took longer than %s", initdbLimit))
	defer cancel()
	cmd := s.account.command(ctx, s.Dir, filepath.Join(s.BinDir, "initdb"), "--pgdata="+s.data(), "--username="+adminRole,
		"--pwfile="+secret, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	dieWithParent(cmd)
	runtime.LockOSThread() // for the parent-death signal, as in spawn
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", cmp.Or(context.Cause(ctx), err), lastLines(out))
	}
	return nil
}

// settings are the command line of postgres. There is no Unix socket: its path may have 107 bytes only, and a project may lie deeper.
func (s *Server) settings() []string {
	onOff := map[bool]string{true: "on", false: "off"}[s.config.Durable]
	set := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(s.port),
		"unix_socket_directories": "",
		"max_connections":         strconv.Itoa(cmp.Or(s.config.MaxConnections, maxConnections)),
		"fsync":                   onOff,
		"full_page_writes":        onOff,
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C", // errPortTaken is read from the log
	}
	if s.config.Archive {
		maps.Copy(set, archiving())
	}
	maps.Copy(set, s.config.Settings)
	args := []string{"-D", s.data()}
	for name, value := range set {
		args = append(args, "-c", name+"="+value)
	}
	return args
}
