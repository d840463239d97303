package main

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// patience bounds every wait; what was awaited is in the message.
const patience = 30 * time.Second

// The companies that the simulated Greenhouse knows.
const (
	acmeKey   = "acme-ingestion-key-12345"
	globexKey = "globex-ingestion-key-67890"
)

// stage holds what a command meets: a database of its own, reached as the service's role, and a Greenhouse over HTTP.
type stage struct {
	db  *storetest.DB
	sim *greenhousesim.Sim
	env map[string]string
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{db: storetest.NewDB(t), sim: greenhousesim.New(greenhousesim.Config{})}
	s.sim.AddAccount(greenhousesim.Account{
		Name: "acme", Key: acmeKey,
		Users:         []greenhousesim.User{{Email: "lee@acme.example", Name: "Lee Doe"}, {Email: "ron@acme.example", Name: "Ron Weasley"}},
		Jobs:          []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Designer"}},
		ProspectPools: []greenhousesim.ProspectPool{{ID: 5, Name: "Interviewed", Stages: []greenhousesim.PoolStage{{ID: 51, Name: "New"}}}},
	})
	s.sim.AddAccount(greenhousesim.Account{Name: "globex", Key: globexKey, Users: []greenhousesim.User{{Email: "sam@globex.example", Name: "Sam Roe"}}})
	server := httptest.NewServer(s.sim)
	t.Cleanup(func() {
		s.sim.Close()
		server.Close()
	})
	keyset, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	s.exec(t, `
		CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_notify(''test_change'', ''''); RETURN NULL; END';
		GRANT USAGE ON SCHEMA public TO PUBLIC;
		CREATE TRIGGER tell AFTER INSERT OR UPDATE ON ghexport.exports FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		CREATE TRIGGER tell AFTER INSERT OR UPDATE ON ghexport.rejected FOR EACH STATEMENT EXECUTE FUNCTION public.tell()`)
	s.env = map[string]string{
		"DATABASE_URL":        s.db.ServiceURL,
		"GREENHOUSE_BASE_URL": server.URL,
		"GHEXPORT_KEYSET":     keyset,
		"GHEXPORT_HTTP_ADDR":  "127.0.0.1:0",
		"GHEXPORT_ACTOR":      "on-call",
		"NO_PROXY":            "127.0.0.1",
	}
	return s
}

// ghexport runs a command within this process, and returns its exit code and what it wrote.
func (s *stage) ghexport(t testing.TB, in string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(t.Context(), args, strings.NewReader(in), &stdout, &stderr, maps.Clone(s.env))
	return code, stdout.String(), stderr.String()
}

// exec runs statements as the database's owner.
func (s *stage) exec(t testing.TB, statements string) {
	t.Helper()
	require.NoError(t, s.execErr(t.Context(), statements))
}

func (s *stage) execErr(ctx context.Context, statements string) error {
	conn, err := pgx.Connect(ctx, s.db.URL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statements)
	return err
}

// await returns when a query gives a row, asked again at each change of an export.
func (s *stage) await(ctx context.Context, what, query string, args ...any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%s did not come within %s", what, patience))
	defer cancel()
	conn, err := pgx.Connect(ctx, s.db.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN test_change"); err != nil {
		return err
	}
	for {
		var there bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS ("+query+")", args...).Scan(&there); err != nil || there {
			return err
		}
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}

func (s *stage) awaitState(ctx context.Context, interview, state string) error {
	return s.await(ctx, interview+" "+state, "SELECT FROM ghexport.exports WHERE interview_id = $1 AND state = $2", interview, state)
}

// emptyDatabase makes a database that has no schema of ours, and drops it when the test ends.
func (s *stage) emptyDatabase(t testing.TB) string {
	t.Helper()
	ctx := context.Background() // the clean-up comes after the test's own context
	u, err := url.Parse(s.db.AdminURL)
	require.NoError(t, err)
	name := s.db.Name + "_empty"
	admin, err := pgx.Connect(ctx, s.db.AdminURL)
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
		require.NoError(t, err)
		require.NoError(t, admin.Close(ctx))
	})
	u.Path = "/" + name
	return u.String()
}
