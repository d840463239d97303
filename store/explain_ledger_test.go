package store_test

import (
	"github.com/stretchr/testify/require"
)

// The ledger of [TestPlans] has 100,000 exports of these companies and of "whale", which has every seventh. The rare states are the
// oldest, which nothing may search for from the newest on.
const explainOrgs = 300

// explained fills a ledger so large that a plan which reads all of it costs more than any other, and brings its statistics up to date.
func (d *db) explained() {
	d.t.Helper()
	owner := d.test.Pool(d.t)
	for _, sql := range []string{explainCompanies, explainBodies, explainLedger, explainAttempts, explainJobs, explainTrail, explainOutbox, explainRejected, explainTracks,
		explainTracking, explainChanges, explainSequences} {
		_, err := owner.Exec(d.t.Context(), sql)
		require.NoError(d.t, err)
	}
	// Statements of their own, since VACUUM runs in no transaction.
	for _, table := range []string{"exports", "bodies", "attempts", "audit", "outbox", "rejected", "aside", "river_job", "integrations", "control", "tracks",
		"tracking", "changes"} {
		_, err := owner.Exec(d.t.Context(), "VACUUM (ANALYZE) ghexport."+table)
		require.NoError(d.t, err)
	}
}

const explainCompanies = `
	INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, key_last5, key_digest, credential_version, tested_version, created_by, paused_at, check_at)
	SELECT CASE n WHEN 0 THEN 'whale' ELSE 'org_' || n END, n % 20 <> 3, 'sealed', '12345', convert_to('key ' || n, 'UTF8'), 1, 1, 'mia@example.com',
	       CASE n % 20 WHEN 5 THEN now() END, now() + interval '1 day'
	  FROM generate_series(0, 300) n`

const explainBodies = `
	INSERT INTO ghexport.bodies (id, org_id, interview_id, first_name, last_name, email, note, note_format, created_at)
	OVERRIDING SYSTEM VALUE
	SELECT n, CASE n % 7 WHEN 0 THEN 'whale' ELSE 'org_' || 1 + n % 300 END, 'iv_' || n, 'Ada' || n % 977, 'Lovelace', 'ada' || n || '@example.com',
	       'the note', 1, now() - (100000 - n) * interval '1 min'
	  FROM generate_series(1, 100000) n`

const explainLedger = `
	INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, detail, interviewed_at, practice,
	       body_id, candidate_digest, email_digest, due_at, blocked_at, attention_at, job_id, send_by, attempt, attempts, attempt_started_at, deadline,
	       job_timeout, sent_at, greenhouse_candidate_id, committed_at, created_at, updated_at)
	SELECT CASE n % 7 WHEN 0 THEN 'whale' ELSE 'org_' || 1 + n % 300 END, 'iv_' || n, 'cand_' || n, 1, '\x00', s.state,
	       CASE s.state WHEN 'dead' THEN (ARRAY['payload.refused', 'target.gone', 'greenhouse.down'])[1 + n % 3] WHEN 'unknown' THEN 'outcome.unknown'
	            WHEN 'duplicate' THEN 'duplicate.possible' WHEN 'cancelled' THEN 'discarded' WHEN 'ineligible' THEN 'decision.no' END,
	       CASE s.state WHEN 'dead' THEN 'emails: is invalid' END, at, false, n,
	       convert_to('cand_' || n % 90000, 'UTF8'), convert_to('ada' || n || '@', 'UTF8'),
	       CASE WHEN s.state = 'pending' AND n > 11500 THEN now() + CASE WHEN n > 13000 THEN interval '1 hour' ELSE interval '-1 hour' END END,
	       CASE WHEN s.state = 'duplicate' OR s.state = 'pending' AND n <= 11500 THEN at END,
	       CASE WHEN s.state IN ('dead', 'unknown', 'duplicate') THEN at END,
	       CASE WHEN s.state IN ('queued', 'sending') THEN 1000000 + n END, CASE s.state WHEN 'queued' THEN now() + interval '1 hour' END,
	       CASE WHEN s.state IN ('sending', 'sent', 'dead', 'unknown') THEN md5(n::text)::uuid END,
	       (s.state IN ('sending', 'sent', 'dead', 'unknown'))::int, CASE WHEN s.state IN ('sending', 'sent', 'dead', 'unknown') THEN at END,
	       CASE s.state WHEN 'sending' THEN now() - interval '1 s' END, interval '30 s',
	       CASE s.state WHEN 'sent' THEN at END, CASE s.state WHEN 'sent' THEN n END, at, at, at
	  FROM generate_series(1, 100000) n
	 CROSS JOIN LATERAL (SELECT now() - (100000 - n) * interval '1 min' AS at) a
	 CROSS JOIN LATERAL (SELECT CASE WHEN n <= 200 THEN 'cancelled' WHEN n <= 400 THEN 'unknown' WHEN n <= 1000 THEN 'duplicate'
	                                 WHEN n <= 11000 THEN 'dead' WHEN n <= 17000 THEN 'pending' WHEN n <= 17040 THEN 'queued' WHEN n <= 17060 THEN 'sending'
	                                 WHEN n <= 30000 THEN 'ineligible' ELSE 'sent' END AS state) s`

