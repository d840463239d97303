package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// patience bounds every wait of these tests; what was awaited is in the message.
const patience = 30 * time.Second

// rig is the whole pipeline on real parts: a database of its own, the store as the service's role, the simulator over HTTP.
type rig struct {
	t        *testing.T
	db       *storetest.DB
	store    *store.Store
	keyset   *seal.Keyset
	digests  *seal.Digests
	sim      *greenhousesim.Sim
	server   *httptest.Server
	producer *pgx.Conn
	watch    *pgx.Conn // hears every change of an export
	logs     *observer.ObservedLogs
	log      *zap.Logger
}

const rigVersion = "v1.2.3"

const createdBy = "recruiting@acme.example"

func newRig(t *testing.T) *rig {
	t.Helper()
	ctx := t.Context()
	r := &rig{t: t, db: storetest.NewDB(t)}
	core, logs := observer.New(zap.DebugLevel)
	r.logs, r.log = logs, zap.New(core)
	var err error
	r.store, err = store.Open(ctx, store.Config{URL: r.db.ServiceURL, Version: rigVersion})
	require.NoError(t, err)
	t.Cleanup(r.store.Close)
	keys, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	r.keyset, err = seal.ParseKeyset(keys)
	require.NoError(t, err)
	r.digests, err = keyring.In(r.store).Digests(ctx, r.keyset)
	require.NoError(t, err)
	r.sim = greenhousesim.New(greenhousesim.Config{})
	r.server = httptest.NewServer(http.StripPrefix("/mounted", r.sim))
	t.Cleanup(func() {
		r.sim.Close()
		r.server.Close()
	})
	r.producer = connect(t, r.db.Role(t, rights.GrantProducer))
	r.watch = connect(t, r.db.URL)
	_, err = r.watch.Exec(ctx, `
		CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_notify(''test_change'', ''''); RETURN NULL; END';
		GRANT USAGE ON SCHEMA public TO PUBLIC;
		CREATE TRIGGER tell AFTER INSERT OR UPDATE ON ghexport.exports FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		CREATE TRIGGER tell AFTER UPDATE ON ghexport.integrations FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		CREATE TRIGGER tell AFTER INSERT OR UPDATE ON ghexport.river_job FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		CREATE TRIGGER tell AFTER UPDATE ON ghexport.runs FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		CREATE TRIGGER tell AFTER INSERT OR DELETE ON ghexport.outbox FOR EACH STATEMENT EXECUTE FUNCTION public.tell();
		LISTEN test_change`)
	require.NoError(t, err)
	return r
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) }) // the test's own context has ended
	return conn
}

// company connects an org with a key of its own at the simulator.
func (r *rig) company(org string, edit ...func(*greenhousesim.Account)) string {
	r.t.Helper()
	key := "key-of-" + org + "-" + seal.Last5(fmt.Sprint(time.Now().UnixNano()))
	account := greenhousesim.Account{Name: org, Key: key, Users: []greenhousesim.User{{Email: createdBy, Name: "Ron Weasley"}}}
	for _, f := range edit {
		f(&account)
	}
	r.sim.AddAccount(account)
	sealed, err := r.keyset.Seal(org, []byte(key))
	require.NoError(r.t, err)
	_, err = r.store.Connect(r.t.Context(), store.Connect{
		OrgID: org, SealedKey: sealed, KeyDigest: r.digests.Key(key), KeyLast5: seal.Last5(key), CreatedBy: createdBy,
		CreatedByName: "Ron Weasley", Tested: true, Enable: true, Waiting: store.WaitingSend,
	}, store.By{Actor: "test", Reason: "test"})
	require.NoError(r.t, err)
	return key
}

// node is one `serve`: a relay and workers.
type node struct {
	relay  *relay.Relay
	worker *Worker
	stop   func()
}

func (r *rig) start(edit ...func(*Config, *relay.Relay)) *node {
	r.t.Helper()
	c := Config{
		Store: r.store, Greenhouse: &greenhouse.Client{BaseURL: r.server.URL + "/mounted"}, Keyset: r.keyset, Log: r.log,
		JobTimeout: 6 * time.Second, ShutdownTimeout: 8 * time.Second, Workers: 32,
	}
	rl := relay.New(relay.Relay{Store: r.store, Digests: r.digests, Log: r.log, Poll: time.Minute})
	for _, f := range edit {
		f(&c, rl)
	}
	c.Relay = rl
	w, err := New(c)
	require.NoError(r.t, err)
	rl.Probe, rl.Track, rl.Notify = w.Probe, w.Track, w.Notify
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { rl.Run(ctx) })
	running.Go(func() {
		if err := w.Run(ctx); err != nil {
			r.t.Errorf("worker: %v", err)
		}
	})
	n := &node{relay: rl, worker: w, stop: sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})}
	r.t.Cleanup(n.stop)
	return n
}

