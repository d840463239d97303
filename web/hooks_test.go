package web_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/webhooks"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

const hookPath = hooks.Path + "acme"

type shownWebhook struct {
	Address, Secret string
	Events          []string
	Heard           *webhooks.Hook
}

// secret makes acme's secret, or another one.
func (s *site) secret(body string) string {
	s.t.Helper()
	return into[shownWebhook](s, s.api(s.as("kim"), "POST", acmeAPI+"/webhook", body), http.StatusOK).Secret
}

// signedBy returns what Greenhouse puts on a request.
func signedBy(secret, id, body string) func(*http.Request) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Signature", "sha256 "+hex.EncodeToString(mac.Sum(nil)))
		if id != "" {
			r.Header.Set("Greenhouse-Event-ID", id)
		}
	}
}

func (s *site) events() (n int) {
	s.t.Helper()
	require.NoError(s.t, s.store.Pool.QueryRow(s.t.Context(), "SELECT count(*) FROM ghexport.hook_events").Scan(&n))
	return n
}

func TestHooks(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const ping = `{"action":"ping","payload":{"web_hook_id":1,"name":"caf\u00e9 \u003c"}}`
	says := func(a answer) string {
		return strings.TrimSpace(strings.NewReplacer(`{"outcome":"`, "", `"}`, "").Replace(a.body)) + " " + http.StatusText(a.StatusCode)
	}
	assert.Equal(t, "unknown_company Not Found", says(s.ask("POST", hookPath, ping, signedBy("x", "", ping))))
	secret := s.secret(`{"reason":"set up"}`)
	for _, c := range []struct {
		want string
		body string
		by   func(*http.Request)
	}{
		{"accepted OK", ping, signedBy(secret, "id-1", ping)},
		{"repeated OK", ping, signedBy(secret, "id-1", ping)},
		{"accepted OK", ping, signedBy(secret, "id-2", ping)},
		{"accepted OK", ping, signedBy(secret, "", ping)},
		{"repeated OK", ping, signedBy(secret, "", ping)},
		{"accepted OK", ping + " ", signedBy(secret, "", ping+" ")},
		{"wrong_signature Unauthorized", ping, signedBy("another", "id-3", ping)},
		{"wrong_signature Unauthorized", ping + " ", signedBy(secret, "id-3", ping)},
		{"wrong_signature Unauthorized", ping, func(*http.Request) {}},
		{"wrong_signature Unauthorized", "no JSON", signedBy("another", "", "no JSON")},
		{"not_json Bad Request", "no JSON", signedBy(secret, "", "no JSON")},
		{"not_json Bad Request", "[1]", signedBy(secret, "", "[1]")},
		{"not_json Bad Request", "", signedBy(secret, "", "")},
		{"accepted OK", `{"action":"\u0000","payload":{}}`, signedBy(secret, "", `{"action":"\u0000","payload":{}}`)},
		{"too_long Request Entity Too Large", strings.Repeat(" ", hooks.BodyBytes+1), signedBy(secret, "", "")},
	} {
		assert.Equal(t, c.want, says(s.ask("POST", hookPath, c.body, c.by)), "%.40s", c.body)
	}
	assert.Equal(t, 5, s.events())
	shown := into[shownWebhook](s, s.api(s.as("val"), "GET", acmeAPI+"/webhook", ""), http.StatusOK)
	assert.Equal(t, "http://example.com/hooks/greenhouse/acme", shown.Address)
	assert.Empty(t, shown.Secret)
	assert.Equal(t, []int64{4, 5}, []int64{shown.Heard.Refused, shown.Heard.Waiting})
	assert.NotContains(t, s.ask("GET", hookPath, "").body, "outcome", "it takes nothing but POST")

	second := s.secret(`{}`)
	for _, by := range []string{secret, second} {
		assert.Equal(t, "accepted OK", says(s.ask("POST", hookPath, ping, signedBy(by, "after "+by, ping))), "both count for a while")
	}
	third := s.secret(`{"end_now":true}`)
	assert.Equal(t, "wrong_signature Unauthorized", says(s.ask("POST", hookPath, ping, signedBy(second, "late", ping))))
	assert.Equal(t, "accepted OK", says(s.ask("POST", hookPath, ping, signedBy(third, "late", ping))))
	assert.Equal(t, http.StatusUnprocessableEntity, s.api(s.as("kim"), "POST", acmeAPI+"/webhook", `{"end_now":1,"x":2}`).StatusCode)

	metrics := s.ask("GET", "/metrics", "", script("kim", password)).body
	for _, line := range []string{`accepted"} 8`, `repeated"} 2`, `wrong_signature"} 5`, `unknown_company"} 1`, `not_json"} 3`, `too_long"} 1`, `limited"} 0`, `failed"} 0`} {
		assert.Contains(t, metrics, `ghexport_hooks_received_total{outcome="`+line)
	}
}

