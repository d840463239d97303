package worker

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

// A test candidate goes the way of every other, and counts nowhere.
func TestTestCandidate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	registry := prometheus.NewRegistry()
	r.start(func(c *Config, _ *relay.Relay) { c.Metrics = NewMetrics(registry) })
	by := store.By{Actor: "mia"}
	var sent []row
	for range 2 { // the second is nobody's duplicate
		test, made, err := r.store.SendTestCandidate(t.Context(), "acme", by)
		require.NoError(t, err)
		require.True(t, made)
		e := r.state(test.InterviewID, "sent")
		r.until(test.InterviewID, "settled in River", func(e row) bool { return e.JobState == "completed" })
		assert.Equal(t, []string{"test"}, e.Flags)
		assert.Equal(t, 1, e.Attempts)
		sent = append(sent, e)
	}
	there := r.sim.Candidates(key)
	require.Len(t, there, 2)
	assert.Equal(t, "Test Candidate (interviewing.io)", there[0].FirstName+" "+there[0].LastName)
	assert.Contains(t, there[0].Notes, "This is a test, and nobody was interviewed.")
	assert.NotEqual(t, there[0].Emails, there[1].Emails)
	last, err := r.store.LastTestCandidate(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, &sent[1].ID, last.ExportID)
	assert.Equal(t, sent[1].ProfileURL, last.ProfileURL)
	assert.False(t, last.Waits)

	r.countsNothing(registry, "acme")
	r.enqueue(result("acme", "real"))
	r.state("real", "sent")
	found, err := health.In(r.store).Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), found.States[ledger.StateSent])
	assert.Equal(t, int64(1), found.Trend.LastHour.Sent)
}

// countsNothing requires that no figure knows of anything that was sent.
func (r *rig) countsNothing(registry *prometheus.Registry, org string) {
	r.t.Helper()
	ctx := r.t.Context()
	found, err := health.In(r.store).Health(ctx)
	require.NoError(r.t, err)
	assert.Zero(r.t, found.States[ledger.StateSent], "by state")
	assert.Zero(r.t, found.Trend.LastHour.Attempts, "trend")
	numbers, err := figures.In(r.store).Numbers(ctx, org, ledger.Spans[0])
	require.NoError(r.t, err)
	assert.Zero(r.t, numbers.All.Attempts, "numbers")
	paces, err := figures.In(r.store).CompanyPaces(ctx, org)
	require.NoError(r.t, err)
	assert.Zero(r.t, paces[org].Week.Attempts, "pace")
	activity, err := r.store.CompanyActivity(ctx, org)
	require.NoError(r.t, err)
	assert.Zero(r.t, activity.States[ledger.StateSent], "the company's")
	assert.Nil(r.t, activity.LastSent)
	listed, err := query.In(r.store).SentSince(ctx, org, found.Trend.Hours[0].Began)
	require.NoError(r.t, err)
	assert.Empty(r.t, listed, "reconcile")
	attempts, _ := counted(r.t, registry, "ghexport_attempts_total", "", "sent")
	assert.Zero(r.t, attempts, "metrics")
	inTime, _ := counted(r.t, registry, "ghexport_sent_in_time_total")
	assert.Zero(r.t, inTime, "the promise")
	_, err = tracking.In(r.store).TrackNow(ctx, org, store.By{Actor: "test"})
	require.NoError(r.t, err)
	var tracks int
	require.NoError(r.t, r.watch.QueryRow(ctx, "SELECT count(*) FROM ghexport.tracks").Scan(&tracks))
	assert.Zero(r.t, tracks, "tracking")
}

// In test mode everything goes to the test address and nothing to Greenhouse, whatever waits or comes.
func TestTestMode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	tests := greenhousesim.New(greenhousesim.Config{})
	tests.AddAccount(greenhousesim.Account{Name: "acme", Key: key, Users: []greenhousesim.User{{Email: createdBy, Name: "Ron Weasley"}}})
	server := httptest.NewServer(http.StripPrefix("/mounted", tests))
	t.Cleanup(func() {
		tests.Close()
		server.Close()
	})
	registry := prometheus.NewRegistry()
	address := &greenhouse.Client{BaseURL: server.URL + "/mounted"}
	node := r.start(func(c *Config, _ *relay.Relay) { c.Test, c.Metrics = address, NewMetrics(registry) })
	by := store.By{Actor: "kim", Reason: "they try it out"}

	_, err := r.store.SetTestMode(t.Context(), "acme", true, store.WaitingUndecided, by)
	require.NoError(t, err)
	test, _, err := r.store.SendTestCandidate(t.Context(), "acme", by)
	require.NoError(t, err)
	r.state(test.InterviewID, "pending")
	last, err := r.store.LastTestCandidate(t.Context(), "acme")
	require.NoError(t, err)
	testMode := ledger.CauseTestMode
	assert.Equal(t, &testMode, last.Held, "no node has said that it has a test address")

	me := ledger.Node{ID: newToken(), Host: "node-a", Sends: true, TestAddress: true}
	require.NoError(t, r.store.SeeNode(t.Context(), me))
	require.NoError(t, r.store.SyncTestMode(t.Context()))
	e := r.state(test.InterviewID, "sent")
	assert.Equal(t, []string{"test", "test_address"}, e.Flags)
	r.enqueue(result("acme", "iv_1"))
	assert.Equal(t, []string{"test_address"}, r.state("iv_1", "sent").Flags)
	assert.Len(t, tests.Candidates(key), 2)
	assert.Empty(t, r.sim.Requests(), "nothing went to Greenhouse")
	r.until("iv_1", "settled in River", func(e row) bool { return e.JobState == "completed" })
	r.countsNothing(registry, "acme")

	// A node that has no address is handed an export before it has said so: nothing leaves, and the company is held.
	node.stop()
	r.start()
	r.enqueue(result("acme", "iv_2"))
	r.until("iv_2", "held", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	i, err := r.store.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, &testMode, i.Held)
	assert.Len(t, tests.Candidates(key), 2)

	switched, err := r.store.SetTestMode(t.Context(), "acme", false, store.WaitingSend, by)
	require.NoError(t, err)
	assert.Equal(t, int64(1), switched.Waiting)
	assert.Equal(t, int64(1), switched.Tested, "that went to the test address, and nowhere else")
	r.sql("UPDATE ghexport.integrations SET tested_version = credential_version")   // as a test that passes does
	r.enqueue(result("acme", "iv_3", ofCandidate("cand_iv_1", "iv_1@example.com"))) // which wakes the relay
	assert.Empty(t, r.state("iv_2", "sent").Flags)
	assert.Empty(t, r.state("iv_3", "sent").Flags, "who is at the test address alone is no duplicate")
	assert.Len(t, r.sim.Candidates(key), 2)
}
