package migrations_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// Going back makes the rules of the function, and going on makes the same function of them again.
func TestDown_GivesTheRulesBack(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	const (
		rules    = "SELECT conname::text FROM pg_constraint WHERE conrelid = 'ghexport.exports'::regclass AND contype = 'c' ORDER BY 1"
		function = "SELECT prosrc FROM pg_proc WHERE proname = 'sound'"
	)
	text, err := migrations.Files.ReadFile("00036_one_check.sql")
	require.NoError(t, err)
	up, down, found := strings.Cut(string(text), "-- +goose Down")
	require.True(t, found)
	before := names(t, conn, function)
	_, err = conn.Exec(t.Context(), down)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"exports_blocked_is_waiting", "exports_cause_check", "exports_due_is_pending", "exports_flags_check", "exports_job_is_in_flight",
		"exports_lane_check", "exports_pending_is_due_or_blocked", "exports_sending_is_an_attempt", "exports_state_check",
	}, names(t, conn, rules))
	_, err = conn.Exec(t.Context(), up)
	require.NoError(t, err)
	assert.Equal(t, []string{"exports_sound"}, names(t, conn, rules))
	assert.Equal(t, before, names(t, conn, function))
}

// Every statement that writes to the ledger makes its CHECKs ready anew, so there is one, and it is short.
func TestUp_ChecksTheLedgerCheaply(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	var checks, bytes int
	require.NoError(t, conn.QueryRow(t.Context(), `
		SELECT count(*), sum(length(conbin::text)) FROM pg_constraint WHERE conrelid = 'ghexport.exports'::regclass AND contype = 'c'`).Scan(&checks, &bytes))
	assert.Equal(t, 1, checks)
	assert.Less(t, bytes, 2000)
}

// A row that breaks a rule is refused by whoever writes it, with the rule's name.
func TestUp_RefusesUnsoundRows(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).ServiceURL)
	_, err := conn.Exec(t.Context(), `
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, committed_at)
		VALUES ('acme', 'iv', 'cand', 1, '\x00', 'sent', now(), false, now())`)
	require.NoError(t, err)
	for name, c := range map[string]struct{ set, rule string }{
		"State":            {"state = 'lost'", "exports_state_check"},
		"Cause":            {"cause = 'bad luck'", "exports_cause_check"},
		"Flag":             {"flags = '{doubled,lucky}'", "exports_flags_check"},
		"NoFlag":           {"flags = '{null}'", "exports_flags_check"},
		"Lane":             {"lane = 2", "exports_lane_check"},
		"DueElsewhere":     {"due_at = now()", "exports_due_is_pending"},
		"BlockedElsewhere": {"blocked_at = now()", "exports_blocked_is_waiting"},
		"JobElsewhere":     {"job_id = 1", "exports_job_is_in_flight"},
		"QueuedForNoJob":   {"state = 'queued'", "exports_job_is_in_flight"},
		"PendingForNought": {"state = 'pending'", "exports_pending_is_due_or_blocked"},
		"PendingTwice":     {"state = 'pending', due_at = now(), blocked_at = now()", "exports_pending_is_due_or_blocked"},
		"SendingNothing":   {"state = 'sending', job_id = 1", "exports_sending_is_an_attempt"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conn.Exec(t.Context(), "UPDATE ghexport.exports SET "+c.set)
			var refused *pgconn.PgError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "23514", refused.Code)
			assert.Equal(t, c.rule, refused.ConstraintName)
			assert.NotContains(t, refused.Message+refused.Detail, "cand")
		})
	}
	for name, set := range map[string]string{
		"Sent":      "state = 'sent'",
		"Due":       "state = 'pending', due_at = now(), cause = 'limited', lane = 1",
		"Queued":    "state = 'queued', due_at = NULL, cause = NULL, job_id = 1, flags = '{name_padded,note_cut}'",
		"Sending":   "state = 'sending', job_id = 1, attempt = gen_random_uuid(), deadline = now()",
		"Duplicate": "state = 'duplicate', job_id = NULL, blocked_at = now(), cause = 'duplicate.possible'",
	} {
		t.Run("Takes"+name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			require.NoError(t, err)
			defer tx.Rollback(t.Context()) //nolint:errcheck // nothing of it is needed
			_, err = tx.Exec(t.Context(), "UPDATE ghexport.exports SET "+set)
			assert.NoError(t, err)
		})
	}
}
