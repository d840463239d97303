package greenhouse_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// What must never be repeated by an error, whatever Greenhouse echoes.
const (
	keyCanary  = "KEYCANARY0123456789"
	noteCanary = "NOTECANARY"
)

// errorCap bounds an error's text: it is stored and shown.
const errorCap = 8 << 10

// FuzzAnswerOverTheWire lets Greenhouse answer anything to a create, over a real connection.
func FuzzAnswerOverTheWire(f *testing.F) {
	for _, body := range []string{
		`[{"id": 17, "application_id": 18, "profile_url": "https://app.greenhouse.io/people/17"}]`, `{"id": "17"}`, `[]`, `null`, `{"id": 1e99}`, `{"id": -1}`,
		`{"id": 17, "profile_url": "javascript:alert(1)"}`, `[{"id": 17}, {"id": 18}]`, `{"errors": [{"field": "emails", "message": "is invalid"}]}`,
		`{"errors": "text"}`, `{"message": "` + keyCanary + `"}`, "\x00\xff", `<html>` + noteCanary + `</html>`, strings.Repeat("[", 10_000), `{"id": 17`,
	} {
		for _, status := range []int{200, 201, 204, 302, 400, 401, 403, 404, 408, 422, 425, 429, 500, 503, 599, 999} {
			f.Add(status, "3", "Thu, 01 Jan 2026 00:00:00 GMT", body)
		}
	}
	f.Add(429, "-5", "1e9", "")
	f.Add(429, "99999999999999999999", "", "")
	var status int
	var retryAfter, reset, body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) //nolint:errcheck // whatever comes
		w.Header()["Retry-After"] = []string{strings.Map(headerSafe, retryAfter)}
		w.Header()["X-Ratelimit-Reset"] = []string{strings.Map(headerSafe, reset)}
		w.Header()["X-Ratelimit-Limit"] = []string{strings.Map(headerSafe, retryAfter)}
		w.WriteHeader(status)
		io.WriteString(w, body) //nolint:errcheck // the client may have enough
	}))
	f.Cleanup(server.Close)
	client := &greenhouse.Client{BaseURL: server.URL}
	f.Cleanup(client.CloseIdleConnections)
	f.Fuzz(func(t *testing.T, code int, after, until, text string) {
		if code < 200 || code > 999 {
			return // net/http writes no others
		}
		status, retryAfter, reset, body = code, after, until, text
		cred := greenhouse.Credential{Key: greenhouse.NewSecret(keyCanary), OnBehalfOf: "lee@acme.example"}
		created, answer, err := client.Create(t.Context(), cred, greenhouse.CreateCandidate{
			FirstName: "Ada", LastName: "Lovelace", ExternalID: "c1", Notes: noteCanary, Emails: []greenhouse.Email{{Email: "ada@example.com", Type: "personal"}},
		}, greenhouse.Fence{NotAfter: time.Now().Add(time.Minute)})
		if err == nil {
			require.NotNil(t, created)
			assert.Positive(t, created.ID)
			assert.True(t, answer.Status >= 200 && answer.Status < 300)
			assert.True(t, created.ProfileURL == "" || strings.HasPrefix(created.ProfileURL, "https://") || strings.HasPrefix(created.ProfileURL, "http://"), created.ProfileURL)
			return
		}
		var said *greenhouse.Error
		require.True(t, errors.As(err, &said), "%T", err)
		assert.NotEmpty(t, said.Class)
		assert.True(t, said.Left || said.Status == 0, "an answer means that the request had left")
		assert.GreaterOrEqual(t, said.RetryAfter, time.Duration(0))
		assert.LessOrEqual(t, said.RetryAfter, 365*24*time.Hour) // what follows from it is capped by the worker
		assert.LessOrEqual(t, len(err.Error()), errorCap)
		assert.NotContains(t, err.Error(), keyCanary)
		if code >= 200 && code < 300 {
			assert.True(t, said.Left)
		}
	})
}

func headerSafe(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}
