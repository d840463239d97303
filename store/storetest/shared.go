package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// The environment of tests.
const (
	// EnvURL names a running server, as its superuser, that tests use instead of one of their own.
	EnvURL = "GHEXPORT_TEST_DATABASE_URL"
	// EnvKeep, when not empty, leaves the private server running after a test failed, with that test's database on it.
	EnvKeep = "GHEXPORT_TEST_KEEP"
)

// shared is the server of this test process: it costs half a second, so all tests of a package use one. It is package state because
// a test process has nothing else that TestMain and every test can reach.
var shared sharedServer

type sharedServer struct {
	mu       sync.Mutex
	running  bool // between the start and the end of Run
	server   *Server
	cluster  cluster
	template string // empty until the first test asks
	kept     bool   // a failed test left its database
}

// Run runs a package's tests (m is TestMain's *testing.M) and ends the server that they used: TestMain is `os.Exit(storetest.Run(m))`.
// The server starts with the first [NewDB]. Ctrl-C ends it, too. Nothing of ours runs any more when Run returns, so that goleak may look.
func Run(m interface{ Run() int }) (exitCode int) {
	shared.begin()
	interrupted, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	forget := context.AfterFunc(interrupted, func() {
		shared.end() //nolint:errcheck // the next run removes what is left
		os.Exit(130)
	})
	defer forget()

	exitCode = m.Run()
	if err := shared.end(); err != nil {
		fmt.Fprintln(os.Stderr, "storetest:", err)
		return max(exitCode, 1)
	}
	return exitCode
}

func (s *sharedServer) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = true
}

// ready starts the server and builds the template unless that is done.
func (s *sharedServer) ready(ctx context.Context) (cluster, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return cluster{}, "", errors.New("no server: TestMain must be os.Exit(storetest.Run(m))")
	}
	if s.template != "" {
		return s.cluster, s.template, nil
	}
	address := os.Getenv(EnvURL)
	if address == "" {
		if s.server == nil {
			server, err := Start(ctx, ServerConfig{outlive: os.Getenv(EnvKeep) != ""})
			if err != nil {
				return cluster{}, "", err
			}
			s.server = server
		}
		address = s.server.URL(adminRole)
	}
	c, err := newCluster(address)
	if err != nil {
		return cluster{}, "", err
	}
	template, err := c.template(ctx)
	if err != nil {
		return cluster{}, "", err
	}
	s.cluster, s.template = c, template
	return c, template, nil
}

// keep notes that a failed test leaves its database, and says for how long.
func (s *sharedServer) keep() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = true
	if s.server != nil && !s.server.config.outlive {
		return "until its server stops; with " + EnvKeep + "=1 that goes on after the tests"
	}
	return "until somebody drops it"
}

func (s *sharedServer) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.template = false, ""
	server := s.server
	s.server = nil
	if server == nil {
		return nil
	}
	if s.kept && server.config.outlive {
		fmt.Fprintf(os.Stderr, "storetest: %s; end it with: kill -INT %d\n", server.URL(adminRole), server.process.cmd.Process.Pid)
		return nil
	}
	return server.Stop()
}
