package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// docEdit changes a producer's message.
type docEdit = func(message map[string]any)

// result is a message of a successful interview, whose candidate is nobody else's, as changed by the edits.
func result(org, interview string, edits ...docEdit) map[string]any {
	m := map[string]any{
		"schema_version": 1, "org_id": org, "interview_id": interview, "version": 1, "interviewed_at": "2026-01-01T12:00:00Z",
		"interviewer_advances": true, "candidate_continues": true,
		"candidate": map[string]any{"id": "c_" + interview, "full_name": "Ada Lovelace", "email": emailOf(interview)},
	}
	for _, change := range edits {
		change(m)
	}
	return m
}

func emailOf(interview string) string { return interview + "@example.com" }

func with(field string, value any) docEdit { return func(m map[string]any) { m[field] = value } }

func sameCandidate(interview string) docEdit {
	return with("candidate", map[string]any{"id": "c_" + interview, "full_name": "Ada Lovelace", "email": emailOf(interview)})
}

// jsonLines are messages as a producer's file has them.
func jsonLines(t testing.TB, messages ...map[string]any) string {
	t.Helper()
	var out strings.Builder
	for _, message := range messages {
		line, err := json.Marshal(message)
		require.NoError(t, err)
		out.Write(append(line, '\n'))
	}
	return out.String()
}

func (s *stage) enqueue(t testing.TB, messages ...map[string]any) {
	t.Helper()
	s.must(t, jsonLines(t, messages...), "enqueue", "-")
}

// must runs a command that has to succeed, within this process.
func (s *stage) must(t testing.TB, in string, args ...string) string {
	t.Helper()
	code, out, errOut := s.ghexport(t, in, args...)
	require.Zero(t, code, "%v: %s%s", args, out, errOut)
	return out
}

// connect connects acme or globex as their admins would, and turns them on.
func (s *stage) connect(t testing.TB, orgs ...string) {
	t.Helper()
	keys := map[string]string{"acme": acmeKey, "globex": globexKey}
	users := map[string]string{"acme": acmeUser, "globex": "sam@globex.example"}
	for _, org := range orgs {
		s.must(t, keys[org], "org", "connect", org, "--created-by", users[org], "--enable")
	}
}

const acmeUser = "lee@acme.example"

// running has a service at work, until the test ends or until it is told to stop.
func (s *stage) running(t *testing.T) *serving {
	t.Helper()
	v := s.serve(t, "--no-console")
	t.Cleanup(func() { v.quit(t) })
	return v
}

// quit ends it as SIGTERM does. It may be called twice.
func (v *serving) quit(t *testing.T) {
	t.Helper()
	v.once.Do(func() {
		v.stop()
		v.end(t)
	})
}

// reaches waits until interviews are in a state.
func (s *stage) reaches(t testing.TB, state string, interviews ...string) {
	t.Helper()
	for _, interview := range interviews {
		require.NoError(t, s.awaitState(t.Context(), interview, state))
	}
}

// waitsBecause waits until an interview's export is pending for a cause, its own or its company's.
func (s *stage) waitsBecause(t testing.TB, interview, cause string) {
	t.Helper()
	require.NoError(t, s.await(t.Context(), interview+" waiting because of "+cause,
		"SELECT FROM ghexport.exports WHERE interview_id = $1 AND state = 'pending' AND coalesce(ghexport.held(org_id), cause) = $2", interview, cause))
}

// number is an interview's export, as people type it.
func (s *stage) number(t testing.TB, interview string) string {
	t.Helper()
	return strconv.FormatInt(one[int64](t, s, "SELECT id FROM ghexport.exports WHERE interview_id = $1", interview), 10)
}

// one reads one value as the database's owner.
func one[T any](t testing.TB, s *stage, query string, args ...any) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.db.URL)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	require.NoError(t, conn.QueryRow(t.Context(), query, args...).Scan(&value))
	return value
}

// hoursLater lets what waits for a moment in the future have it now, budgets and looks included.
func (s *stage) hoursLater(t testing.TB) {
	t.Helper()
	s.exec(t, `
		UPDATE ghexport.budgets SET blocked_until = NULL;
		UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at > clock_timestamp();
		UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE probe_at > clock_timestamp()`)
}

// failedForThreeDays moves all that happened to failing exports so far into the past.
func (s *stage) failedForThreeDays(t testing.TB, interviews ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.db.URL)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for _, statement := range []string{
		"UPDATE ghexport.control SET released_at = released_at - interval '4 days' WHERE $1::text[] IS NOT NULL",
		"UPDATE ghexport.integrations SET released_at = released_at - interval '4 days' WHERE $1::text[] IS NOT NULL",
		"UPDATE ghexport.exports SET first_failed_at = first_failed_at - interval '73 hours' WHERE interview_id = ANY ($1)",
	} {
		_, err := conn.Exec(t.Context(), statement, interviews)
		require.NoError(t, err)
	}
}

// profile is the address under which Greenhouse shows an interview's candidate.
func (s *stage) profile(t testing.TB, interview string) string {
	t.Helper()
	for _, c := range s.sim.Candidates("") {
		if c.ExternalID == "c_"+interview {
			return c.ProfileURL
		}
	}
	require.Failf(t, "not in Greenhouse", "the candidate of %s", interview)
	return ""
}

// nothingLostOrDoubled is the conservation law: each committed interview is in exactly one place, Greenhouse has at most one candidate
// of each, exactly one of each that is sent, and none of any other but of those in doubt.
func (s *stage) nothingLostOrDoubled(t *testing.T, committed int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.db.URL)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	counts := census(t.Context(), t, conn)
	sum := 0
	for _, n := range counts {
		sum += n
	}
	assert.Equal(t, committed, sum, "committed and found, by state: %v", counts)
	rows, err := conn.Query(t.Context(), `
		SELECT candidate_id, CASE WHEN 'may_exist' = ANY (flags) THEN 'unknown' ELSE state END, coalesce(greenhouse_candidate_id, 0)
		  FROM ghexport.exports`)
	require.NoError(t, err)
	stands, err := pgx.CollectRows(rows, pgx.RowToStructByPos[standing])
	require.NoError(t, err)
	for _, fault := range accountFor(stands, s.sim.Candidates("")) {
		assert.Fail(t, fault)
	}
}

// refuses makes Greenhouse answer the next candidates of these interviews so.
func (s *stage) refuses(fault greenhousesim.Fault, interviews ...string) {
	for _, interview := range interviews {
		fault.ExternalID = "c_" + interview
		s.sim.Plan(fault)
	}
}

func names(prefix string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%s%d", prefix, i+1))
	}
	return list
}
