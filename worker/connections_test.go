package worker

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

var mia = store.By{Actor: "mia of acme"}

func (r *rig) connections() *connections.Connections {
	return &connections.Connections{Store: r.store, Greenhouse: &greenhouse.Client{BaseURL: r.server.URL + "/mounted"}, Keyset: r.keyset, Digests: r.digests, Log: r.log}
}

func withChoices(a *greenhousesim.Account) {
	a.Users = append(a.Users, greenhousesim.User{Email: "zoe@acme.example", Name: "Zoe Roe"})
	a.Jobs = []greenhousesim.Job{{ID: 101, Name: "Backend Engineer", Public: true}, {ID: 102, Name: "Any"}}
	a.ProspectPools = []greenhousesim.ProspectPool{{ID: 5, Name: "Interviewed", Stages: []greenhousesim.PoolStage{{ID: 51, Name: "New"}}}}
}

// posted are the bodies that Greenhouse was sent for an account.
func (r *rig) posted(account string) (bodies []string) {
	for _, request := range r.sim.Requests() {
		if request.Method == http.MethodPost && request.Account == account {
			bodies = append(bodies, string(request.Body))
		}
	}
	return bodies
}

// What is sent follows the company's choices, and a preview shows it byte for byte.
func TestPreview_IsWhatIsSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := r.connections()
	candidate, fixed, interviewer, zone, job, pool, stage := "candidate", "fixed", "interviewer", "Asia/Tokyo", int64(102), int64(5), int64(51)
	zoe := &store.Person{Email: "zoe@acme.example", FirstName: "Zoe", LastName: "Roe"}
	cases := map[string]struct {
		settings store.Settings
		has      string // what this choice is about
		as       string
	}{
		"nothing":     {store.Settings{}, `{"prospect":true,"first_name":"Ada",`, "as a prospect"},
		"pool":        {store.Settings{PoolID: &pool}, `"prospect_pool_id":5}`, "as a prospect in pool 5"},
		"stage":       {store.Settings{PoolID: &pool, PoolStageID: &stage}, `"prospect_pool_id":5,"prospect_pool_stage_id":51}`, "as a prospect in pool 5, at stage 51"},
		"job":         {store.Settings{Mode: &candidate, JobMap: map[string]int64{"backend": 101}}, `{"prospect":false,"job_id":101,`, "as a candidate on job 101"},
		"otherjob":    {store.Settings{Mode: &candidate, DefaultJobID: &job, PoolID: &pool}, `{"prospect":false,"job_id":102,`, "as a candidate on job 102"},
		"unmapped":    {store.Settings{Mode: &candidate, JobMap: map[string]int64{"ops": 101}}, `{"prospect":true,"first_name"`, "as a prospect"},
		"unusedmap":   {store.Settings{JobMap: map[string]int64{"backend": 101}, DefaultJobID: &job}, `{"prospect":true,"first_name"`, "as a prospect"},
		"fixed":       {store.Settings{Credit: &fixed, CreditTo: zoe}, `"referrer":{"email":"zoe@acme.example","first_name":"Zoe","last_name":"Roe"}`, "as a prospect"},
		"interviewer": {store.Settings{Credit: &interviewer, CreditTo: zoe}, `"referrer":{"email":"interviewer@example.com","first_name":"Interviewer","last_name":"Name"}`, "as a prospect"},
		"zone":        {store.Settings{TimeZone: &zone}, ` on 9/29/17 (all`, "as a prospect"},
	}
	at := time.Date(2017, 9, 28, 18, 0, 0, 0, time.UTC)
	want := map[string]store.Preview{}
	for org, one := range cases {
		r.company(org, withChoices)
		require.NoError(t, r.store.SetSettings(t.Context(), org, one.settings, mia))
		message := connections.MadeUp(at, "backend")
		message.OrgID, message.InterviewID, message.Version = org, "iv_"+org, 1
		text, err := json.Marshal(message)
		require.NoError(t, err)
		var m object
		require.NoError(t, json.Unmarshal(text, &m))
		r.enqueue(m)
		i, err := r.store.Integration(t.Context(), org)
		require.NoError(t, err)
		want[org], err = connections.Preview(i.Choices, "backend", at)
		require.NoError(t, err)
	}
	r.start()
	for org, one := range cases {
		r.state("iv_"+org, "sent")
		require.Equal(t, []string{want[org].Request}, r.posted(org), org)
		assert.Contains(t, want[org].Request, one.has, org)
		assert.Equal(t, one.as, want[org].As, org)
		shown, err := c.Preview(t.Context(), org, store.Settings{}, "backend")
		require.NoError(t, err)
		assert.Equal(t, one.as, shown.As, org)
	}
	held := r.sim.Candidates("")
	require.Len(t, held, len(cases))
	for _, person := range held {
		if person.Account == "stage" {
			assert.Equal(t, "Interviewed / New", person.Pool+" / "+person.PoolStage)
		}
	}
}

// A draft is previewed without being saved.
func TestPreview_OfADraft(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	candidate := "candidate"
	shown, err := r.connections().Preview(t.Context(), "nobody", store.Settings{Mode: &candidate, JobMap: map[string]int64{"ops": 7}}, "ops")
	require.NoError(t, err)
	assert.Equal(t, "as a candidate on job 7", shown.As)
	_, err = r.store.Integration(t.Context(), "nobody")
	require.ErrorIs(t, err, store.ErrNotFound)
}

