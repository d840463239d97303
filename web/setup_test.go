package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"golang.org/x/crypto/bcrypt"
	"riverqueue.com/riverui"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
	"github.com/interviewing-io/greenhouse-export/web/metrics"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// password is everybody's in these tests.
const password = "correct horse"

// site is a console on a database of the test's own, with River's own UI in it and a clock that the test turns.
type site struct {
	t       *testing.T
	handler http.Handler
	store   *store.Store
	river   *river.Client[pgx.Tx]
	sim     *greenhousesim.Sim // set by greenhouse(), with what speaks to it
	speaks  *connections.Connections
	works   *worker.Worker // set by start()
	hash    string
	config  web.Config

	registry *prometheus.Registry // what /metrics serves

	mu     sync.Mutex
	now    time.Time
	waited time.Duration // by logins that were slowed down
}

func setup(t *testing.T, change ...func(*web.Config)) *site {
	t.Helper()
	test := storetest.NewDB(t)
	st, err := store.Open(t.Context(), store.Config{URL: test.ServiceURL, MaxConns: 4})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	s := &site{t: t, store: st, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	s.hash = string(hash)
	c := web.Config{
		Users:      "val:" + s.hash + ":viewer, kim:" + s.hash + ":oncall,ada:" + s.hash + ":admin",
		OIDC:       auth.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "x", ClientSecret: "x", Roles: "groups:sre=oncall"}, // nobody answers there
		LinkSecret: linkSecret, PublicURL: "http://example.com", Store: st, RiverUI: s.riverUI(), Ready: func(context.Context) error { return nil }, Version: "test", Now: s.clock, Wait: s.slow,
	}
	s.registry = prometheus.NewRegistry()
	c.Metrics = metrics.Handler(s.registry, st, "test", zap.NewNop())
	c.Greenhouse = s.greenhouse()
	c.Hooks = &hooks.Door{
		Secrets: hooks.Secrets{Store: st, Keyset: s.speaks.Keyset}, Digests: s.speaks.Digests, Log: zap.NewNop(), Count: hooks.Received(s.registry),
	}
	for _, f := range change {
		f(&c)
	}
	s.config = c
	s.handler, err = web.New(c)
	require.NoError(t, err)
	return s
}

// node is another process behind the same address: the same database and clock, and the same settings where none is changed.
func (s *site) node(change ...func(*web.Config)) *site {
	s.t.Helper()
	c := s.config
	for _, f := range change {
		f(&c)
	}
	c.Now, c.Wait = s.clock, s.slow
	handler, err := web.New(c)
	require.NoError(s.t, err)
	return &site{t: s.t, handler: handler, store: s.store, river: s.river, hash: s.hash, sim: s.sim, speaks: s.speaks, config: c, now: s.clock()}
}

func (s *site) riverUI() http.Handler {
	s.t.Helper()
	client, err := river.NewClient(riverpgxv5.New(s.store.Pool), &river.Config{Schema: "ghexport"})
	require.NoError(s.t, err)
	s.river = client
	quiet := slog.New(slog.DiscardHandler)
	ui, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: riverui.NewEndpoints(client, nil), Logger: quiet, Prefix: "/river"})
	require.NoError(s.t, err)
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	require.NoError(s.t, ui.Start(ctx))
	return ui
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// slow lets no time pass but on the test's clock.
func (s *site) slow(_ context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now, s.waited = s.now.Add(d), s.waited+d
	return nil
}

func (s *site) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// Answer is what came back.
type answer struct {
	*http.Response
	body string
}

// ask sends a request as a browser on the console's own pages would; change it to send another.
func (s *site) ask(method, path, body string, change ...func(*http.Request)) answer {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r.WithContext(s.t.Context()))
	text, err := io.ReadAll(w.Result().Body)
	require.NoError(s.t, err)
	a := answer{Response: w.Result(), body: strings.ReplaceAll(string(text), "<wbr>", "")}
	s.hold(r, body, a)
	return a
}

// Logins fills the form in.
func (s *site) login(name, password, next string, change ...func(*http.Request)) answer {
	s.t.Helper()
	form := url.Values{"name": {name}, "password": {password}, "next": {next}}
	return s.ask("POST", "/login", form.Encode(), append([]func(*http.Request){func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}}, change...)...)
}

// as logs somebody in and returns what makes a request theirs.
func (s *site) as(name string) func(*http.Request) {
	s.t.Helper()
	a := s.login(name, password, "/")
	require.Equal(s.t, http.StatusSeeOther, a.StatusCode, a.body)
	require.Len(s.t, a.Cookies(), 1)
	return func(r *http.Request) { r.AddCookie(a.Cookies()[0]) }
}

// script makes a request one that no browser sent.
func script(name, password string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Accept", "*/*")
		r.SetBasicAuth(name, password)
	}
}

// export puts a row into the ledger.
func (s *site) export(org, interview string, state ledger.State, cause ledger.Cause) int64 {
	s.t.Helper()
	var id int64
	err := s.store.Pool.QueryRow(s.t.Context(), `
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at,
		       interviewer_advances, candidate_continues, practice, due_at, blocked_at, attention_at, attempts, sent_at, profile_url,
		       greenhouse_candidate_id, committed_at)
		VALUES ($1, $2, 'cand_' || $2, 5, '\x00', $3, nullif($4, ''), now(), true, true, false,
		        CASE WHEN $3 = 'pending' THEN now() - interval '3 minutes' END,
		        CASE WHEN $3 = 'duplicate' THEN now() END,
		        CASE WHEN $3 IN ('dead', 'unknown', 'duplicate') THEN now() END, 1,
		        CASE WHEN $3 = 'sent' THEN now() END,
		        CASE WHEN $3 = 'sent' THEN 'https://app.greenhouse.io/people/7' END, CASE WHEN $3 = 'sent' THEN 7 END, now())
		RETURNING id`, org, interview, string(state), string(cause)).Scan(&id)
	require.NoError(s.t, err)
	return id
}

func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.store.Pool.Exec(s.t.Context(), sql, args...)
	require.NoError(s.t, err)
}

// job inserts a River job that runs an export, and ends it as a dead letter's does.
func (s *site) job(export int64) int64 {
	s.t.Helper()
	job, err := s.river.Insert(s.t.Context(), jobs.ExportArgs{ExportID: export}, &river.InsertOpts{MaxAttempts: 1})
	require.NoError(s.t, err)
	s.exec("UPDATE ghexport.river_job SET state = 'discarded', finalized_at = now(), attempt = 1, attempted_at = now() WHERE id = $1", job.Job.ID)
	return job.Job.ID
}

// probe inserts a River job that is no export's.
func (s *site) probe() int64 {
	s.t.Helper()
	job, err := s.river.Insert(s.t.Context(), jobs.ProbeArgs{OrgID: "acme"}, nil)
	require.NoError(s.t, err)
	return job.Job.ID
}

// jobState is River's state of a job, empty once it is deleted.
func (s *site) jobState(id int64) string {
	s.t.Helper()
	var state string
	err := s.store.Pool.QueryRow(s.t.Context(), "SELECT coalesce(max(state::text), '') FROM ghexport.river_job WHERE id = $1", id).Scan(&state)
	require.NoError(s.t, err)
	return state
}

func idsBody(ids ...int64) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = fmt.Sprintf("%q", fmt.Sprint(id)) // as River UI writes them
	}
	return `{"ids":[` + strings.Join(quoted, ",") + `]}`
}
