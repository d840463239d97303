package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// serving is a `serve` within this process.
type serving struct {
	address string // http://host:port
	stop    func() // as SIGTERM does
	ended   chan int
	lines   chan string // of its log, after the one that says it started
	once    sync.Once   // of quit
}

// serve starts the service and returns when it says that it has started.
func (s *stage) serve(t *testing.T, args ...string) *serving {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	logs, to := io.Pipe()
	v := &serving{stop: stop, ended: make(chan int, 1), lines: make(chan string, 1000)}
	env := maps.Clone(s.env)
	go func() {
		v.ended <- run(ctx, append([]string{"serve"}, args...), strings.NewReader(""), io.Discard, to, env)
		to.Close()
	}()
	started := make(chan string, 1)
	go func() {
		defer close(v.lines)
		scanner := bufio.NewScanner(logs)
		for scanner.Scan() {
			var line struct{ Msg, HTTP string }
			if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == "started" {
				started <- line.HTTP
			}
			v.lines <- scanner.Text()
		}
	}()
	select {
	case v.address = <-started:
	case code := <-v.ended:
		t.Fatalf("serve ended with %d: %s", code, <-v.lines)
	case <-time.After(patience):
		t.Fatalf("serve did not start within %s", patience)
	}
	return v
}

func (v *serving) get(t *testing.T, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.address+path, nil)
	require.NoError(t, err)
	req.Close = true // leaves no connection open for the goroutine check
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func (v *serving) end(t *testing.T) (code int, log string) {
	t.Helper()
	select {
	case code = <-v.ended:
	case <-time.After(patience):
		t.Fatalf("serve did not end within %s", patience)
	}
	var text strings.Builder
	for line := range v.lines {
		text.WriteString(line + "\n")
	}
	return code, text.String()
}

func (s *stage) connectAcme(t *testing.T) {
	t.Helper()
	code, _, errOut := s.ghexport(t, acmeKey, "org", "connect", "acme", "--created-by", "lee@acme.example", "--enable")
	require.Zero(t, code, errOut)
}

// enqueueSQL is what a producer in any language does.
func (s *stage) enqueueSQL(t *testing.T, message string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.db.Role(t, rights.GrantProducer))
	require.NoError(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "SELECT ghexport.enqueue($1::jsonb)", message)
	require.NoError(t, err)
}

const adaPassed = `{
	"schema_version": 1, "org_id": "acme", "interview_id": "iv_123", "version": 7,
	"interviewed_at": "2017-09-28T17:00:00Z", "time_zone": "America/Los_Angeles",
	"interviewer": {"name": "Interviewer Name", "email": "lee@acme.example"},
	"interviewer_advances": true, "candidate_continues": true,
	"candidate": {"id": "cand_9", "full_name": "Ada King Lovelace", "email": "ada@example.com", "linkedin": "https://www.linkedin.com/in/ada"},
	"scores": {"technical_skills": 4, "communication_skills": 3, "problem_solving_ability": 3},
	"freeform_feedback": "Really good overall!"
}`

const adaNote = `Interviewed on interviewing.io by Interviewer Name on 9/28/17 (all numeric scores out of 4, where 4 is best):

Technical skills: 4

Communication skills: 3

Problem solving ability: 3

Freeform feedback: "Really good overall!"`

