package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

const (
	companies  = 6
	jobTimeout = 5 * time.Second // of the nodes: the default of 30 s would make each run of a minute mostly wait
)

// world is everything under attack.
type world struct {
	o        options
	server   *storetest.Server
	sim      *greenhousesim.Sim
	http     *httptest.Server
	owner    *pgxpool.Pool // direct, for producers and for counting
	super    string        // address, to end other roles' backends
	nodes    []*node
	postgres []*proxy // of each node
	remote   []*proxy
	pooler   *storetest.Pooler // before the last node; nil where the machine has none
	down     downtime
}

// newWorld starts all of it. The caller ends it with close, after an error too.
func newWorld(ctx context.Context, o options) (w *world, err error) {
	w = &world{o: o}
	if w.server, err = storetest.Start(ctx, storetest.ServerConfig{Durable: true}); err != nil {
		return w, err
	}
	w.sim = greenhousesim.New(greenhousesim.Config{Latency: 20 * time.Millisecond, PublicURL: "https://app.greenhouse.io"})
	w.http = httptest.NewServer(w.sim)
	ownerURL, err := w.server.CreateDatabase(ctx, "chaos")
	if err != nil {
		return w, err
	}
	w.super = w.server.URL("chaos")
	if err := migrations.Up(ctx, ownerURL); err != nil {
		return w, err
	}
	serviceURL, err := w.server.CreateLogin(ctx, "service", "chaos")
	if err != nil {
		return w, err
	}
	keys, err := w.connectCompanies(ctx, ownerURL)
	if err != nil {
		return w, err
	}
	if w.owner, err = pgxpool.New(ctx, ownerURL); err != nil {
		return w, err
	}
	if _, err := w.owner.Exec(ctx, businessTable); err != nil {
		return w, fmt.Errorf("make the producers' own table: %w", err)
	}
	if _, err := w.owner.Exec(ctx, flood, o.Flood, companies); err != nil {
		return w, fmt.Errorf("flood the outbox: %w", err)
	}
	for n := range o.Nodes {
		address := serviceURL
		if n == w.pooled() {
			if address, err = w.pool(ctx, serviceURL); err != nil {
				return w, err
			}
		}
		if err := w.addNode(ctx, address, keys); err != nil {
			return w, err
		}
	}
	return w, nil
}

// pooled is the node that reaches Postgres through the pooler.
func (w *world) pooled() int { return w.o.Nodes - 1 }

// pool starts the pooler, and returns the address through it; without one on the machine it returns the address as it is.
func (w *world) pool(ctx context.Context, address string) (string, error) {
	p, err := w.server.StartPooler(ctx, []string{address}, "pool_mode = session", "default_pool_size = 60", "max_client_conn = 500", "server_login_retry = 1")
	if errors.Is(err, storetest.ErrNoPooler) {
		return address, nil
	}
	if err != nil {
		return "", err
	}
	w.pooler = p
	return p.Through(address)
}

// flood commits any number of results at once, of interviews that nobody passed.
const flood = `
	WITH many AS (
		SELECT n, 'flood-' || n AS interview, format('org-%s', lpad((n % $2)::text, 2, '0')) AS org FROM generate_series(1, $1) AS n
	), committed AS (
		INSERT INTO business.decisions SELECT interview, 1, false FROM many
	)
	INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
	SELECT org, interview, 1, 1, jsonb_build_object('schema_version', 1, 'org_id', org, 'interview_id', interview, 'version', 1,
	           'interviewed_at', '2026-01-01T12:00:00Z', 'interviewer_advances', false, 'candidate_continues', true, 'freeform_feedback', repeat('words ', 50),
	           'candidate', jsonb_build_object('id', interview, 'full_name', 'Ada Lovelace', 'email', interview || '@example.com'))
	  FROM many`

// addNode starts a node behind proxies of its own.
func (w *world) addNode(ctx context.Context, serviceURL, keys string) error {
	database, err := url.Parse(serviceURL)
	if err != nil {
		return err
	}
	pg, err := newProxy(ctx, database.Host, true)
	if err != nil {
		return err
	}
	w.postgres = append(w.postgres, pg)
	gh, err := newProxy(ctx, w.http.Listener.Addr().String(), false)
	if err != nil {
		return err
	}
	w.remote = append(w.remote, gh)
	database.Host = pg.addr()
	env := []string{
		"DATABASE_URL=" + database.String(), "GREENHOUSE_BASE_URL=http://" + gh.addr(), "GHEXPORT_KEYSET=" + keys,
		"GHEXPORT_HTTP_ADDR=127.0.0.1:0", "GHEXPORT_JOB_TIMEOUT=" + jobTimeout.String(), "GHEXPORT_WORKERS=32", "NO_PROXY=127.0.0.1",
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"),
	}
	w.nodes = append(w.nodes, newNode(w.o.Ghexport, env))
	return nil
}

func (w *world) connectCompanies(ctx context.Context, ownerURL string) (keys string, err error) {
	s, err := store.Open(ctx, store.Config{URL: ownerURL})
	if err != nil {
		return "", err
	}
	defer s.Close()
	if err := rights.In(s).Grant(ctx, rights.GrantService, "service"); err != nil {
		return "", err
	}
	if keys, err = seal.NewKeysetJSON(); err != nil {
		return "", err
	}
	keyset, err := seal.ParseKeyset(keys)
	if err != nil {
		return "", err
	}
	digests, err := keyring.In(s).Digests(ctx, keyset)
	if err != nil {
		return "", err
	}
	cap, by := 8, store.By{Actor: "chaos", Reason: "chaos run", From: "chaos"}
	for c := range companies {
		org, key := fmt.Sprintf("org-%02d", c), fmt.Sprintf("ingestion-key-of-%02d", c)
		w.sim.AddAccount(greenhousesim.Account{Name: org, Key: key, Users: []greenhousesim.User{{Email: "lee@acme.example", Name: "Lee Doe"}}})
		w.sim.SetRateLimit(key, 1000, 10*time.Second)
		sealed, err := keyset.Seal(org, []byte(key))
		if err != nil {
			return "", err
		}
		if _, err := s.Connect(ctx, store.Connect{
			OrgID: org, SealedKey: sealed, KeyDigest: digests.Key(key), CreatedBy: "lee@acme.example", Tested: true, Enable: true,
		}, by); err != nil {
			return "", err
		}
		if err := s.SetSettings(ctx, org, store.Settings{ServerErrors: &w.o.ServerErrors, InFlightCap: &cap}, by); err != nil {
			return "", err
		}
	}
	return keys, nil
}

// close takes everything down; what was never started is passed over.
func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for _, n := range w.nodes {
		n.end(ctx)
	}
	for _, p := range append(w.postgres, w.remote...) {
		p.close()
	}
	if w.pooler != nil {
		w.pooler.Stop()
	}
	if w.owner != nil {
		w.owner.Close()
	}
	if w.http != nil {
		w.sim.Close()
		w.http.CloseClientConnections()
		w.http.Close()
	}
	if w.server != nil {
		w.server.Stop() //nolint:errcheck // a private server with its folder
	}
	http.DefaultClient.CloseIdleConnections()
}

// lastWords are the ends of the nodes' logs, for a run that went wrong.
func (w *world) lastWords() string {
	var all strings.Builder
	for i, n := range w.nodes {
		n.mu.Lock()
		fmt.Fprintf(&all, "--- node %d\n%s\n", i, n.said)
		n.mu.Unlock()
	}
	return all.String()
}
