package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A link that the command printed opens the console of a service that has nothing but the secret.
func TestOrgLink_OpensTheConsole(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	delete(s.env, "GHEXPORT_CONSOLE_USERS")
	s.env["GHEXPORT_LINK_SECRET"] = "correct horse battery staple 32b"
	s.env["GHEXPORT_PUBLIC_URL"] = "http://exports.example.com"
	v := s.serve(t)
	defer func() {
		v.stop()
		code, _ := v.end(t)
		assert.Zero(t, code)
	}()
	code, link, errOut := s.ghexport(t, "", "org", "link", "acme", "--for", "mia@acme.example")
	require.Zero(t, code, errOut)
	path, found := strings.CutPrefix(strings.TrimSpace(link), "http://exports.example.com")
	require.True(t, found, link)

	status, page := v.get(t, path)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "mia@acme.example")
	u, err := url.Parse(path)
	require.NoError(t, err)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	browser := &http.Client{Jar: jar, Transport: transport}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.address+"/enter", strings.NewReader(url.Values{"token": {u.Query().Get("token")}}.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := browser.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, "/orgs/acme", res.Request.URL.Path)

	code, trail, errOut := s.ghexport(t, "", "audit", "--org", "acme", "--json")
	require.Zero(t, code, errOut)
	assert.Contains(t, trail, `"actor": "mia@acme.example of acme"`)
}
