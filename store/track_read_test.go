package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func TestTrackings(t *testing.T) {
	t.Parallel()
	d := setup(t)
	began := time.Now().Add(-10 * time.Hour)
	at := func(hours int) time.Time { return began.Add(time.Duration(hours) * time.Hour) }
	exports := map[int64]int64{}
	for n := range int64(6) {
		exports[1+n] = d.sentAs("acme", 1+n)
	}
	other := d.sentAs("globex", 1)
	d.exec("UPDATE ghexport.tracks SET sent_at = $1", began)
	for n := range int64(4) {
		d.observe("acme", standsAt(1+n, at(1), "active", "Review"))
	}
	d.observe("acme", standsAt(1, at(4), "hired", "Offer"), standsAt(2, at(2), "active", "Phone"), standsAt(3, at(3), "rejected", "Review"),
		ledger.Observation{Candidate: 5, As: ledger.ObservedMissing, At: at(2)}, ledger.Observation{Candidate: 6, As: ledger.ObservedDeleted, At: at(2)})
	d.observe("globex", ledger.Observation{Candidate: 1, As: ledger.ObservedMissing, At: at(2)})

	list, err := query.In(d.Store).Trackings(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	half := ledger.Seconds(3 * 3600)
	assert.InDelta(t, float64(half), float64(*list[0].FirstMove), 1)
	list[0].FirstMove = nil
	assert.Equal(t, query.Tracking{OrgID: "acme", Sent: 6, Seen: 4, Active: 2, Rejected: 1, Hired: 1, Missing: 1, Gone: 1}, list[0])
	assert.False(t, list[0].Blind())
	assert.True(t, list[1].Blind(), "it shows nobody")

	stages, err := query.In(d.Store).TrackStages(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []query.TrackStage{{Stage: "Review", Reached: 4, Now: 1, Rejected: 1}, {Stage: "Phone", Reached: 1, Now: 1}, {Stage: "Offer", Reached: 1, Hired: 1}}, stages)

	for status, candidates := range map[ledger.TrackStatus][]int64{
		"": {6, 5, 4, 3, 2, 1}, "active": {4, 2}, "rejected": {3}, "hired": {1}, query.TrackMissing: {5}, query.TrackGone: {6}, query.TrackUnseen: nil,
	} {
		rows, err := query.In(d.Store).Tracks(t.Context(), query.TrackFilter{Org: "acme", Status: status, Limit: 10})
		require.NoError(t, err)
		var found []int64
		for _, row := range rows {
			found = append(found, row.Candidate)
		}
		assert.Equal(t, candidates, found, status)
	}
	rows, err := query.In(d.Store).Tracks(t.Context(), query.TrackFilter{Org: "acme", Stage: "Review", BeforeID: exports[4], Limit: 10})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	assert.Equal(t, exports[3], rows[0].ExportID)

	row, changes, err := query.In(d.Store).Track(t.Context(), exports[1])
	require.NoError(t, err)
	assert.Equal(t, ledger.TrackHired, row.Status)
	require.Len(t, changes, 2)
	assert.Equal(t, ledger.ChangeHired, changes[1].What)
	_, _, err = query.In(d.Store).Track(t.Context(), other+1)
	require.ErrorIs(t, err, store.ErrNotFound)
}
