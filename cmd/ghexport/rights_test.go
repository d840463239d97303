package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A right that the service's role lacks is named by whatever somebody looks at first: serve, doctor, /readyz.
func TestRights(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ revoke, lacks string }{
		"Table":    {"REVOKE DELETE ON ghexport.outbox FROM ghexport_service", "DELETE on outbox"},
		"Turn":     {"REVOKE ALL ON ghexport.turn_relay FROM ghexport_service", "UPDATE on turn_relay"},
		"Function": {"REVOKE EXECUTE ON FUNCTION ghexport.take_turn(text) FROM ghexport_service", "EXECUTE on function take_turn"},
	} {
		t.Run(name+"ServeAndDoctorRefuse", func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.exec(t, c.revoke)
			code, _, errOut := s.ghexport(t, "", "serve")
			assert.Equal(t, exitFailed, code)
			assert.Contains(t, errOut, c.lacks)
			assert.Contains(t, errOut, "hint: the owner runs ghexport grant --service ROLE")
			code, out, _ := s.ghexport(t, "", "doctor")
			assert.Equal(t, exitFailed, code)
			assert.Regexp(t, `(?m)^FAIL  rights .*`+c.lacks, out)
		})
	}

	t.Run("ANodeIsNotReadyWhileTheyAreRevoked", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		v := s.serve(t)
		v.answers(t, http.StatusOK, "ok")
		s.exec(t, "REVOKE ALL ON ghexport.bodies FROM ghexport_service")
		v.answers(t, http.StatusServiceUnavailable, "DELETE on bodies")
		s.exec(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON ghexport.bodies TO ghexport_service")
		v.answers(t, http.StatusOK, "ok")
		v.stop()
		code, _ := v.end(t)
		assert.Zero(t, code)
	})
}

// answers asks /readyz until it says what is wanted: on a busy machine it may first say that it was too slow.
func (v *serving) answers(t *testing.T, want int, words string) {
	t.Helper()
	var code int
	var body string
	for began := time.Now(); time.Since(began) < patience; {
		if code, body = v.get(t, "/readyz"); code == want && strings.Contains(body, words) {
			return
		}
	}
	require.Failf(t, "/readyz", "%d %s, and not %d %s", code, body, want, words)
}

// Whoever may connect and no more stops neither exports nor anything else that takes turns, and doctor names who tries.
func TestTurns_AStrangerStopsNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.connectAcme(t)
	stranger, err := pgx.Connect(t.Context(), s.db.Role(t, ""))
	require.NoError(t, err)
	defer stranger.Close(context.Background())
	_, err = stranger.Exec(t.Context(), "SET application_name = 'a stranger'")
	require.NoError(t, err)
	for _, key := range []int64{0x67686578706f7274, 0x67686578706f7275, 0x6768786e, 0x6768736c696365, 0x6768636f756e74, 0x67686578706f} {
		_, err = stranger.Exec(t.Context(), "SELECT pg_advisory_lock($1)", key)
		require.NoError(t, err)
	}
	v := s.serve(t)
	s.enqueueSQL(t, adaPassed)
	require.NoError(t, s.awaitState(t.Context(), "iv_123", "sent"))
	code, out, _ := s.ghexport(t, "", "doctor")
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `(?m)^FAIL  locks +process \d+ of user .* \(a stranger\) holds the advisory lock of relay`, out)
	assert.Regexp(t, `hint: .*pg_terminate_backend\(\d+\)`, out)
	v.stop()
	code, _ = v.end(t)
	assert.Zero(t, code)
}

// What a node says is wrong with it, doctor repeats with the advice that fits.
func TestDoctor_Nodes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.exec(t, `INSERT INTO ghexport.nodes (id, host, version, sends, console, trouble, trouble_kind, trouble_since)
		VALUES (gen_random_uuid(), 'node-a', 'v1', true, true, 'messages cannot be folded: permission denied for table bodies (SQLSTATE 42501)', 'rights', now())`)
	code, out, _ := s.ghexport(t, "", "doctor")
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `(?m)^FAIL  nodes +node-a: messages cannot be folded: permission denied for table bodies`, out)
	assert.Contains(t, out, "hint: the owner grants the service's role its rights: ghexport grant --service ROLE")
	code, out, _ = s.ghexport(t, "", "health")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, out, "node node-a is not ready since 20")
}
