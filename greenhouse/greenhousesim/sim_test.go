package greenhousesim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	key   = "key-of-acme"
	admin = "admin@acme.example"
)

type bundle struct {
	*Sim
	url string
}

func setup(t *testing.T, cfg Config) *bundle {
	t.Helper()
	sim := New(cfg)
	sim.AddAccount(Account{
		Key: key,
		Users: []User{
			{Email: admin, Name: "Ada Min", CanManageUnattachedProspects: true},
			{Email: "plain-admin@acme.example", Name: "Plain Admin"},
			{Email: "job@acme.example", Name: "Job Admin", Level: JobAdmin, JobIDs: []int64{2}},
			{Email: "basic@acme.example", Name: "Ba Sic", Level: Basic},
			{Email: "gone@acme.example", Name: "Go Ne", Disabled: true},
		},
		Jobs: []Job{{ID: 1, Name: "Public", Public: true}, {ID: 2, Name: "Assigned"}, {ID: 3, Name: "Private"},
			{ID: 4, Name: "Closed", Public: true, Closed: true}},
		ProspectPools: []ProspectPool{{ID: 10, Name: "Pool", Stages: []PoolStage{{11, "First"}}}},
	})
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	return &bundle{sim, server.URL}
}

// as sends one request in the name of a user and returns status, headers and body.
func (b *bundle) as(t *testing.T, user, method, path, body string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.SetBasicAuth(key, "")
	req.Header.Set("On-Behalf-Of", user)
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, res.Header, "broken: " + string(text)
	}
	return res.StatusCode, res.Header, string(text)
}

func (b *bundle) post(t *testing.T, body string) (int, http.Header, string) {
	t.Helper()
	return b.as(t, admin, "POST", "/v1/partner/candidates", body)
}

func person(more string) string {
	return `{"first_name":"Harry","last_name":"Potter","external_id":"24680"` + more + `}`
}

func TestSim_KnowsWhoAsks(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	status, _, body := b.as(t, admin, "GET", "/v1/partner/current_user", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"full_name":"Ada Min"`)
	for _, user := range []string{"", "nobody@acme.example", "gone@acme.example"} {
		status, _, _ = b.as(t, user, "GET", "/v1/partner/jobs", "")
		assert.Equal(t, 401, status, user)
	}
	b.DisableUser(key, admin)
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 401, status)
	b.EnableUser(key, admin)
	b.RevokeKey(key)
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 401, status)
	b.RestoreKey(key)
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 200, status)
	b.ReplaceKey(key, "another")
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 401, status)
	assert.Equal(t, 1, b.CountCandidates("another"), "the account stays")

	strict := setup(t, Config{DisabledStatus: 403})
	status, _, _ = strict.as(t, "gone@acme.example", "GET", "/v1/partner/jobs", "")
	assert.Equal(t, 403, status)
}

func TestSim_Permissions(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	onJob := func(id int) string { return person(fmt.Sprintf(`,"prospect":false,"job_id":%d`, id)) }
	cases := []struct {
		user, method, path, body string
		want                     int
	}{
		{admin, "POST", "candidates", onJob(3), 200},
		{"job@acme.example", "POST", "candidates", onJob(1), 200},
		{"job@acme.example", "POST", "candidates", onJob(2), 200},
		{"job@acme.example", "POST", "candidates", onJob(3), 403},
		{"job@acme.example", "POST", "candidates", person(""), 200},
		{"basic@acme.example", "POST", "candidates", onJob(1), 200},
		{"basic@acme.example", "POST", "candidates", person(""), 200},
		{"basic@acme.example", "GET", "candidates?candidate_ids=1", "", 403},
		{"basic@acme.example", "POST", "tracking_link", `{"job_id":1}`, 403},
		{"basic@acme.example", "GET", "jobs", "", 200},
		{"basic@acme.example", "GET", "prospect_pools", "", 200},
		{admin, "POST", "tracking_link", `{"job_id":1}`, 200},
		{admin, "POST", "tracking_link", `{"job_id":99}`, 404},
		{"job@acme.example", "POST", "tracking_link", `{"job_id":3}`, 403},
		{admin, "POST", "candidates", onJob(4), 404},
		{admin, "POST", "candidates", onJob(99), 404},
		{admin, "DELETE", "candidates", "", 404},
		{admin, "GET", "nowhere", "", 404},
	}
	for _, tt := range cases {
		status, _, body := b.as(t, tt.user, tt.method, "/v1/partner/"+tt.path, tt.body)
		assert.Equal(t, tt.want, status, "%v: %s", tt, body)
	}
	_, _, body := b.as(t, "job@acme.example", "GET", "/v1/partner/jobs", "")
	assert.JSONEq(t, `[{"id":1,"name":"Public","status":"open","public":true},{"id":2,"name":"Assigned","status":"open","public":false}]`, body)

	_, _, body = b.as(t, admin, "POST", "/v1/partner/tracking_link", `{"job_id":1}`)
	var made struct {
		Link string `json:"tracking_link"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	leads := func() (int, string) {
		status, _, page := b.as(t, "", "GET", made.Link[strings.Index(made.Link, "/links/"):], "")
		return status, page
	}
	status, page := leads()
	assert.Equal(t, 200, status)
	assert.Contains(t, page, "Apply: Public")
	assert.Contains(t, page, "come from interviewing.io")

	b.CloseJob(key, 1)
	_, page = leads()
	assert.Contains(t, page, "This job is closed.")
	status, _, _ = b.as(t, "", "GET", "/links/1-1", "")
	assert.Equal(t, 404, status)
	b.SetProspects(key, false)
	status, _, _ = b.post(t, onJob(1))
	assert.Equal(t, 404, status)
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 403, status)
}

