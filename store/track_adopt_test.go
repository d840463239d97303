package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// settledAs is an export that was sent by an attempt that ended some time ago, as a settle leaves it.
func (d *db) settledAs(org string, candidate int64, ago time.Duration) int64 {
	d.t.Helper()
	id := d.export(fixture{Org: org, State: ledger.StateSending})
	d.exec(`UPDATE ghexport.exports SET state = 'sent', job_id = NULL, deadline = NULL, greenhouse_candidate_id = $2, sent_at = now() - $3::interval
	         WHERE id = $1`, id, candidate, ago)
	d.exec(`INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome)
	        SELECT attempt, id, 1, sent_at, sent_at, 'sent' FROM ghexport.exports WHERE id = $1`, id)
	return id
}

func TestAdoptSent(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.exec("UPDATE ghexport.control SET sent_followed_to = now() - interval '3 hours'")
	followed := func(id int64) bool {
		return d.count("SELECT count(*) FROM ghexport.tracks WHERE export_id = $1", id) == 1
	}
	adopt := func() int {
		t.Helper()
		n, err := tracking.In(d.Store).AdoptSent(t.Context())
		require.NoError(t, err)
		return n
	}
	old, late, just := d.settledAs("acme", 1, 2*time.Hour), d.settledAs("acme", 2, 2*time.Minute), d.settledAs("acme", 3, time.Second)
	assert.False(t, followed(old), "a settle writes nothing for it")
	assert.Equal(t, 2, adopt(), "whatever the standstill was")
	assert.True(t, followed(old) && followed(late))
	assert.False(t, followed(just), "settles of just now may not be committed yet")
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.tracking WHERE org_id = 'acme'"))
	assert.Zero(t, adopt())

	t.Run("AnEventMayComeSooner", func(t *testing.T) {
		assert.Zero(t, d.observe("globex", ledger.Observation{Candidate: 3, As: ledger.ObservedDeleted}), "another company's")
		done := d.observe("acme", ledger.Observation{Candidate: 3, As: ledger.ObservedThere, Applications: []ledger.Application{{Status: "active", Stage: "Review"}}})
		assert.Equal(t, 1, done.Changed)
		assert.Equal(t, "3 active Review", d.track(just))
	})

	t.Run("SoMayAPerson", func(t *testing.T) {
		now := d.settledAs("acme", 4, 0)
		changed, err := tracking.In(d.Store).TrackNow(t.Context(), "acme", kim)
		require.NoError(t, err)
		assert.True(t, changed)
		assert.True(t, followed(now))
	})

	t.Run("NotWhoWasErased", func(t *testing.T) {
		gone := d.settledAs("acme", 5, 10*time.Minute)
		d.exec("UPDATE ghexport.exports SET erased_at = now() WHERE id = $1", gone)
		d.exec("UPDATE ghexport.control SET sent_followed_to = now() - interval '3 hours'")
		assert.Zero(t, adopt())
		assert.Zero(t, d.observe("acme", ledger.Observation{Candidate: 5, As: ledger.ObservedDeleted}))
	})
}
