package greenhouse

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

func TestClient_Create(t *testing.T) {
	t.Parallel()

	t.Run("StoresTheCandidate", func(t *testing.T) {
		t.Parallel()
		for name, start := range map[string]func(*testing.T) *bundle{"http": setup, "https": setupTLS} {
			b := start(t)
			got, answer, err := b.create(t)
			require.NoError(t, err, name)
			stored := b.sim.Candidates(testKey)
			require.Len(t, stored, 1)
			assert.Equal(t, &Created{stored[0].ID, stored[0].ApplicationID, "cand_9", stored[0].ProfileURL}, got)
			assert.Equal(t, http.StatusOK, answer.Status)
			assert.Equal(t, "sim-1", answer.RequestID)
			assert.Equal(t, ada().Notes, stored[0].Notes)
			assert.Equal(t, "Minerva McGonagall", stored[0].AddedBy)
		}
	})

	t.Run("SendsOneObjectUnescaped", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		_, _, err := b.create(t)
		require.NoError(t, err)
		want := `{"prospect":true,"first_name":"Ada","last_name":"King Lovelace","external_id":"cand_9",` +
			`"emails":[{"email":"ada@example.com","type":"other"}],"social_media":[{"url":"https://www.linkedin.com/in/ada"}],` +
			`"notes":"Likes vector<int> & \"a < b\" ` + "\U0001F389" + `\n\nTechnical skills: 4"}`
		assert.Equal(t, want, string(b.sim.Requests()[0].Body))
	})

	t.Run("SendsEveryOption", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := CreateCandidate{FirstName: "A", LastName: "-", ExternalID: "x", JobID: jobAuror,
			Referrer: &Referrer{"ron@acme.example", "Ron", "Weasley"}}
		_, _, err := b.client.Create(within(t), b.cred, c, Fence{})
		require.NoError(t, err)
		c = CreateCandidate{Prospect: true, FirstName: "B", LastName: "-", ExternalID: "y", ProspectPoolID: 123, ProspectPoolStageID: 1957}
		_, _, err = b.client.Create(within(t), b.cred, c, Fence{})
		require.NoError(t, err)

		assert.JSONEq(t, `{"prospect":false,"job_id":146859,"first_name":"A","last_name":"-","external_id":"x",
			"referrer":{"email":"ron@acme.example","first_name":"Ron","last_name":"Weasley"}}`, string(b.sim.Requests()[0].Body))
		stored := b.sim.Candidates(testKey)
		assert.Equal(t, "Auror", stored[0].Job)
		assert.Equal(t, "Ron Weasley", stored[0].CreditTo)
		assert.Equal(t, "Not Contacted", stored[1].PoolStage)
	})

	t.Run("SendsTheHeadersOfTheDocumentation", func(t *testing.T) {
		t.Parallel()
		var got *http.Request
		b := serveHandler(t, func(w http.ResponseWriter, r *http.Request) { got = r; _, _ = w.Write([]byte(`{"id":1}`)) })
		_, _, err := b.create(t)
		require.NoError(t, err)
		user, password, _ := got.BasicAuth()
		assert.Equal(t, testKey, user)
		assert.Empty(t, password)
		assert.Equal(t, "/mounted/here/v1/partner/candidates", got.URL.Path)
		assert.Equal(t, testEmail, got.Header.Get("On-Behalf-Of"))
		assert.Equal(t, "application/json", got.Header.Get("Accept"))
		assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
		assert.Equal(t, "HTTP/1.1", got.Proto)
		assert.Equal(t, DefaultUserAgent, got.UserAgent())
		assert.NotContains(t, got.Header, "Idempotency-Key")
		assert.Positive(t, got.ContentLength)
	})
}