func TestSim_ReadsOnlyWhatTheUserMaySee(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	_, _, body := b.post(t, person(""))
	var made struct{ ID int64 }
	require.NoError(t, json.Unmarshal([]byte(body), &made))
	path := fmt.Sprintf("/v1/partner/candidates?candidate_ids=%d,5", made.ID)
	_, _, body = b.as(t, admin, "GET", path, "")
	assert.Contains(t, body, `"external_id":"24680"`)
	_, _, body = b.as(t, "plain-admin@acme.example", "GET", path, "")
	assert.Equal(t, "[]", body, "jobless prospects need a permission of their own")
	b.DeleteCandidate(made.ID)
	_, _, body = b.as(t, admin, "GET", path, "")
	assert.Equal(t, "[]", body)
}

func TestSim_ChecksCandidates(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	good := []string{"", `,"prospect":"true"`, `,"prospect":null`, `,"emails":[{"email":"a@b.example","type":"other"}]`,
		`,"social_media":[{"url":"https://x.example/"}]`, `,"prospect_pool_id":10,"prospect_pool_stage_id":11`, `,"unknown":1`, `,"notes":null`,
		`,"referrer":{"email":"r@b.example","first_name":"R","last_name":"B"}`}
	for _, more := range good {
		status, _, body := b.post(t, person(more))
		assert.Equal(t, 200, status, more+body)
	}
	bad := map[string]string{
		`,"prospect":"maybe"`: "prospect", `,"prospect":false`: "job_id", `,"job_id":1`: "job_id", `,"job_id":"x"`: "job_id",
		`,"emails":[{"value":"a@b.example","type":"other"}]`: "", `,"emails":[{"email":"a@b","type":"other"}]`: "emails",
		`,"emails":[{"email":"a@b.example","type":"home"}]`: "emails", `,"emails":"a@b.example"`: "emails",
		`,"social_media":[{"url":"ada"}]`: "social_media", `,"social_media":["https://x.example/"]`: "", `,"notes":7`: "notes",
		`,"prospect_pool_stage_id":11`: "prospect_pool_id", `,"prospect_pool_id":10,"prospect_pool_stage_id":12`: "prospect_pool_stage_id",
		`,"referrer":{"email":"r@b.example"}`: "referrer",
	}
	for more, field := range bad {
		status, _, body := b.post(t, person(more))
		assert.Equal(t, 422, status, more)
		if field != "" {
			assert.Contains(t, body, `"field":"`+field+`"`, more)
		}
	}
	status, _, body := b.post(t, `{}`)
	assert.Equal(t, 422, status)
	for _, field := range []string{"first_name", "last_name", "external_id"} {
		assert.Contains(t, body, field)
	}
	status, _, _ = b.post(t, person(`,"prospect_pool_id":99`))
	assert.Equal(t, 404, status)
	status, _, body = b.post(t, `{"first_name":`)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "invalid JSON")
	assert.Equal(t, len(good), b.CountCandidates(key))
}

func TestSim_MirrorsArraysAndRepeats(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	status, _, body := b.post(t, `[`+person("")+`,`+person("")+`]`)
	assert.Equal(t, 200, status)
	assert.True(t, strings.HasPrefix(body, "["), body)
	status, _, _ = b.post(t, `[`+person("")+`,{}]`)
	assert.Equal(t, 422, status)
	assert.Equal(t, 2, b.CountCandidates(key), "a repeat is another candidate; one bad element refuses all")
}