type object = map[string]any

// result is a message of a successful interview; edits change it.
func result(org, interview string, edit ...func(object)) object {
	m := object{
		"schema_version": 1, "org_id": org, "interview_id": interview, "version": 1,
		"interviewed_at": "2017-09-28T17:00:00Z", "time_zone": "America/Los_Angeles",
		"interviewer":          object{"name": "Interviewer Name", "email": "lee@acme.example"},
		"interviewer_advances": true, "candidate_continues": true,
		"candidate": object{
			"id": "cand_" + interview, "full_name": "Ada King Lovelace", "email": interview + "@example.com",
			"linkedin": "https://www.linkedin.com/in/ada",
		},
		"scores":            object{"technical_skills": 4, "communication_skills": 3, "problem_solving_ability": 3},
		"freeform_feedback": "Really good overall!",
	}
	for _, f := range edit {
		f(m)
	}
	return m
}

func set(key string, value any) func(object) { return func(m object) { m[key] = value } }

func ofCandidate(id, email string) func(object) {
	return func(m object) {
		m["candidate"].(object)["id"] = id
		m["candidate"].(object)["email"] = email
	}
}

// enqueue commits messages as a producer does, one transaction each.
func (r *rig) enqueue(messages ...object) {
	r.t.Helper()
	for _, m := range messages {
		text, err := json.Marshal(m)
		require.NoError(r.t, err)
		_, err = r.producer.Exec(r.t.Context(), "SELECT ghexport.enqueue($1)", string(text))
		require.NoError(r.t, err)
	}
}

// row holds what tests look at of an export.
type row struct {
	ID           int64
	State, Cause string
	Detail       string
	Flags        []string
	Attempts     int
	JobID        *int64
	DueAt        *time.Time
	CandidateID  *int64
	ProfileURL   *string
	Version      int64
	JobState     string
	JobErrors    string
}

func (r *rig) export(interview string) (row, bool) {
	r.t.Helper()
	rows, err := r.watch.Query(r.t.Context(), `
		SELECT e.id, e.state, coalesce(e.cause, ''), coalesce(e.detail, ''), e.flags, e.attempts, e.job_id, e.due_at,
		       e.greenhouse_candidate_id, e.profile_url, e.version,
		       coalesce((SELECT j.state::text FROM ghexport.river_job j WHERE j.kind = 'export' AND j.args ->> 'export_id' = e.id::text
		                  ORDER BY j.id DESC LIMIT 1), ''),
		       coalesce((SELECT array_to_string(j.errors, ' ') FROM ghexport.river_job j WHERE j.kind = 'export' AND j.args ->> 'export_id' = e.id::text
		                  ORDER BY j.id DESC LIMIT 1), '')
		  FROM ghexport.exports e WHERE e.interview_id = $1`, interview)
	require.NoError(r.t, err)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	require.NoError(r.t, err)
	if len(found) == 0 {
		return row{}, false
	}
	return found[0], true
}

// until waits, change by change, for an export to be as wanted.
func (r *rig) until(interview, what string, as func(row) bool) row {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		e, ok := r.export(interview)
		if ok && as(e) {
			return e
		}
		if _, err := r.watch.WaitForNotification(ctx); err != nil {
			require.Failf(r.t, "waited too long", "for %s to be %s; it is %+v; log: %s", interview, what, e, r.said())
		}
	}
}

func (r *rig) state(interview string, states ...string) row {
	r.t.Helper()
	return r.until(interview, fmt.Sprint(states), func(e row) bool { return slices.Contains(states, e.State) })
}

// quiet waits until nothing is left to do: the outbox is empty, nothing is due now, queued or sending.
func (r *rig) quiet() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		var left int
		err := r.watch.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM ghexport.outbox)
			     + (SELECT count(*) FROM ghexport.exports WHERE state IN ('queued', 'sending') OR due_at <= clock_timestamp())`).Scan(&left)
		require.NoError(r.t, err)
		if left == 0 {
			return
		}
		_, err = r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "%d still to do; log: %s", left, r.said())
	}
}

func (r *rig) sql(query string, args ...any) {
	r.t.Helper()
	_, err := r.watch.Exec(r.t.Context(), query, args...)
	require.NoError(r.t, err)
}

func (r *rig) said() string {
	text := ""
	all := r.logs.All()
	for _, entry := range all[max(0, len(all)-30):] {
		text += fmt.Sprintln(entry.Message, entry.ContextMap())
	}
	return text
}

func newToken() uuid.UUID { return uuid.New() }
