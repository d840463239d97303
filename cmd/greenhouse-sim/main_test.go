package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs the command until stop is called, and returns its URL.
func start(t *testing.T, env map[string]string, args ...string) (url string, stop func() (rest string, err error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	out, in := io.Pipe()
	cmd := command(func(name string) (string, bool) { v, found := env[name]; return v, found })
	cmd.SetArgs(append([]string{"--addr", "127.0.0.1:0"}, args...))
	cmd.SetOut(in)
	ended := make(chan error, 1)
	go func() {
		err := cmd.ExecuteContext(ctx)
		_ = in.Close()
		ended <- err
	}()
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	url = strings.Fields(strings.TrimPrefix(first, "Simulated Greenhouse at "))[0]
	return url, func() (string, error) {
		cancel()
		rest, _ := io.ReadAll(lines)
		return string(rest), <-ended
	}
}

func call(t *testing.T, key, user, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.SetBasicAuth(key, "")
	req.Header.Set("On-Behalf-Of", user)
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

func TestCommand_ServesTheDefaultAccounts(t *testing.T) {
	t.Parallel()
	url, stop := start(t, nil)
	status, body := call(t, "acme-demo-key", "lee@acme.example", "POST", url+"/v1/partner/candidates",
		`{"first_name":"Ada","last_name":"Lovelace","external_id":"1","notes":"Hello"}`)
	assert.Equal(t, 200, status, body)
	assert.Contains(t, body, url+"/people/", "the profile opens here")
	status, body = call(t, "", "", "GET", url+"/", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "Ada Lovelace")
	assert.Contains(t, body, "globex")
	rest, err := stop()
	require.NoError(t, err)
	assert.Equal(t, "Stopped after 1 requests, 1 candidates.\n", rest)
}

func TestCommand_ReadsFlagsEnvironmentAndFile(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "accounts.json")
	require.NoError(t, os.WriteFile(config, []byte(`[{"name":"Filed","key":"f","users":[{"email":"f@filed.example","name":"Fi Led"}]}]`), 0o600))
	env := map[string]string{
		"GREENHOUSE_SIM_ACCOUNT": "k1:a@one.example:A One, k2:b@two.example:B Two:basic,k1:c@one.example:C One", "GREENHOUSE_SIM_CONFIG": config,
		"GREENHOUSE_SIM_RATE_LIMIT": "1", "GREENHOUSE_SIM_LATENCY": "1ms", "GREENHOUSE_SIM_PUBLIC_URL": "https://shown.example",
	}
	url, stop := start(t, env, "--rate-limit", "2")
	for _, u := range [][2]string{{"k1", "a@one.example"}, {"k1", "c@one.example"}, {"k2", "b@two.example"}, {"f", "f@filed.example"}} {
		status, body := call(t, u[0], u[1], "GET", url+"/v1/partner/current_user", "")
		assert.Equal(t, 200, status, body)
	}
	_, err := stop()
	require.NoError(t, err)
}

func TestCommand_StopsWhatHangs(t *testing.T) {
	t.Parallel()
	url, stop := start(t, nil)
	status, body := call(t, "", "", "POST", url+"/_sim/faults", `{"hang":true,"on":"*"}`)
	require.Equal(t, 200, status, body)
	broken := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", url+"/v1/partner/jobs", nil)
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err == nil {
			_ = res.Body.Close()
		}
		broken <- err
	}()
	require.Eventually(t, func() bool {
		_, body := call(t, "", "", "GET", url+"/_sim/requests", "")
		return strings.Contains(body, "/v1/partner/jobs")
	}, 10*time.Second, time.Millisecond)
	_, err := stop()
	require.NoError(t, err)
	require.Error(t, <-broken)
}

func TestCommand_RefusesMistakesAtOnce(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"extra"}, {"--nope"}, {"--latency", "soon"}, {"--account", "secret-key"}, {"--account", "k:a@b.example:A:king"},
		{"--rate-window", "0s"}, {"--rate-limit", "-1"}} {
		cmd := command(func(string) (string, bool) { return "", false })
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(t.Context())
		assert.ErrorAs(t, err, new(*usageError), args)
		assert.NotContains(t, err.Error(), "secret-key")
	}
	cmd := command(func(name string) (string, bool) { return "x", name == "GREENHOUSE_SIM_LATENCY" })
	cmd.SetArgs(nil)
	assert.ErrorContains(t, cmd.ExecuteContext(t.Context()), "GREENHOUSE_SIM_LATENCY")
}

func TestCommand_Help(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	cmd := command(func(string) (string, bool) { return "", false })
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"--help"})
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	assert.Contains(t, out.String(), "curl -u acme-demo-key:")
}
