package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Of 1,300 exports a replay applies to one. However many before it are refused, a limit of one reaches it.
func TestReplay_LimitReachesTheOneThatItAppliesTo(t *testing.T) {
	t.Parallel()
	for position, n := range map[string]int{"First": 1, "Middle": 650, "Last": 1300} {
		t.Run(position, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.exec(`
				INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, flags, interviewed_at,
				       practice, committed_at)
				SELECT 'acme', 'iv_' || n, 'cand', 1, '\x00', 'cancelled', 'discarded', CASE WHEN n = $1 THEN '{}' ELSE '{may_exist}'::text[] END,
				       now(), false, now()
				  FROM generate_series(1, 1300) n`, n)
			body := one[int64](d, `
				INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
				VALUES ('acme', 'iv', 'Ada', 'Lovelace', 'ada@example.com', 'the note', 1) RETURNING id`)
			d.exec("UPDATE ghexport.exports SET body_id = $1", body)
			request := store.Request{Filter: store.Filter{Cause: ledger.CauseDiscarded, Limit: 1}, By: kim}
			got, err := d.Replay(t.Context(), store.ReplayRequest{Request: request})
			require.NoError(t, err)
			assert.Equal(t, []int64{one[int64](d, "SELECT id FROM ghexport.exports WHERE cardinality(flags) = 0")}, got.Done)
		})
	}
}

// Messages that are left to the fold do not end the turns in which those behind them are dropped.
func TestEnable_DropsInTurnsBehindWhatStays(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.exec("UPDATE ghexport.integrations SET enabled = false")
	d.exec(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, sent_at, committed_at)
		SELECT 'acme', 'iv_' || i, 'cand', 1, '\x00', 'sent', now(), false, now(), now() FROM generate_series(1, 2500) i`)
	d.exec(`
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT 'acme', 'iv_' || i, 2, 1, jsonb_build_object('interviewer_advances', true, 'candidate_continues', true,
		       'interviewed_at', '2026-01-01T12:00:00Z', 'candidate', jsonb_build_object('id', 'cand ' || i))
		  FROM generate_series(1, 6500) i`)
	got, err := d.Enable(t.Context(), "acme", store.WaitingDrop, kim)
	require.NoError(t, err)
	assert.EqualValues(t, 4000, got.Dropped)
	assert.Equal(t, 2500, d.count("SELECT count(*) FROM ghexport.outbox"), "what was sent is the fold's to flag")
	assert.Greater(t, d.count("SELECT count(DISTINCT xmin::text) FROM ghexport.exports WHERE state = 'cancelled'"), 1)
}