// Every sample of Greenhouse's documentation is taken in, and of none is more kept than ids and the company's own words.
func TestHooks_Corpus(t *testing.T) {
	t.Parallel()
	s := setup(t)
	secret := s.secret(`{}`)
	files, err := filepath.Glob("../greenhouse/testdata/webhooks_*.json")
	require.NoError(t, err)
	require.Greater(t, len(files), 15)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		a := s.ask("POST", hookPath, string(body), signedBy(secret, file, string(body)))
		assert.Equal(t, http.StatusOK, a.StatusCode, "%s: %s", file, a.body)
	}
	assert.Equal(t, len(files), s.events())
	var kept string
	require.NoError(t, s.store.Pool.QueryRow(t.Context(), "SELECT string_agg(e::text, ' ') FROM ghexport.hook_events e").Scan(&kept))
	for _, word := range []string{"Sparrow", "Giuseppe", "@", "555-", "(555", "241b399ce4b0fd1c84e5528d", "12345)", "Boston"} {
		assert.NotContains(t, kept, word)
	}
	outcomes := map[string]int{}
	for after := int64(0); ; {
		some, err := webhooks.In(s.store).WorkEvents(t.Context(), "acme", after, nil)
		require.NoError(t, err)
		if len(some) == 0 {
			break
		}
		for _, done := range some {
			after = done.ID
			outcomes[string(done.Outcome)]++
		}
	}
	assert.Equal(t, map[string]int{"unused": 5, "not_ours": len(files) - 5}, outcomes)
}

// The door loads nobody: so many of a company and so many refusals of a network in a minute, and others come in meanwhile.
func TestHooks_Limits(t *testing.T) {
	t.Parallel()
	s := setup(t)
	secret := s.secret(`{}`)
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address + ":1" }
	}
	refused := map[int]int{}
	for range 125 {
		refused[s.ask("POST", hooks.Path+"nobody", "{}", from("192.0.2.7")).StatusCode]++
	}
	assert.Equal(t, map[int]int{http.StatusNotFound: 120, http.StatusTooManyRequests: 5}, refused)
	a := s.ask("POST", hooks.Path+"nobody", "{}", from("192.0.2.7"))
	assert.Equal(t, "61", a.Header.Get("Retry-After"))
	assert.Equal(t, http.StatusNotFound, s.ask("POST", hooks.Path+"nobody", "{}", from("192.0.2.8")).StatusCode)
	assert.Equal(t, http.StatusOK, s.ask("POST", hookPath, "{}", signedBy(secret, "1", "{}"), from("192.0.2.7")).StatusCode, "who is right comes in")
	s.exec("UPDATE ghexport.door_counts SET tries = 1200 WHERE key = sha256(convert_to('webhooks'||chr(10)||'acme', 'UTF8'))")
	assert.Equal(t, http.StatusTooManyRequests, s.ask("POST", hookPath, "{}", signedBy(secret, "2", "{}")).StatusCode)
	s.wait(time.Minute + time.Second)
	assert.Equal(t, http.StatusOK, s.ask("POST", hookPath, "{}", signedBy(secret, "2", "{}")).StatusCode)
}

// The page of settings makes the secret, shows it once, and says how to go on in Greenhouse.
func TestHooks_SettingsPage(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connect("acme")
	page := s.ask("GET", "/orgs/acme/settings", "", s.as("val")).body
	assert.Contains(t, page, "http://example.com/hooks/greenhouse/acme")
	assert.NotContains(t, page, "Make a secret now")
	post := func(form string, as func(*http.Request)) answer {
		return s.ask("POST", "/orgs/acme/settings/webhook", form, as, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
	}
	assert.Equal(t, http.StatusUnprocessableEntity, post("", s.as("kim")).StatusCode, "ours give a reason")
	made := post("", s.asCompany("acme"))
	require.Equal(t, http.StatusOK, made.StatusCode, made.body)
	_, secret, found := strings.Cut(made.body, `<code id="webhook-secret">`)
	require.True(t, found)
	secret, _, _ = strings.Cut(secret, "<")
	assert.Len(t, secret, 43)
	page = s.ask("GET", "/orgs/acme/settings", "", s.asCompany("acme")).body
	assert.NotContains(t, page, secret)
	assert.Contains(t, page, "Make another secret now")
	assert.Contains(t, page, "Candidate has been merged")
	const event = `{"action":"candidate_stage_change","payload":{"application":{"id":3,"candidate":{"id":4}}}}`
	require.Equal(t, http.StatusOK, s.ask("POST", hookPath, event, signedBy(secret, "1", event)).StatusCode)
	_, err := webhooks.In(s.store).WorkEvents(t.Context(), "acme", 0, nil)
	require.NoError(t, err)
	assert.Contains(t, s.ask("GET", "/orgs/acme/settings", "", s.as("val")).body, ", candidate_stage_change")
}
