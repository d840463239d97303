package greenhouse_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// What must never be repeated, whatever Greenhouse echoes: the key anywhere, the person in what may be logged.
const (
	keyCanary   = "KEYCANARY0123456789"
	noteCanary  = "NOTECANARY"
	nameCanary  = "NAMECANARY"
	emailCanary = "emailcanary@example.com"
)

const (
	errorCap = 2 << 10 // of an error's text, which is logged
	wordsCap = 2000    // of Greenhouse's words, which the ledger keeps
)

var classes = []greenhouse.Class{
	greenhouse.ClassAuthRejected, greenhouse.ClassPermissionDenied, greenhouse.ClassNotFound, greenhouse.ClassInvalid, greenhouse.ClassLimited,
	greenhouse.ClassTimedOut, greenhouse.ClassServer, greenhouse.ClassRedirect, greenhouse.ClassUnreadable, greenhouse.ClassNeverLeft,
	greenhouse.ClassNoAnswer,
}

func canaryCredential() greenhouse.Credential {
	return greenhouse.Credential{Key: greenhouse.NewSecret(keyCanary), OnBehalfOf: "lee@acme.example"}
}

// createCanary makes the one request, and checks what holds of any answer.
func createCanary(t *testing.T, client *greenhouse.Client) (*greenhouse.Created, greenhouse.Answer, *greenhouse.Error) {
	t.Helper()
	created, answer, err := client.Create(t.Context(), canaryCredential(), greenhouse.CreateCandidate{
		FirstName: nameCanary, LastName: "Lovelace", ExternalID: "c1", Notes: noteCanary, Emails: []greenhouse.Email{{Email: emailCanary, Type: "personal"}},
	}, greenhouse.Fence{NotAfter: time.Now().Add(time.Minute)})
	assert.GreaterOrEqual(t, answer.RateLimit.Reset, time.Duration(0))
	assert.LessOrEqual(t, len(answer.RequestID), 200)
	assertKept(t, answer.RequestID)
	if err == nil {
		require.NotNil(t, created)
		assert.Positive(t, created.ID)
		assert.GreaterOrEqual(t, created.ApplicationID, int64(0))
		assert.True(t, answer.Status >= 200 && answer.Status < 300, "an id counts in a 2xx alone, not in %d", answer.Status)
		profile, err := url.Parse(created.ProfileURL)
		require.NoError(t, err)
		assert.Contains(t, []string{"", "https", "http"}, profile.Scheme)
		assert.LessOrEqual(t, len(created.ProfileURL+created.ExternalID), 2*wordsCap)
		return created, answer, nil
	}
	assert.Nil(t, created)
	var said *greenhouse.Error
	require.ErrorAs(t, err, &said)
	assert.Contains(t, classes, said.Class)
	assert.Equal(t, said.Status, answer.Status)
	assert.True(t, said.Left, "all of it was read before the answer")
	assert.GreaterOrEqual(t, said.RetryAfter, time.Duration(0))
	assert.LessOrEqual(t, said.RetryAfter, time.Hour)
	assert.True(t, said.HasRetryAfter || said.RetryAfter == 0)
	for _, text := range []string{err.Error(), fmt.Sprintf("%#v", err)} {
		assert.LessOrEqual(t, len(text), errorCap)
		for _, canary := range []string{keyCanary, noteCanary, nameCanary, emailCanary} {
			assert.NotContains(t, text, canary)
		}
	}
	words := said.Message
	for _, f := range said.Fields {
		words += f.Field + f.Message
		assertKept(t, f.Field)
		assertKept(t, f.Message)
	}
	assertKept(t, said.Message)
	assert.LessOrEqual(t, len(words), wordsCap)
	return nil, answer, said
}

// assertKept checks words that the ledger keeps.
func assertKept(t *testing.T, words string) {
	t.Helper()
	assert.True(t, utf8.ValidString(words))
	assert.NotContains(t, words, "\x00")
	assert.NotContains(t, words, keyCanary)
	assert.NotContains(t, words, base64.StdEncoding.EncodeToString([]byte(keyCanary+":")))
}

var bodySeeds = []string{
	`[{"id": 17, "application_id": 18, "profile_url": "https://app.greenhouse.io/people/17"}]`, `{"id": "17"}`, `[]`, `null`, `[null]`, `[{}, {}]`,
	`{"id": 1e99}`, `{"id": -1}`, `{"id": 17, "profile_url": "javascript:alert(1)"}`, `[{"id": 17}, {"id": 18}]`,
	`{"errors": [{"field": "emails", "message": "is invalid"}]}`, `{"errors": {"emails": ["is invalid"]}}`, `{"errors": "text"}`,
	`{"errors": [{"field": "` + emailCanary + `", "message": "\u0000` + nameCanary + `"}, "` + noteCanary + `"]}`,
	`{"message": "` + keyCanary + `"}`, `{"message": "KEY\u0001CANARY0123456789"}`, `{"error": "Basic S0VZQ0FOQVJZMDEyMzQ1Njc4OTo="}`,
	`{"message": "` + strings.Repeat("x", wordsCap-5) + keyCanary + `"}`, "\x00\xff", `<html><title>` + noteCanary + keyCanary + `</title></html>`,
	strings.Repeat("[", 10_001), `{"errors":[` + strings.Repeat("1,", 5000) + `1]}`, `{"id": 17`, "\ufeff{\"id\":17}", strings.Repeat("\x00", 1<<20),
}

