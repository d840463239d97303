package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// world is a Postgres of its own, which may be crashed, with companies connected and a backlog committed.
type world struct {
	server   *storetest.Server
	sim      *greenhousesim.Sim
	ownerURL string
	env      map[string]string
	total    int
	owners   *pgxpool.Pool // of pool
}

// pool is a connection or two of the owner's, for the many small looks of a test.
func (w *world) pool(t *testing.T) *pgxpool.Pool {
	t.Helper()
	if w.owners == nil {
		config, err := pgxpool.ParseConfig(w.ownerURL)
		require.NoError(t, err)
		config.MaxConns = 2
		config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true } // the server may have crashed since
		w.owners, err = pgxpool.NewWithConfig(t.Context(), config)
		require.NoError(t, err)
		t.Cleanup(w.owners.Close)
	}
	return w.owners
}

// newWorld is one whose server others use, too: a test that ends its server takes newWorldOn, and a server of its own.
func newWorld(t *testing.T, companies, each int) *world {
	t.Helper()
	return newWorldOn(t, sharedServer(t), identifier(t), companies, each)
}

// identifier is a database's name for a test.
func identifier(t *testing.T) string { return strings.ReplaceAll(strings.ToLower(t.Name()), "/", "_") }

// durableServer is a Postgres of the test's own, which keeps what it has committed.
func durableServer(t *testing.T) *storetest.Server {
	t.Helper()
	server, err := storetest.Start(t.Context(), storetest.ServerConfig{Durable: true, MaxConnections: 400})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return server
}

// sharedServer is a durable Postgres for all tests that end no server.
func sharedServer(t *testing.T) *storetest.Server {
	t.Helper()
	server, err := durableOne()
	require.NoError(t, err)
	return server
}

// durableOne starts it once. TestMain stops it.
var (
	durableStarted *storetest.Server // nil unless a test wanted it
	durableOne     = sync.OnceValues(func() (_ *storetest.Server, err error) {
		durableStarted, err = storetest.Start(context.Background(), storetest.ServerConfig{Durable: true, MaxConnections: 900})
		return durableStarted, err
	})
)

// newWorldOn is a database of its own on a server that others use, too.
func newWorldOn(t *testing.T, server *storetest.Server, name string, companies, each int) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{server: server, sim: greenhousesim.New(greenhousesim.Config{Latency: 5 * time.Millisecond, PublicURL: "https://app.greenhouse.io"}), total: companies * each}
	http := httptest.NewServer(w.sim)
	t.Cleanup(func() { w.sim.Close(); http.Close() })
	var err error
	w.ownerURL, err = server.CreateDatabase(ctx, name)
	require.NoError(t, err)
	require.NoError(t, migrations.Up(ctx, w.ownerURL))
	serviceURL, err := server.CreateLogin(ctx, "service_of_"+name, name)
	require.NoError(t, err)
	owner, err := store.Open(ctx, store.Config{URL: w.ownerURL})
	require.NoError(t, err)
	defer owner.Close()
	require.NoError(t, rights.In(owner).Grant(ctx, rights.GrantService, "service_of_"+name))
	keys, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	w.env = map[string]string{"DATABASE_URL": serviceURL, "GREENHOUSE_BASE_URL": http.URL, "GHEXPORT_KEYSET": keys, "GHEXPORT_HTTP_ADDR": "127.0.0.1:0", "NO_PROXY": "127.0.0.1"}
	w.fill(t, owner, keys, companies, each)
	return w
}

// fill connects the companies, lifts their budgets and commits the backlog in one transaction.
func (w *world) fill(t *testing.T, owner *store.Store, keys string, companies, each int) {
	t.Helper()
	ctx := t.Context()
	keyset, err := seal.ParseKeyset(keys)
	require.NoError(t, err)
	digests, err := keyring.In(owner).Digests(ctx, keyset)
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
