package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/retention"
)

// year keeps everything for a year, but for River's jobs.
func year() ledger.Retention {
	keep := ledger.Retention{}
	for _, class := range ledger.Keeps {
		keep[class] = 365 * 24 * time.Hour
	}
	keep[ledger.KeptJobs] = 24 * time.Hour
	return keep
}

// retain returns how many rows of each class went.
func (d *db) retain(keep ledger.Retention, dryRun bool) map[ledger.Kept]int {
	d.t.Helper()
	classes, err := retention.In(d.Store).Retain(d.t.Context(), keep, dryRun)
	require.NoError(d.t, err)
	gone := map[ledger.Kept]int{}
	for _, one := range classes {
		if one.Gone > 0 {
			gone[one.Class] = one.Gone
		}
	}
	return gone
}

// tried writes the attempt of an export that has a token.
func (d *db) tried(export int64, outcome ledger.Outcome) {
	d.exec(`
		INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, detail)
		SELECT attempt, id, 1, now(), now(), $2, 'words' FROM ghexport.exports WHERE id = $1`, export, string(outcome))
}

// older makes everything that is there older.
func (d *db) older(days int) {
	d.exec("UPDATE ghexport.exports SET updated_at = updated_at - make_interval(days => $1), sent_at = sent_at - make_interval(days => $1)", days)
	d.exec("UPDATE ghexport.bodies SET created_at = created_at - make_interval(days => $1)", days)
	d.exec("UPDATE ghexport.attempts SET finished_at = finished_at - make_interval(days => $1)", days)
	d.exec("UPDATE ghexport.checks SET at = at - make_interval(days => $1)", days)
	d.exec("UPDATE ghexport.notices SET created_at = created_at - make_interval(days => $1)", days)
	d.exec("UPDATE ghexport.runs SET ended_at = ended_at - make_interval(days => $1)", days)
}