// FuzzAnswerOverTheWire lets Greenhouse answer any status, headers and body to a create, over a real connection.
func FuzzAnswerOverTheWire(f *testing.F) {
	for _, body := range bodySeeds {
		for _, status := range []int{200, 302, 401, 422, 503} {
			f.Add(status, "3", "Thu, 01 Jan 2026 00:00:00 GMT", body)
		}
	}
	for _, status := range []int{201, 204, 304, 400, 403, 404, 408, 425, 429, 500, 504, 599, 600, 999} {
		f.Add(status, "3", "9", bodySeeds[0])
	}
	f.Add(429, "-5", "1e9", "")
	f.Add(429, "99999999999999999999", keyCanary, "")
	var status int
	var retryAfter, reset, body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) //nolint:errcheck // whatever comes
		w.Header()["Retry-After"] = []string{strings.Map(headerSafe, retryAfter)}
		w.Header()["X-Ratelimit-Reset"] = []string{strings.Map(headerSafe, reset)}
		w.Header()["X-Ratelimit-Limit"] = []string{strings.Map(headerSafe, retryAfter)}
		w.Header()["X-Ratelimit-Remaining"] = []string{strings.Map(headerSafe, reset)}
		w.Header()["X-Request-Id"] = []string{strings.Map(headerSafe, reset)}
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
		_, answer, said := createCanary(t, client)
		assert.Equal(t, code, answer.Status)
		if limit := answer.RateLimit; limit.Known {
			assert.Positive(t, limit.Limit)
			assert.GreaterOrEqual(t, limit.Remaining, 0)
		}
		if said != nil && code >= 200 && code < 300 {
			assert.Equal(t, greenhouse.ClassUnreadable, said.Class)
		}
	})
}

func headerSafe(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}

// FuzzRawAnswer lets the other side say anything at all, HTTP or not, and hang up.
func FuzzRawAnswer(f *testing.F) {
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"id\":17}", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"id\":17}", "HTTP/1.0 200\r\n\r\n{\"id\":17}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"id\":17}\r\n0\r\nX-Trailer: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"HTTP/1.1 100 Continue\r\n\r\n", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 50) + "HTTP/1.1 503 Down\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/" + keyCanary + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 429 Too\r\nRetry-After: -1\r\nRetry-After: 5\r\nDate: nonsense\r\n\r\n", "HTTP/1.1 401 " + keyCanary + "\r\nX-Request-Id: \x00" + keyCanary + "\r\n\r\n", "HTTP/1.1 999999 x\r\n\r\n",
		"HTTP/1.1 -1 x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "SSH-2.0-OpenSSH\r\n" + emailCanary, "", "\x00", "\x16\x03\x01\x00", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 70_000) + "\r\n\r\n{\"id\":17}",
		"HTTP/1.1 200 OK\r\n\x00: y\r\n\r\n", "HTTP/1.1 503 x\r\nContent-Length: 2097152\r\n\r\n" + strings.Repeat("\x00", 1<<20),
	} {
		f.Add([]byte(answer))
	}
	var answer atomic.Pointer[[]byte]
	client := &greenhouse.Client{BaseURL: "http://" + hangUpServer(f, &answer), Timeout: 5 * time.Second}
	f.Cleanup(client.CloseIdleConnections)
	f.Fuzz(func(t *testing.T, raw []byte) {
		answer.Store(&raw)
		_, got, said := createCanary(t, client)
		if said != nil {
			assert.True(t, said.Class != greenhouse.ClassNoAnswer || got.Status == 0, "no answer has no status")
			assert.True(t, got.Status != 0 || slices.Contains([]greenhouse.Class{greenhouse.ClassNoAnswer, greenhouse.ClassUnreadable}, said.Class),
				"what has no status may have arrived: %s", said.Class)
			assert.NotErrorIs(t, said, greenhouse.ErrTooLate)
		}
	})
}

// hangUpServer reads one request a connection as a whole, writes the answer and closes. It returns its address.
func hangUpServer(f *testing.F, answer *atomic.Pointer[[]byte]) string {
	f.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(f, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.Copy(io.Discard, r.Body) //nolint:errcheck // whatever comes
				conn.Write(*answer.Load())  //nolint:errcheck // the client may have enough
			}
			conn.Close() //nolint:errcheck // that was all
		}
	}()
	f.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}