func TestSim_RateWindows(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Unix(1_800_000_003, 400_000_000)
	b := setup(t, Config{Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	_, header, _ := b.post(t, person(""))
	assert.Empty(t, header.Get("X-RateLimit-Limit"), "no limit, no headers")
	b.SetRateLimit(key, 2, 0)

	for i, want := range []int{200, 401, 429} {
		user := []string{admin, "nobody@acme.example", admin}[i]
		status, header, _ := b.as(t, user, "POST", "/v1/partner/candidates", person(""))
		assert.Equal(t, want, status)
		assert.Equal(t, "2", header.Get("X-RateLimit-Limit"))
		assert.Equal(t, []string{"1", "0", "0"}[i], header.Get("X-RateLimit-Remaining"))
		assert.Equal(t, "1800000010", header.Get("X-RateLimit-Reset"))
		assert.Equal(t, []string{"", "", "7"}[i], header.Get("Retry-After"))
	}
	mu.Lock()
	now = time.Unix(1_800_000_010, 0)
	mu.Unlock()
	status, _, _ := b.post(t, person(""))
	assert.Equal(t, 200, status)
	assert.Equal(t, map[time.Time]int{time.Unix(1_800_000_000, 0).UTC(): 4, time.Unix(1_800_000_010, 0).UTC(): 1},
		b.PerWindow(key, 10*time.Second))
}

func TestSim_Faults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		fault  Fault
		status int
		body   string // what it contains
		stored int
	}{
		{"status", Fault{Status: 500}, 500, "Internal Server Error", 0},
		{"status and accepted", Fault{Status: 503, Accepts: true}, 503, "", 1},
		{"429 with Retry-After", Fault{Status: 429, Headers: map[string]string{"Retry-After": "3"}}, 429, "", 0},
		{"body", Fault{Body: Text("<p>hi")}, 200, "<p>hi", 0},
		{"body and accepted", Fault{Status: 201, Body: Text("{}"), Accepts: true}, 201, "{}", 1},
		{"truncated", Fault{Truncate: true}, 200, `{"id":1768`, 1},
		{"delay", Fault{Delay: time.Millisecond}, 200, `"external_id":"24680"`, 1},
		{"cut before", Fault{Cut: CutBefore}, 0, "", 0},
		{"cut before by id", Fault{Cut: CutBefore, ExternalID: "24680"}, 0, "", 0},
		{"cut during", Fault{Cut: CutDuring}, 200, "broken: {", 1},
		{"cut after", Fault{Cut: CutAfter}, 0, "", 1},
		{"other id", Fault{Status: 500, ExternalID: "x"}, 200, "", 1},
		{"other account", Fault{Status: 500, Account: "x"}, 200, "", 1},
		{"account by name", Fault{Status: 500, Account: "acme"}, 500, "", 0},
		{"account by key", Fault{Status: 500, Account: key}, 500, "", 0},
		{"other endpoint", Fault{Status: 500, On: "GET jobs"}, 200, "", 1},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, Config{})
			b.Plan(tt.fault)
			status, header, body := b.post(t, person(""))
			assert.Equal(t, tt.status, status, body)
			assert.Contains(t, body, tt.body)
			assert.Equal(t, tt.stored, b.CountCandidates(key))
			for name, value := range tt.fault.Headers {
				assert.Equal(t, value, header.Get(name))
			}
			record := b.Creates(key)[0]
			assert.Equal(t, tt.status, record.Status)
			assert.Equal(t, tt.stored == 1, record.Accepted)

			before := b.CountCandidates(key)
			if b.PlannedFaults() == 0 {
				status, _, _ = b.post(t, person(""))
				assert.Equal(t, 200, status, "once")
				assert.Equal(t, before+1, b.CountCandidates(key))
			}
		})
	}
}

func TestSim_FaultsComeInOrderAndNumber(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	b.Plan(Fault{Status: 500, Times: 2}, Fault{Status: 502}, Fault{Status: 503, Times: -1, On: "GET current_user"})
	for _, want := range []int{500, 500, 502, 200} {
		status, _, _ := b.post(t, person(""))
		assert.Equal(t, want, status)
	}
	for range 3 {
		status, _, _ := b.as(t, admin, "GET", "/v1/partner/current_user", "")
		assert.Equal(t, 503, status)
	}
	b.ClearFaults()
	assert.Zero(t, b.PlannedFaults())
}

func TestSim_HangsUntilTheClientLeaves(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	b.Plan(Fault{Hang: true, Accepts: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", b.url+"/v1/partner/candidates", strings.NewReader(person("")))
		req.SetBasicAuth(key, "")
		req.Header.Set("On-Behalf-Of", admin)
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	wait, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	require.NoError(t, b.WaitForRequests(wait, 1))
	require.NoError(t, b.WaitForCandidates(wait, key, 1))
	cancel()
	require.Error(t, <-done)
	require.NoError(t, b.WaitForAnswers(wait, 1))
	assert.Zero(t, b.Requests()[0].Status)

	over, end := context.WithCancel(wait)
	end()
	assert.ErrorContains(t, b.WaitForRequests(over, 2), "wait for 2 requests, have 1")
}

func TestSim_DropsBodiesWhenTold(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{DropBodies: true, Latency: time.Millisecond})
	_, _, _ = b.post(t, person(""))
	assert.Nil(t, b.Requests()[0].Body)
	b.SetLatency(0)
	_, _, _ = b.post(t, person(""))
	assert.Equal(t, 2, b.CountCandidates(""))
}

func BenchmarkSim_Create(b *testing.B) {
	sim := New(Config{DropBodies: true})
	sim.AddAccount(Account{Key: key, Users: []User{{Email: admin}}})
	for b.Loop() {
		req := httptest.NewRequest("POST", "/v1/partner/candidates", strings.NewReader(person("")))
		req.SetBasicAuth(key, "")
		req.Header.Set("On-Behalf-Of", admin)
		sim.ServeHTTP(httptest.NewRecorder(), req)
	}
}