func TestRetain(t *testing.T) {
	t.Parallel()
	d := setup(t)
	owner := d.test.Pool(t)
	export := func(f fixture) int64 {
		id := d.export(f)
		switch f.State {
		case ledger.StateSent, ledger.StateDead:
			d.tried(id, ledger.Outcome(f.State))
		}
		return id
	}
	left := func(id int64) (bodies, attempts int) {
		return d.count("SELECT count(*) FROM ghexport.exports e JOIN ghexport.bodies b ON b.id = e.body_id WHERE e.id = $1", id),
			d.count("SELECT count(*) FROM ghexport.attempts WHERE export_id = $1", id)
	}
	d.company("acme") // writes to the audit trail
	sent := export(fixture{State: ledger.StateSent, Flags: []string{"edited_after_send"}})
	d.exec(`
		WITH b AS (
			INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
			SELECT org_id, interview_id, 'A', 'B', 'c', 'd', 1 FROM ghexport.exports, generate_series(1, 2) WHERE id = $1 RETURNING id
		), later AS (
			UPDATE ghexport.exports SET later_body_id = (SELECT min(id) FROM b) WHERE id = $1
		)
		INSERT INTO ghexport.revisions (export_id, version, revision, body_id, fields, actor) SELECT $1, 5, 0, max(id), '{email}', 'kim' FROM b`, sent)
	discarded := export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})
	d.setAside(discarded, 9)
	byWord := export(fixture{State: ledger.StateSent})
	d.exec("INSERT INTO ghexport.presences (export_id, greenhouse_candidate_id) VALUES ($1, 7)", byWord)
	kept := map[string]int64{
		"dead": export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused}), "unknown": export(fixture{State: ledger.StateUnknown}),
		"pending": export(fixture{State: ledger.StatePending}), "duplicate": export(fixture{State: ledger.StateDuplicate}),
		"in doubt": export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: []string{"may_exist"}}),
	}
	_, err := owner.Exec(t.Context(), "UPDATE ghexport.audit SET at = at - interval '400 days'")
	require.NoError(t, err)
	d.exec(`INSERT INTO ghexport.checks (org_id, kind, answer) VALUES ('acme', 'daily', 'accepted')`)
	d.exec(`INSERT INTO ghexport.runs (state, actor, reason, selected, canary, stop_share, stop_from, ended_at) VALUES ('done', 'kim', 'why', '{}', 0, 1, 1, now())`)
	d.exec(`INSERT INTO ghexport.run_members (run_id, export_id, org_id, state) SELECT 1, n, 'acme', 'sent' FROM generate_series(1, 1200) n`)
	d.older(400)
	young := export(fixture{State: ledger.StateSent})
	d.exec("INSERT INTO ghexport.audit (actor, action, export_id) VALUES ('kim', 'show', $1)", young)

	want := map[ledger.Kept]int{
		ledger.KeptPeople: 3, ledger.KeptAttempts: 1, ledger.KeptChecks: 1, ledger.KeptMembers: 1200,
		ledger.KeptAudit: d.count("SELECT count(*) FROM ghexport.audit") - 1,
	}
	assert.Equal(t, want, d.retain(year(), true), "a dry run")
	assert.Empty(t, d.retain(ledger.Retention{}, false), "zero is for ever")
	assert.Equal(t, want, d.retain(year(), false))
	assert.Empty(t, d.retain(year(), false), "again")

	t.Run("TakesWhatIsSettledForGood", func(t *testing.T) {
		for _, id := range []int64{sent, discarded} {
			bodies, attempts := left(id)
			assert.Zero(t, bodies+attempts, id)
		}
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.revisions")+d.count("SELECT count(*) FROM ghexport.aside"))
		assert.Equal(t, d.count("SELECT count(*) FROM ghexport.exports WHERE body_id IS NOT NULL"), d.count("SELECT count(*) FROM ghexport.bodies"))
		bodies, attempts := left(byWord)
		assert.Equal(t, []int{0, 1}, []int{bodies, attempts}, "what was answered decides about a person's word")
	})
	t.Run("LeavesWhatWaitsForSomebody", func(t *testing.T) {
		for what, id := range kept {
			bodies, _ := left(id)
			assert.Equal(t, 1, bodies, what)
		}
		bodies, attempts := left(young)
		assert.Equal(t, 2, bodies+attempts, "and what is young")
		_, attempts = left(kept["dead"])
		assert.Equal(t, 1, attempts)
	})
	t.Run("LeavesWhatPreventsDoubles", func(t *testing.T) {
		assert.Equal(t, 9, d.count("SELECT count(*) FROM ghexport.exports WHERE candidate_digest IS NOT NULL AND email_digest IS NOT NULL"))
		result, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(sent, discarded)})
		require.NoError(t, err)
		require.Len(t, result.Refused, 2)
		assert.Equal(t, "its personal data is gone, so there is nothing to send", result.Refused[1].Because)
		assert.Equal(t, 9, d.count("SELECT version FROM ghexport.exports WHERE id = $1", discarded), "an older message that comes now is older")
	})
	t.Run("LeavesTheAuditTrailAddOnly", func(t *testing.T) {
		assert.Zero(t, d.count("SELECT ghexport.forget_audit(ARRAY(SELECT id FROM ghexport.audit))"), "of the last 90 days")
		_, err := d.Pool.Exec(t.Context(), "DELETE FROM ghexport.audit")
		require.ErrorContains(t, err, "permission denied")
	})
	t.Run("PassesOverWhatIsLocked", func(t *testing.T) {
		d.older(400)
		tx, err := owner.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(t.Context()) //nolint:errcheck // it only holds the lock
		_, err = tx.Exec(t.Context(), "SELECT FROM ghexport.exports WHERE id = $1 FOR UPDATE", young)
		require.NoError(t, err)
		assert.Equal(t, map[ledger.Kept]int{ledger.KeptAttempts: 1}, d.retain(year(), false))
		require.NoError(t, tx.Rollback(t.Context()))
		assert.Equal(t, map[ledger.Kept]int{ledger.KeptPeople: 1}, d.retain(year(), false))
	})
	t.Run("TellsTheOldest", func(t *testing.T) {
		oldest, err := retention.In(d.Store).Oldest(t.Context())
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now().AddDate(0, 0, -800), oldest[ledger.KeptPeople], 48*time.Hour)
		assert.NotContains(t, oldest, ledger.KeptMembers)
	})
}

// An outage leaves more cancelled jobs than their age takes: the oldest beyond a number go.
func TestRetain_BoundsCancelledJobs(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.exec(`
		INSERT INTO ghexport.river_job (kind, queue, args, max_attempts, state, finalized_at)
		SELECT 'export', 'export', '{}', 1, 'cancelled', now() - n * interval '1 s' FROM generate_series(1, 20700) n`)
	d.exec(`
		INSERT INTO ghexport.river_job (kind, queue, args, max_attempts, state, finalized_at)
		SELECT 'export', 'export', '{}', 1, 'discarded', now() - interval '60 days' FROM generate_series(1, 3) n`)
	keep := ledger.Retention{ledger.KeptJobs: 12 * time.Hour}
	assert.InDelta(t, 700, d.retain(keep, true)[ledger.KeptJobs], 60, "a dry run")
	assert.InDelta(t, 700, d.retain(keep, false)[ledger.KeptJobs], 60)
	assert.LessOrEqual(t, d.count("SELECT count(*) FROM ghexport.river_job WHERE state = 'cancelled'"), 20000)
	assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.river_job WHERE state = 'discarded'"), "dead letters are River's")
}
