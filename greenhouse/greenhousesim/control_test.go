package greenhousesim

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSim_TakesOrdersOverHTTP(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})

	status, _, body := b.as(t, "", "POST", "/_sim/faults", `{"account":"acme","status":429,"headers":{"Retry-After":"2"},"delay":"1ms"}`)
	assert.Equal(t, 200, status, body)
	status, header, _ := b.post(t, person(""))
	assert.Equal(t, 429, status)
	assert.Equal(t, "2", header.Get("Retry-After"))

	_, _, body = b.as(t, "", "POST", "/_sim/faults", ` [{"cut":"after"},{"status":500,"times":-1}]`)
	assert.JSONEq(t, `{"planned":2}`, body)
	status, _, _ = b.post(t, person(""))
	assert.Zero(t, status)
	_, _, _ = b.as(t, "", "DELETE", "/_sim/faults", "")
	assert.Zero(t, b.PlannedFaults())

	for _, wrong := range []string{`{"cut":"sideways"}`, `{"delay":"soon"}`, `{"status":99}`, `{"stat":500}`, `{`, `[{"stat":500}]`} {
		status, _, _ = b.as(t, "", "POST", "/_sim/faults", wrong)
		assert.Equal(t, 400, status, wrong)
	}

	_, _, body = b.as(t, "", "GET", "/_sim/candidates?account=acme", "")
	var candidates []Candidate
	require.NoError(t, json.Unmarshal([]byte(body), &candidates))
	require.Len(t, candidates, 1)
	assert.Equal(t, "Harry Potter", candidates[0].Name())
	_, _, body = b.as(t, "", "GET", "/_sim/candidates?account=other", "")
	assert.JSONEq(t, `[]`, body)

	_, _, body = b.as(t, "", "GET", "/_sim/requests", "")
	var requests []struct {
		Method, Body string
		Status       int
		Accepted     bool
	}
	require.NoError(t, json.Unmarshal([]byte(body), &requests))
	require.Len(t, requests, 2, "orders are no requests of the API")
	assert.Equal(t, person(""), requests[1].Body)
	assert.True(t, requests[1].Accepted)
	assert.NotContains(t, body, key, "keys are never given out")

	status, _, body = b.as(t, "", "POST", "/_sim/accounts", `{"key":"other-key","name":"Other","users":[{"email":"o@other.example","name":"O"}]}`)
	assert.Equal(t, 200, status, body)
	status, _, _ = b.as(t, "", "POST", "/_sim/accounts", `{"users":[{"level":"king"}],"rate_limit":-1}`)
	assert.Equal(t, 400, status)

	status, _, _ = b.as(t, "", "POST", "/_sim/users", fmt.Sprintf(`{"account":"acme","email":%q,"disabled":true,"level":"basic"}`, admin))
	assert.Equal(t, 200, status)
	status, _, _ = b.post(t, person(""))
	assert.Equal(t, 401, status)
	for _, wrong := range []string{`{"account":"x"}`, `{"account":"acme","email":"x"}`, `{"account":"acme","level":"king"}`} {
		status, _, _ = b.as(t, "", "POST", "/_sim/users", wrong)
		assert.Equal(t, 400, status, wrong)
	}
}

func TestSim_Pages(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{PublicURL: "https://sim.example/gh/"})
	_, header, body := b.as(t, "", "GET", "/", "")
	assert.Contains(t, body, "Nobody yet")
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")

	_, _, _ = b.post(t, person(`,"notes":"line one\n\n<script>alert(1)</script> vector<int>","emails":[{"email":"hp@hogwarts.example","type":"other"}],
		"social_media":[{"url":"https://www.linkedin.com/in/hp"}]`))
	_, _, _ = b.post(t, `{"first_name":"New","last_name":"Er","external_id":"2","prospect":false,"job_id":1}`)
	c := b.Candidates(key)[0]
	assert.Equal(t, fmt.Sprintf("https://sim.example/gh/people/%d?application_id=%d", c.ID, c.ApplicationID), c.ProfileURL)

	for _, path := range []string{"/", "/?account=acme", fmt.Sprintf("/people/%d?application_id=%d", c.ID, c.ApplicationID)} {
		status, _, body := b.as(t, "", "GET", path, "")
		assert.Equal(t, 200, status)
		for _, want := range []string{"Harry Potter", "hp@hogwarts.example", "https://www.linkedin.com/in/hp", "Ada Min", "interviewing.io", "Prospect",
			"line one\n\n&lt;script&gt;alert(1)&lt;/script&gt; vector&lt;int&gt;"} {
			assert.Contains(t, body, want, path)
		}
		assert.NotContains(t, body, key)
		assert.NotContains(t, body, "<script")
	}
	_, _, body = b.as(t, "", "GET", "/", "")
	assert.Regexp(t, `(?s)New Er.*Public.*Harry Potter`, body, "newest first")
	_, _, body = b.as(t, "", "GET", "/?account=none", "")
	assert.Contains(t, body, "Nobody yet")
	status, _, _ := b.as(t, "", "GET", "/people/1", "")
	assert.Equal(t, 404, status)
	status, header, _ = b.as(t, "", "GET", "/style.css", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, header.Get("Content-Type"), "text/css")
}