const explainAttempts = `
	INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, status, cause)
	SELECT CASE k WHEN 1 THEN attempt ELSE gen_random_uuid() END, id, k, attempt_started_at, attempt_started_at + interval '1 s',
	       state, CASE state WHEN 'sent' THEN 200 WHEN 'dead' THEN 422 END, cause
	  FROM ghexport.exports
	 CROSS JOIN generate_series(1, 2) k
	 WHERE state IN ('sent', 'dead', 'unknown') AND (k = 1 OR state = 'dead')
	 ORDER BY attempt_started_at`

const explainJobs = `
	INSERT INTO ghexport.river_job (id, kind, queue, args, max_attempts, state, attempted_at, finalized_at)
	SELECT 1000000 + n, 'export', 'export', jsonb_build_object('export_id', n), 1, (CASE WHEN n <= 17000 THEN 'completed' ELSE 'running' END)::ghexport.river_job_state,
	       now(), CASE WHEN n <= 17000 THEN now() END
	  FROM generate_series(12000, 17060) n`

const explainTrail = `
	INSERT INTO ghexport.audit (at, actor, action, org_id, export_id, detail)
	SELECT now() - (30000 - n) * interval '2 min', 'person_' || n % 40, (ARRAY['replay', 'reveal', 'log in', 'org pause', 'discard'])[1 + n % 5],
	       CASE WHEN n % 5 <> 2 THEN 'org_' || 1 + n % 300 END, CASE WHEN n % 5 NOT IN (2, 3) THEN 1 + n % 11000 END, '{}'
	  FROM generate_series(1, 30000) n`

const explainOutbox = `
	INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
	SELECT CASE n % 7 WHEN 0 THEN 'whale' ELSE 'org_' || 1 + n % 300 END, 'new_' || n, 2, 1,
	       jsonb_build_object('interviewed_at', '2017-09-28T17:00:00Z', 'candidate', jsonb_build_object('id', 'new cand_' || n))
	  FROM generate_series(1, 6000) n`

const explainRejected = `
	INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
	SELECT 1000000 + n, 'org_' || 1 + n % 300, 'bad_' || n, 1, 1, '{}', 'no name', now() FROM generate_series(1, 2000) n`

// Of whom was sent, every hundredth is due to be looked at.
const explainTracks = `
	INSERT INTO ghexport.tracks (export_id, org_id, greenhouse_candidate_id, status, stage, sent_at, seen_at, moved_at, next_look_at)
	SELECT id, org_id, greenhouse_candidate_id, (ARRAY['active', 'rejected', 'hired'])[1 + id % 3], 'Stage ' || id % 5, sent_at, now(), sent_at,
	       CASE WHEN id % 3 <> 2 THEN now() + CASE WHEN id % 100 = 0 THEN interval '-1 hour' ELSE id % 1000 * interval '1 hour' END END
	  FROM ghexport.exports WHERE state = 'sent'`

const explainTracking = "INSERT INTO ghexport.tracking (org_id, next_at) SELECT DISTINCT org_id, now() FROM ghexport.tracks"

const explainChanges = `
	INSERT INTO ghexport.changes (org_id, interview_id, export_id, what, status, stage, at)
	SELECT e.org_id, e.interview_id, e.id, CASE k WHEN 1 THEN 'seen' ELSE 'moved' END, 'active', 'Stage ' || k, now()
	  FROM ghexport.exports e CROSS JOIN generate_series(1, 2) k WHERE e.state = 'sent'`

const explainSequences = "SELECT setval('ghexport.bodies_id_seq', 1000000)"