func TestClient_Reads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := within(t)

	user, _, err := b.client.CurrentUser(ctx, b.cred)
	require.NoError(t, err)
	assert.Equal(t, &User{1234, "Minerva McGonagall", "Minerva", "McGonagall", testEmail}, user)

	jobs, _, err := b.client.Jobs(ctx, b.cred)
	require.NoError(t, err)
	assert.Equal(t, []Job{{jobAuror, "Auror", "open", true}, {7, "Secret", "open", false}}, jobs)

	pools, _, err := b.client.ProspectPools(ctx, b.cred)
	require.NoError(t, err)
	assert.Equal(t, []ProspectPool{{123, "Outreach", []ProspectPoolStage{{1957, "Not Contacted"}}}}, pools)

	link, _, err := b.client.TrackingLink(ctx, b.cred, jobAuror)
	require.NoError(t, err)
	assert.Equal(t, "Auror", link.Job)
	assert.Equal(t, "interviewing.io", link.Source)

	one, _, err := b.create(t)
	require.NoError(t, err)
	two, _, err := b.create(t)
	require.NoError(t, err)
	b.sim.EditCandidate(two.ID, func(c *greenhousesim.Candidate) { c.Status = "Hired" })
	list, _, err := b.client.ReadStatus(ctx, b.cred, []int64{one.ID, 99, two.ID})
	require.NoError(t, err)
	require.Len(t, list, 2, "an unknown id is left out without a word")
	assert.Equal(t, "cand_9", list[0].ExternalID)
	assert.Equal(t, "hired", list[1].Applications[0].Status)

	for _, r := range b.sim.Requests() {
		assert.Equal(t, testEmail, r.OnBehalfOf, "on every request, reads too")
	}
}

func TestClient_ReadsTheDocumentedSamples(t *testing.T) {
	t.Parallel()
	created, err := decodeCreated(sample(t, "create.json"))
	require.NoError(t, err)
	assert.Equal(t, &Created{12345, 17681532, "24680", "https://app.greenhouse.io/people/17681532?application_id=26234709"}, created)

	status, err := decodeStatuses(sample(t, "read_candidates.json"))
	require.NoError(t, err)
	assert.Equal(t, "active", status[0].Applications[0].Status)

	user, err := decodeUser(sample(t, "current_user.json"))
	require.NoError(t, err)
	assert.Equal(t, "Ron Weasley", user.FullName)

	jobs, err := decodeJobs(sample(t, "jobs.json"))
	require.NoError(t, err)
	assert.Len(t, jobs, 3)

	pools, err := decodePools(sample(t, "prospect_pools.json"))
	require.NoError(t, err)
	assert.Equal(t, ProspectPoolStage{1966, "In Discussion"}, pools[1].Stages[4])

	link, err := decodeTrackingLink(sample(t, "tracking_link.json"))
	require.NoError(t, err)
	assert.Equal(t, "http://grnh.se/yvj0bj", link.URL)
}

func TestClient_TellsTheRateLimitOfEveryAnswer(t *testing.T) {
	t.Parallel()
	now := newClock()
	b := setupWith(t, greenhousesim.Config{Now: now.now}, false)
	b.sim.SetRateLimit(testKey, 2, 10*time.Second)

	_, answer, err := b.create(t)
	require.NoError(t, err)
	// The server's clock is years away from ours; the difference of its own readings is what counts.
	assert.Equal(t, RateLimit{Known: true, Limit: 2, Remaining: 1, Reset: 7 * time.Second, HasReset: true}, answer.RateLimit)
	assert.True(t, answer.Date.Equal(now.now()))

	_, answer, err = b.client.CurrentUser(within(t), Credential{Key: NewSecret(testKey), OnBehalfOf: "nobody@acme.example"})
	require.Error(t, err)
	assert.Equal(t, 0, answer.RateLimit.Remaining, "errors carry it too")

	_, answer, err = b.create(t)
	e := asError(t, err)
	assert.Equal(t, ClassLimited, e.Class)
	assert.True(t, e.HasRetryAfter)
	assert.Equal(t, 7*time.Second, e.RetryAfter)
	assert.Equal(t, 7*time.Second, answer.RateLimit.Reset)

	now.add(7 * time.Second)
	_, answer, err = b.create(t)
	require.NoError(t, err)
	assert.Equal(t, 1, answer.RateLimit.Remaining)
}
