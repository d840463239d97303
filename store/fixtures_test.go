package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

var kim = store.By{Actor: "kim", Reason: "on call"}

// db is a store in the service's role on a migrated database of the test's own, with what tests put into it.
type db struct {
	*store.Store
	test *storetest.DB
	t    testing.TB
}

func setup(t testing.TB) *db {
	t.Helper()
	fresh := storetest.NewDB(t)
	st, err := store.Open(t.Context(), store.Config{URL: fresh.ServiceURL, MaxConns: 8})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	return &db{Store: st, test: fresh, t: t}
}

func (d *db) exec(sql string, args ...any) {
	d.t.Helper()
	_, err := d.Pool.Exec(d.t.Context(), sql, args...)
	require.NoError(d.t, err)
}

// count runs a statement that counts.
func (d *db) count(sql string, args ...any) int {
	d.t.Helper()
	return one[int](d, sql, args...)
}

func one[T any](d *db, sql string, args ...any) T {
	d.t.Helper()
	rows, err := d.Pool.Query(d.t.Context(), sql, args...)
	require.NoError(d.t, err)
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(d.t, err)
	return value
}

// company connects a company with a tested key and turns it on.
func (d *db) company(org string) {
	d.t.Helper()
	_, err := d.Connect(d.t.Context(), connected(org), kim)
	require.NoError(d.t, err)
}

func connected(org string) store.Connect {
	return store.Connect{
		OrgID: org, SealedKey: []byte("sealed " + org), KeyDigest: []byte("digest " + org), KeyLast5: "12345",
		CreatedBy: "mia@" + org + ".example", CreatedByName: "Mia", CreatedByID: 7, Tested: true, Enable: true, Waiting: store.WaitingSend,
	}
}

// fixture is an export as a test wants it; zero fields take defaults.
type fixture struct {
	Org       string // "acme"
	Interview string // numbered
	State     ledger.State
	Cause     ledger.Cause
	Detail    string
	Flags     []string
	NoBody    bool
	Blocked   bool          // pending: waits for a sibling
	DueIn     time.Duration // pending: due that much later
	Candidate string        // one per export when empty
}

// export puts a row into the ledger and returns its id. Every column is as the service would have it in that state.
func (d *db) export(f fixture) int64 {
	d.t.Helper()
	if f.Org == "" {
		f.Org = "acme"
	}
	n := d.count("SELECT count(*) FROM ghexport.exports")
	if f.Interview == "" {
		f.Interview = fmt.Sprintf("iv_%d", n)
	}
	if f.Candidate == "" {
		f.Candidate = fmt.Sprintf("cand_%d", n)
	}
	if f.Flags == nil {
		f.Flags = []string{}
	}
	var body *int64
	if !f.NoBody && f.State != ledger.StateIneligible {
		id := one[int64](d, `
			INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
			VALUES ($1, $2, 'Ada', 'Lovelace', 'ada@example.com', 'the note', 1) RETURNING id`, f.Org, f.Interview)
		body = &id
	}
	return one[int64](d, `
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, detail, flags,
		       interviewed_at, interviewer_advances, candidate_continues, practice, body_id, candidate_digest, email_digest, due_at,
		       blocked_at, attention_at, job_id, attempt, attempt_started_at, deadline, job_timeout, attempts, failures, first_failed_at,
		       sent_at, committed_at)
		SELECT $1, $2, $3, 5, '\x00', $4, nullif($5, ''), nullif($6, ''), $7, now(), $4 <> 'ineligible', true, false, $8,
		       convert_to($3, 'UTF8'), convert_to($3 || '@', 'UTF8'),
		       CASE WHEN $4 = 'pending' AND NOT $9 THEN now() + $10::interval END,
		       CASE WHEN $4 = 'pending' AND $9 OR $4 = 'duplicate' THEN now() END,
		       CASE WHEN $4 IN ('dead', 'unknown', 'duplicate') THEN now() END,
		       CASE WHEN $4 IN ('queued', 'sending') THEN 99 END,
		       a.token, CASE WHEN a.token IS NOT NULL THEN now() - interval '10 minutes' END,
		       CASE WHEN $4 = 'sending' THEN now() + interval '30 s' END, CASE WHEN a.token IS NOT NULL THEN interval '30 s' END,
		       (a.token IS NOT NULL)::int, CASE WHEN $4 = 'dead' THEN 3 ELSE 0 END, CASE WHEN $4 = 'dead' THEN now() END,
		       CASE WHEN $4 = 'sent' THEN now() END, now()
		  FROM (SELECT CASE WHEN $4 IN ('sending', 'unknown', 'sent', 'dead') THEN gen_random_uuid() END AS token) a
		RETURNING id`,
		f.Org, f.Interview, f.Candidate, string(f.State), string(f.Cause), f.Detail, f.Flags, body, f.Blocked, f.DueIn)
}

// silent writes the attempts row of an unknown export as the sweep does, for an attempt that began some time ago.
func (d *db) silent(export int64, began time.Duration) {
	d.t.Helper()
	d.exec("UPDATE ghexport.exports SET attempt_started_at = clock_timestamp() - $2::interval WHERE id = $1", export, began)
	d.exec(`
		INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause, silent)
		SELECT attempt, id, 1, attempt_started_at, now(), 'unknown', 'outcome.unknown', true FROM ghexport.exports WHERE id = $1`, export)
}

// setAside keeps a message aside for an export, as a fold does.
func (d *db) setAside(export, version int64) {
	d.t.Helper()
	d.exec(`INSERT INTO ghexport.aside (export_id, version, schema_version, message, enqueued_at)
	        VALUES ($1, $2, 1, '{"kept": "aside"}', now())`, export, version)
}

// message puts a message into the outbox without asking whether it is a good one.
func (d *db) message(org, interview string, version int64, advances, continues bool) int64 {
	d.t.Helper()
	return one[int64](d, `
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT $1, $2, $3, 1, jsonb_build_object('org_id', $1::text, 'interview_id', $2::text, 'version', $3::bigint,
		       'interviewed_at', '2017-09-28T17:00:00Z', 'interviewer_advances', $4::boolean, 'candidate_continues', $5::boolean,
		       'candidate', jsonb_build_object('id', 'cand ' || $2::text, 'email', 'ada@example.com'))
		RETURNING id`, org, interview, version, advances, continues)
}

// standings holds what the tests of verbs look at.
type standings struct {
	State     ledger.State
	Cause     *string
	Due       bool
	Blocked   bool
	Attention bool
	Lane      int
	Failures  int
	Clock     bool // first_failed_at is set
	Flags     []string
}

func (d *db) ledger(id int64) standings {
	d.t.Helper()
	rows, err := d.Pool.Query(d.t.Context(), `
		SELECT state, cause, due_at <= clock_timestamp() IS TRUE, blocked_at IS NOT NULL, attention_at IS NOT NULL, lane, failures,
		       first_failed_at IS NOT NULL, flags
		  FROM ghexport.exports WHERE id = $1`, id)
	require.NoError(d.t, err)
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[standings])
	require.NoError(d.t, err)
	return l
}

// wakes runs do and requires that the relay is woken by it.
func (d *db) wakes(do func()) {
	d.t.Helper()
	l, err := d.Listen(d.t.Context())
	require.NoError(d.t, err)
	defer l.Close()
	do()
	ctx, cancel := context.WithTimeout(d.t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(d.t, l.Wait(ctx), "the relay was not woken")
}

func ids(list ...int64) store.Request {
	return store.Request{Filter: store.Filter{IDs: list}, By: kim}
}

func text(s string) *string { return &s }
