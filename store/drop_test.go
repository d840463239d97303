package store_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// backlog puts n due exports and as many messages that were never folded behind a company that is off.
func (d *db) backlog(n int) {
	d.t.Helper()
	d.company("acme")
	d.exec("UPDATE ghexport.integrations SET enabled = false")
	d.exec(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, interviewer_advances,
		       candidate_continues, practice, due_at, committed_at)
		SELECT 'acme', 'due ' || i, 'cand ' || i, 1, '\x00', 'pending', now(), true, true, false, now(), now() FROM generate_series(1, $1) i`, n)
	d.exec(`
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT 'acme', 'new ' || i, 1, 1, jsonb_build_object('interviewer_advances', true, 'candidate_continues', true,
		       'interviewed_at', '2026-01-01T12:00:00Z', 'candidate', jsonb_build_object('id', 'cand ' || i))
		  FROM generate_series(1, $1) i`, n)
	d.exec("ANALYZE ghexport.exports")
}

// Much is dropped in many transactions, between which the relay has its turns, and all of it before the company is on.
func TestEnable_DropsMuchInTurns(t *testing.T) {
	t.Parallel()
	d := setup(t)
	const n = 5000
	d.backlog(n)
	turns, stop := make(chan int), make(chan struct{})
	go func() {
		had := 0
		for {
			select {
			case <-stop:
				turns <- had
				return
			default:
			}
			if _, err := d.Dispatch(t.Context(), ""); err == nil {
				had++
			} else if !errors.Is(err, store.ErrStandby) {
				assert.NoError(t, err)
			}
		}
	}()
	got, err := d.Enable(t.Context(), "acme", store.WaitingDrop, kim)
	close(stop)
	assert.NotZero(t, <-turns)
	require.NoError(t, err)
	assert.Equal(t, store.Switched{Changed: true, Dropped: 2 * n}, got)
	assert.Equal(t, 2*n, d.count("SELECT count(*) FROM ghexport.exports WHERE state = 'cancelled' AND cause = 'dropped' AND job_id IS NULL"))
	assert.Equal(t, n, d.count("SELECT count(*) FROM ghexport.aside"))
	assert.Zero(t, d.count("SELECT count(*) FROM ghexport.outbox"))
	assert.Equal(t, 2*n, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org enable --drop-waiting'"))
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org enable' AND detail ->> 'dropped' = $1", "10000"))
	assert.Greater(t, d.count("SELECT count(DISTINCT xmin::text) FROM ghexport.exports"), 4)
}

// Of two who turn a company on at once, one to send and one to drop, whoever is first has it: what the other drops had not been sent.
func TestEnable_DropStopsWhenSomebodyElseIsFirst(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.backlog(3000)
	sent := make(chan error)
	go func() {
		_, err := d.Enable(t.Context(), "acme", store.WaitingSend, kim)
		sent <- err
	}()
	dropped, err := d.Enable(t.Context(), "acme", store.WaitingDrop, kim)
	require.NoError(t, <-sent)
	if dropped.Changed { // it was first, so that the other found it on
		require.NoError(t, err)
		assert.EqualValues(t, 6000, dropped.Dropped)
		return
	}
	left := d.count("SELECT count(*) FROM ghexport.exports WHERE state = 'pending'") + d.count("SELECT count(*) FROM ghexport.outbox")
	assert.EqualValues(t, 6000, int64(left)+dropped.Dropped, "each is either dropped or still to be sent")
}

func TestEnable_DropsNothingOfAStranger(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.export(fixture{State: ledger.StatePending})
	_, err := d.Enable(t.Context(), "acme", store.WaitingDrop, kim)
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.exports WHERE state = 'pending'"))
}
