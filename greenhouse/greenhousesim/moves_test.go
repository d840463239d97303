package greenhousesim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMoves(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{OneAsObject: true})
	for range 3 {
		status, _, body := b.post(t, person(""))
		require.Equal(t, 200, status, body)
	}
	people := b.Candidates(key)
	read := func(ids ...int64) string {
		t.Helper()
		list := strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ","), "[]")
		status, _, body := b.as(t, admin, "GET", "/v1/partner/candidates?candidate_ids="+list, "")
		require.Equal(t, 200, status, body)
		return body
	}
	order := func(path, body string) (int, string) {
		t.Helper()
		status, _, text := b.as(t, "", "POST", path, body)
		return status, text
	}
	first, second, third := people[0].ID, people[1].ID, people[2].ID

	assert.True(t, strings.HasPrefix(read(first), "{"), "one is answered as an object, as the documentation's sample is")
	assert.Contains(t, read(first), `"Active"`)
	assert.True(t, strings.HasPrefix(read(first, second), "["))

	status, body := order("/_sim/moves", fmt.Sprintf(`{"id":%d,"stage":"Onsite","job_id":2}`, first))
	require.Equal(t, 200, status, body)
	assert.Contains(t, read(first), `"job":"Assigned","status":"Active","stage":"Onsite"`)
	for _, wrong := range []string{`{"id":1,"stage":"Onsite"}`, fmt.Sprintf(`{"id":%d,"status":"lost"}`, first), fmt.Sprintf(`{"id":%d,"job_id":99}`, first)} {
		status, _ = order("/_sim/moves", wrong)
		assert.Equal(t, 400, status, wrong)
	}

	form := func(values url.Values) int {
		t.Helper()
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		defer client.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), "POST", fmt.Sprintf("%s/people/%d", b.url, second), strings.NewReader(values.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Close = true
		res, err := client.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		return res.StatusCode
	}
	assert.Equal(t, 303, form(url.Values{"status": {"rejected"}, "stage": {"Phone Screen"}}))
	assert.Contains(t, read(second), `"status":"Rejected","stage":"Phone Screen"`)

	status, body = order("/_sim/merges", fmt.Sprintf(`{"id":%d,"into":%d}`, third, first))
	require.Equal(t, 200, status, body)
	assert.Equal(t, "[]", read(third))
	assert.Equal(t, 303, form(url.Values{"do": {"delete"}}))
	assert.Equal(t, 400, form(url.Values{"do": {"delete"}}))
	assert.Equal(t, "[]", read(second))
	assert.Len(t, b.Candidates(key), 1)
}

func TestAdvance_EndsInHiredOrRejected(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	for range 10 {
		b.post(t, person(""))
	}
	for range 6 {
		b.Advance()
	}
	ends := map[string]int{}
	for _, c := range b.Candidates(key) {
		ends[c.Status]++
	}
	assert.Equal(t, map[string]int{"hired": 8, "rejected": 2}, ends)
}
