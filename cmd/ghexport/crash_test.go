package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/storetest"

	"net/http/httptest"
)

// resumeWithin is what is promised after a crash.
const resumeWithin = 60 * time.Second

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

// serveProcess starts this test binary under the name of ghexport, which makes it ghexport (see TestMain).
func serveProcess(t *testing.T, env map[string]string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{Cmd: &exec.Cmd{Path: self, Args: []string{"ghexport", "serve"}}, log: &lockedBuffer{}}
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

// world is a Postgres of its own, which may be crashed, with companies connected and a backlog committed.
type world struct {
	server   *storetest.Server
	sim      *greenhousesim.Sim
	ownerURL string
	env      map[string]string
	total    int
}

func newWorld(t *testing.T, companies, each int) *world {
	t.Helper()
	ctx := t.Context()
	server, err := storetest.Start(ctx, storetest.ServerConfig{Durable: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	w := &world{server: server, sim: greenhousesim.New(greenhousesim.Config{Latency: 5 * time.Millisecond, PublicURL: "https://app.greenhouse.io"}), total: companies * each}
	http := httptest.NewServer(w.sim)
	t.Cleanup(func() { w.sim.Close(); http.Close() })
	w.ownerURL, err = server.CreateDatabase(ctx, "world")
	require.NoError(t, err)
	require.NoError(t, migrations.Up(ctx, w.ownerURL))
	serviceURL, err := server.CreateLogin(ctx, "service", "world")
	require.NoError(t, err)
	owner, err := store.Open(ctx, store.Config{URL: w.ownerURL})
	require.NoError(t, err)
	defer owner.Close()
	require.NoError(t, owner.Grant(ctx, store.GrantService, "service"))
	keys, err := store.NewKeysetJSON()
	require.NoError(t, err)
	w.env = map[string]string{"DATABASE_URL": serviceURL, "GREENHOUSE_BASE_URL": http.URL, "GHEXPORT_KEYSET": keys, "GHEXPORT_HTTP_ADDR": "127.0.0.1:0", "NO_PROXY": "127.0.0.1"}
	w.fill(t, owner, keys, companies, each)
	return w
}

// fill connects the companies, lifts their budgets and commits the backlog in one transaction.
func (w *world) fill(t *testing.T, owner *store.Store, keys string, companies, each int) {
	t.Helper()
	ctx := t.Context()
	keyset, err := store.ParseKeyset(keys)
	require.NoError(t, err)
	digests, err := owner.Digests(ctx, keyset)
	require.NoError(t, err)
	for c := range companies {
		org, key := fmt.Sprintf("org-%02d", c), fmt.Sprintf("ingestion-key-of-%02d", c)
		w.sim.AddAccount(greenhousesim.Account{Name: org, Key: key, Users: []greenhousesim.User{{Email: "lee@acme.example", Name: "Lee Doe"}}})
		sealed, err := keyset.Seal(org, []byte(key))
		require.NoError(t, err)
		_, err = owner.Connect(ctx, store.Connect{OrgID: org, SealedKey: sealed, KeyDigest: digests.Key(key), CreatedBy: "lee@acme.example", Tested: true, Enable: true}, store.By{Actor: "test"})
		require.NoError(t, err)
	}
	_, err = owner.Pool.Exec(ctx, "INSERT INTO ghexport.budgets (credential, limit_) SELECT key_digest, 100000 FROM ghexport.integrations")
	require.NoError(t, err)
	require.NoError(t, pgx.BeginFunc(ctx, owner.Pool, func(tx pgx.Tx) error {
		for c := range companies {
			for i := range each {
				id := fmt.Sprintf("iv-%02d-%03d", c, i)
				message, err := json.Marshal(map[string]any{
					"schema_version": 1, "org_id": fmt.Sprintf("org-%02d", c), "interview_id": id, "version": 1,
					"interviewed_at": "2026-01-01T12:00:00Z", "interviewer_advances": true, "candidate_continues": true,
					"candidate": map[string]any{"id": id, "full_name": "Ada Lovelace", "email": id + "@example.com"},
				})
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, "SELECT ghexport.enqueue($1)", string(message)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// settled waits until every export has an end, and checks that nothing was lost or doubled. It returns how many are unknown.
func (w *world) settled(t *testing.T, p *process, within time.Duration) (unknown int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	owner, err := pgx.Connect(ctx, w.ownerURL)
	require.NoError(t, err)
	defer owner.Close(context.Background())
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for sent := 0; sent+unknown < w.total; {
		select {
		case <-look.C:
		case <-ctx.Done():
			require.Failf(t, "not settled", "after %s: %d sent, %d unknown of %d; log: %s", within, sent, unknown, w.total, p.log)
		}
		require.NoError(t, owner.QueryRow(ctx, "SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'unknown') FROM ghexport.exports").Scan(&sent, &unknown))
	}
	created := map[string]int{}
	for _, c := range w.sim.Candidates("") {
		created[c.ExternalID]++
	}
	for id, n := range created {
		assert.Equal(t, 1, n, "%s was created more than once", id)
	}
	rows, err := owner.Query(ctx, "SELECT candidate_id FROM ghexport.exports WHERE state = 'sent'")
	require.NoError(t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, id := range ids {
		assert.Equal(t, 1, created[id], "%s is sent, and Greenhouse does not have it", id)
	}
	return unknown
}

func TestServe_SurvivesKillMinus9(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 50)
	first := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 150))
	require.NoError(t, first.Process.Signal(syscall.SIGKILL))
	first.Wait() //nolint:errcheck // killed
	second := serveProcess(t, w.env)
	unknown := w.settled(t, second, resumeWithin)
	assert.LessOrEqual(t, unknown, 64, "at most what was in flight")
}

func TestServe_SurvivesACrashOfPostgres(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 50)
	p := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 150))
	w.server.StopImmediate()
	require.NoError(t, w.server.Restart(t.Context()))
	w.settled(t, p, resumeWithin)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, p.Wait(), "SIGTERM ends it with 0: %s", p.log)
	assert.NotContains(t, p.log.String(), "ingestion-key")
	assert.NotContains(t, p.log.String(), "@example.com")
}

// Two old processes go down by SIGTERM while new ones take over: nothing is unknown, since what is in flight finishes.
func TestServe_RollingDeployLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10, 50)
	env := maps.Clone(w.env)
	old := []*process{serveProcess(t, env), serveProcess(t, env)}
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 100))
	fresh := serveProcess(t, env)
	for _, p := range old {
		require.NoError(t, p.Process.Signal(syscall.SIGTERM))
		require.NoError(t, p.Wait(), "log: %s", p.log)
	}
	assert.Zero(t, w.settled(t, fresh, resumeWithin))
}
