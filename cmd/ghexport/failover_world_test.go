package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// failover is a world whose database moves from one server to another under its nodes and producers: all reach it by one address,
// which leads to the primary of the moment.
type failover struct {
	*world
	*stage
	leads atomic.Pointer[string] // host:port of the primary
}

// failoverServer is a Postgres of the test's own. It is killed and never loses power, so nothing needs to be synced.
func failoverServer(t *testing.T, archive bool) *storetest.Server {
	t.Helper()
	server, err := storetest.Start(t.Context(), storetest.ServerConfig{Archive: archive})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return server
}

// newFailover is one of a company without a backlog, whose user may read its candidates.
func newFailover(t *testing.T, server *storetest.Server) *failover {
	t.Helper()
	w := &failover{world: newWorldOn(t, server, "world", 1, 0)}
	reader := greenhousesim.User{Email: "lee@acme.example", Name: "Lee Doe", CanManageUnattachedProspects: true}
	w.world.sim.AddAccount(greenhousesim.Account{Name: "org-00", Key: "ingestion-key-of-00", Users: []greenhousesim.User{reader}})
	w.leadTo(t, server)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() }) //nolint:errcheck // nobody is left
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.pass(conn)
		}
	}()
	host := listener.Addr().String()
	w.ownerURL, w.world.env["DATABASE_URL"] = at(t, w.ownerURL, host), at(t, w.world.env["DATABASE_URL"], host)
	w.stage = &stage{db: &storetest.DB{URL: w.ownerURL}, sim: w.world.sim, env: w.world.env}
	return w
}

// at is an address of a database with another host and port.
func at(t *testing.T, address, host string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.Host = host
	return u.String()
}

// leadTo has the address lead to a server from now on. Connections that are open stay where they are, until their server ends.
func (w *failover) leadTo(t *testing.T, server *storetest.Server) {
	t.Helper()
	u, err := url.Parse(server.URL("postgres"))
	require.NoError(t, err)
	w.leads.Store(&u.Host)
	w.server = server
}

// pass passes on what two sides say until one of them ends.
func (w *failover) pass(in net.Conn) {
	defer in.Close() //nolint:errcheck // it may be closed
	out, err := net.Dial("tcp4", *w.leads.Load())
	if err != nil {
		return // as where nobody listens
	}
	defer out.Close() //nolint:errcheck // likewise
	over := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		go func() {
			io.Copy(way[0], way[1]) //nolint:errcheck // how it ended is the sides' own
			over <- struct{}{}
		}()
	}
	<-over
}

// admin runs a statement of the superuser's at a server.
func admin(t *testing.T, server *storetest.Server, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err, statement)
}

// holds waits until a query is true at a server.
func holds(t *testing.T, server *storetest.Server, what, query string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL("postgres"))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	until(t, what, func() (is bool) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT EXISTS ("+query+")").Scan(&is))
		return is
	})
}

// standby makes a standby of the present primary.
func (w *failover) standby(t *testing.T) *storetest.Server {
	t.Helper()
	standby, err := w.server.Standby(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, standby.Stop()) })
	return standby
}

// failsOver kills the primary, promotes the standby and leads everybody to it.
func (w *failover) failsOver(t *testing.T, standby *storetest.Server) {
	t.Helper()
	w.server.StopImmediate()
	require.NoError(t, standby.Promote(t.Context()))
	w.leadTo(t, standby)
}

// produce commits results one after the other, each again until its commit was acknowledged, and says when all were.
func (w *failover) produce(ctx context.Context, prefix string, n int) (done <-chan struct{}) {
	all := make(chan struct{})
	go func() {
		defer close(all)
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for _, id := range names(prefix, n) {
			for ctx.Err() == nil && w.hand(ctx, id) != nil {
				select { // the database is away
				case <-again.C:
				case <-ctx.Done():
				}
			}
		}
	}()
	return all
}

// hand commits one result in a connection of its own.
func (w *failover) hand(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, w.ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	message, err := json.Marshal(result("org-00", id))
	if err == nil {
		_, err = conn.Exec(ctx, "SELECT ghexport.enqueue($1)", string(message))
	}
	return err
}

// hands commits results, all of them.
func (w *failover) hands(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		require.NoError(t, w.hand(t.Context(), id))
	}
}

// inGreenhouse are the interviews whose candidates were created there, each once.
func (w *failover) inGreenhouse(t *testing.T) (interviews []string) {
	t.Helper()
	for _, c := range w.world.sim.Candidates("") {
		interview := strings.TrimPrefix(c.ExternalID, "c_")
		assert.NotContains(t, interviews, interview, "created more than once")
		interviews = append(interviews, interview)
	}
	slices.Sort(interviews)
	return interviews
}

// reconciles runs `ghexport reconcile`, which finds nothing, or what may have been sent already.
func (w *failover) reconciles(t *testing.T, since string) (found reconciliation) {
	t.Helper()
	code, out, errOut := w.ghexport(t, "", "reconcile", "--since", since, "--json")
	require.NoError(t, json.Unmarshal([]byte(out), &found), "%s%s", out, errOut)
	assert.Empty(t, found.Unasked)
	assert.Empty(t, found.Unseen, "what the ledger says was sent is there")
	if len(found.MaybeSent) == 0 {
		assert.Zero(t, code, errOut)
	} else {
		assert.Equal(t, exitFailed, code)
	}
	return found
}

// look looks each of what may have been sent up in Greenhouse, and discards what is there, as restore.md says. It returns whom it found.
func (w *failover) look(t *testing.T, found reconciliation) (discarded []string) {
	t.Helper()
	there := w.inGreenhouse(t)
	args := []string{"discard", "--yes", "--reason", "in Greenhouse already"}
	for _, one := range found.MaybeSent {
		if slices.Contains(there, one.InterviewID) {
			require.NotNil(t, one.ID, "%s is no export yet", one.InterviewID)
			args = append(args, fmt.Sprint(*one.ID))
			discarded = append(discarded, one.InterviewID)
		}
	}
	w.must(t, "", args...)
	slices.Sort(discarded)
	return discarded
}

// guarded waits until the guard has stopped everything, and whatever was in flight is over and folded.
func (w *failover) guarded(t *testing.T, why string) {
	t.Helper()
	until(t, "the guard's stop", func() bool {
		var is bool
		err := w.pool(t).QueryRow(t.Context(), "SELECT stopped_by = 'ghexport' FROM ghexport.control WHERE stopped_at IS NOT NULL").Scan(&is)
		return err == nil && is
	})
	until(t, "what was in flight", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE job_id IS NOT NULL") == 0 })
	until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.outbox") == 0 })
	require.NoError(t, w.world.sim.WaitForAnswers(t.Context(), w.world.sim.CountRequests()), "what Greenhouse was asked before")
	code, out, _ := w.ghexport(t, "", "health")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, strings.Join(strings.Fields(out), " "), why)
}

// resumes says that the ledger was compared, and waits until all that was not discarded is sent.
func (w *failover) resumes(t *testing.T, since string) {
	t.Helper()
	w.must(t, "", "resume", "--all", "--since", since, "--yes", "--reason", "restored, compared")
	until(t, "what waited", func() bool {
		return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state NOT IN ('sent', 'cancelled')") == 0
	})
	assert.Empty(t, w.reconciles(t, since).MaybeSent)
}

// serve starts a node with settings of its own, which goes on from one server to the next.
func (w *failover) serve(t *testing.T, settings ...string) *process {
	t.Helper()
	env := maps.Clone(w.world.env)
	for i := 0; i < len(settings); i += 2 {
		env[settings[i]] = settings[i+1]
	}
	return serveProcess(t, env)
}