// What is being sent while the key is replaced finishes with the old one; the next goes with the new.
func TestSave_ReplacesTheKeyMidFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	old := r.company("acme")
	fresh := "another-" + old
	r.start()
	r.sim.Plan(greenhousesim.Fault{ExternalID: "cand_first", Delay: 2 * time.Second})
	r.enqueue(result("acme", "first"))
	require.NoError(t, r.sim.WaitForRequests(t.Context(), 1))
	r.sim.ReplaceKey(old, fresh)
	saved, err := r.connections().Save(t.Context(), "acme", store.ConnectionChange{Key: store.APIKey(fresh)}, mia)
	require.NoError(t, err)
	require.Equal(t, "sending", r.state("first", "sending", "sent").State, "it is still on its way")
	require.NotNil(t, saved.Report)
	assert.True(t, saved.Report.Passed)
	r.state("first", "sent")
	r.enqueue(result("acme", "second"))
	r.state("second", "sent")
	keys := map[string]string{}
	for _, request := range r.sim.Requests() {
		var body struct {
			ExternalID string `json:"external_id"`
		}
		if request.Method == http.MethodPost && json.Unmarshal(request.Body, &body) == nil {
			keys[body.ExternalID] = request.Key
		}
	}
	assert.Equal(t, map[string]string{"cand_first": old, "cand_second": fresh}, keys)
	assert.Equal(t, 2, r.sim.CountCandidates(""))
}

// Each way in which Greenhouse can fail a test says what, why and what to do, and nothing is saved.
func TestTest_SaysWhatFails(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme", withChoices)
	c := r.connections()
	for name, one := range map[string]struct {
		fault     greenhousesim.Fault
		id        string
		says, why string
	}{
		"Forbidden":   {greenhousesim.Fault{On: "GET current_user", Status: 403}, "accepted", "refused (403)", "deactivated"},
		"NoJobs":      {greenhousesim.Fault{On: "GET jobs", Status: 403}, "jobs", "may not read jobs", "permissions"},
		"Down":        {greenhousesim.Fault{On: "GET current_user", Cut: greenhousesim.CutBefore}, "reached", "no answer", "nothing about key or email"},
		"ServerError": {greenhousesim.Fault{On: "GET jobs", Status: 503}, "jobs", "fault of its own (status 503)", "nothing about key or email"},
		"Limited":     {greenhousesim.Fault{On: "GET jobs", Status: 429}, "jobs", "slow down", "many requests"},
		"Redirect":    {greenhousesim.Fault{On: "GET current_user", Status: 302}, "accepted", "not the API", "address"},
		"Garbage":     {greenhousesim.Fault{On: "GET jobs", Body: greenhousesim.Text("<html>")}, "jobs", "no readable answer", "between us and it"},
	} {
		r.sim.Plan(one.fault)
		report, err := c.Test(t.Context(), "acme", "", "zoe@acme.example", mia) // not the saved pair: nothing follows
		require.NoError(t, err, name)
		assert.False(t, report.Passed, name)
		last := report.Checks[len(report.Checks)-1]
		for _, check := range report.Checks {
			if check.Is == store.CheckFailed {
				last = check
			}
		}
		assert.Equal(t, one.id, last.ID, name)
		assert.Contains(t, last.Says, one.says, name)
		assert.Contains(t, last.Why, one.why, name)
		assert.NotEmpty(t, last.Hint, name)
		r.sim.ClearFaults()
	}
	r.sim.Plan(greenhousesim.Fault{On: "GET prospect_pools", Status: 404})
	report, err := c.Test(t.Context(), "acme", "", "zoe@acme.example", mia)
	require.NoError(t, err)
	assert.True(t, report.Passed, "adding prospects needs no pool")
	assert.Equal(t, store.CheckNote, report.Checks[len(report.Checks)-1].Is)
}

// A key without budget left is not asked about; a test never takes what exports were promised.
func TestTest_ChargesTheBudget(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	c := r.connections()
	free, err := r.store.ChargeBudget(t.Context(), r.digests.Key(key), 48)
	require.NoError(t, err)
	require.True(t, free)
	report, err := c.Test(t.Context(), "acme", "", "", mia)
	require.NoError(t, err)
	assert.False(t, report.Passed)
	assert.Contains(t, report.Checks[0].Says, "not asked")
	assert.Empty(t, r.sim.Requests())
	seen, err := c.Jobs(t.Context(), "acme")
	require.NoError(t, err)
	assert.Empty(t, seen.Problem, "two are left")
	after, err := r.store.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.True(t, after.Tested, "it passed before")
	assert.Nil(t, after.TestReport, "nothing was asked, so there is nothing to keep")
}

// A mapped job that closes is flagged by the daily look, with since when, before somebody interviewed for it is refused.
func TestDailyLook_SeesAJobClose(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme", withChoices)
	candidate := "candidate"
	require.NoError(t, r.store.SetSettings(t.Context(), "acme", store.Settings{Mode: &candidate, JobMap: map[string]int64{"backend": 101}}, mia))
	seen, err := r.connections().Jobs(t.Context(), "acme")
	require.NoError(t, err)
	require.Len(t, seen.List, 2)
	r.sim.CloseJob(key, 101)
	n := r.start()
	r.sql("UPDATE ghexport.integrations SET check_at = clock_timestamp()") // a day later
	r.looks(n)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for len(seen.List) == 2 && seen.List[1].ClosedAt == nil {
		_, err := r.watch.WaitForNotification(ctx)
		require.NoErrorf(t, err, "the closed job was not seen; log: %s", r.said())
		seen, err = r.store.SeenJobs(ctx, "acme")
		require.NoError(t, err)
	}
	assert.Equal(t, "Backend Engineer", seen.List[1].Name)
	assert.WithinDuration(t, time.Now(), *seen.List[1].ClosedAt, time.Minute)
}