func TestServe(t *testing.T) {
	t.Parallel()

	t.Run("CarriesACommittedResultToGreenhouse", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.connectAcme(t)
		v := s.serve(t)
		s.enqueueSQL(t, adaPassed)
		require.NoError(t, s.awaitState(t.Context(), "iv_123", "sent"))

		added := s.sim.Candidates(acmeKey)
		require.Len(t, added, 1)
		got := added[0]
		assert.Equal(t, adaNote, got.Notes)
		assert.Equal(t, []string{"Ada", "King Lovelace", "cand_9"}, []string{got.FirstName, got.LastName, got.ExternalID})
		assert.Equal(t, []string{"ada@example.com"}, got.Emails)
		assert.Equal(t, []string{"https://www.linkedin.com/in/ada"}, got.Links)
		assert.Equal(t, "Lee Doe", got.AddedBy)

		v.stop()
		code, log := v.end(t)
		assert.Zero(t, code)
		assert.Contains(t, log, `"msg":"attempt"`)
		for _, personal := range []string{"Lovelace", "ada@example", acmeKey, "Really good"} {
			assert.NotContains(t, log, personal)
		}
	})

	t.Run("FinishesWhatItSendsAndIsNotReadyMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.connectAcme(t)
		s.sim.Plan(greenhousesim.Fault{Delay: 1500 * time.Millisecond})
		v := s.serve(t, "--no-console")
		until(t, "readiness", func() bool { code, _ := v.get(t, "/readyz"); return code == http.StatusOK })
		before := len(s.sim.Creates(acmeKey))
		s.enqueueSQL(t, adaPassed)
		require.NoError(t, s.awaitCreates(t.Context(), before+1))
		v.stop() // while Greenhouse takes its time

		code, body := v.waitNotReady(t)
		assert.Equal(t, http.StatusServiceUnavailable, code)
		assert.Contains(t, body, "stopping")
		code, _ = v.get(t, "/healthz")
		assert.Equal(t, http.StatusOK, code)

		code, log := v.end(t)
		assert.Zero(t, code, log)
		require.NoError(t, s.awaitState(t.Context(), "iv_123", "sent"))
		assert.Equal(t, 1, s.sim.CountCandidates(acmeKey))
	})

	t.Run("SendsNothingWhenTold", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.connectAcme(t)
		v := s.serve(t, "--no-send")
		s.enqueueSQL(t, adaPassed)
		require.NoError(t, s.awaitState(t.Context(), "iv_123", "pending"))
		v.stop()
		code, _ := v.end(t)
		assert.Zero(t, code)
		assert.Zero(t, s.sim.CountCandidates(acmeKey))
	})

	t.Run("LeavesSendingToOtherNodes", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.connectAcme(t)
		v := s.serve(t, "--no-workers")
		s.enqueueSQL(t, adaPassed)
		require.NoError(t, s.awaitState(t.Context(), "iv_123", "queued"))
		assert.Zero(t, s.sim.CountCandidates(acmeKey))
		other := s.serve(t)
		require.NoError(t, s.awaitState(t.Context(), "iv_123", "sent"))
		for _, node := range []*serving{v, other} {
			node.stop()
			code, _ := node.end(t)
			assert.Zero(t, code)
		}
	})

	t.Run("ShowsTheConsoleToThoseWhoLogIn", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		s.connectAcme(t)
		name, hash, role := demoUser(t)
		s.env["GHEXPORT_CONSOLE_USERS"] = name + ":" + hash + ":" + role
		v := s.serve(t)
		_, body := v.get(t, "/river/")
		assert.NotContains(t, body, "favicon.ico", "it asks for the login, too")

		browser := v.logIn(t, name, "demo")
		for path, shows := range map[string]string{"/": "Log out", "/river/": "/river/favicon.ico", "/river/api/jobs?state=available": `"data"`} {
			res, err := browser.Get(v.address + path)
			require.NoError(t, err)
			text, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			assert.Equal(t, http.StatusOK, res.StatusCode, path)
			assert.Contains(t, string(text), shows, path)
		}
		v.stop()
		code, _ := v.end(t)
		assert.Zero(t, code)
	})

	t.Run("RefusesAnAddressThatIsTaken", func(t *testing.T) {
		t.Parallel()
		s := newStage(t)
		v := s.serve(t)
		s.env["GHEXPORT_HTTP_ADDR"] = strings.TrimPrefix(v.address, "http://")
		code, _, errOut := s.ghexport(t, "", "serve")
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, errOut, "ghexport: GHEXPORT_HTTP_ADDR: ")
		v.stop()
		code, _ = v.end(t)
		assert.Zero(t, code)
	})
}

// awaitCreates returns when so many candidates were posted, answered or not.
func (s *stage) awaitCreates(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		changed := s.sim.Changed()
		if len(s.sim.Creates(acmeKey)) >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// waitNotReady reads the log until the service says that it stops, and then asks.
func (v *serving) waitNotReady(t *testing.T) (int, string) {
	t.Helper()
	for {
		select {
		case line, ok := <-v.lines:
			require.True(t, ok, "the log ended before it said stopping")
			if strings.Contains(line, `"msg":"stopping"`) {
				return v.get(t, "/readyz")
			}
		case <-time.After(patience):
			t.Fatalf("serve did not say that it stops within %s", patience)
		}
	}
}

// logIn returns a browser that has logged in.
func (v *serving) logIn(t *testing.T, name, password string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := browser.PostForm(v.address+"/login", url.Values{"name": {name}, "password": {password}})
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.NotEmpty(t, jar.Cookies(res.Request.URL), "no session was given")
	return browser
}
