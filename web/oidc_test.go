package web_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// ssoSite is a console behind a real server, whose people log in at a provider of the test's own.
type ssoSite struct {
	*site
	idp *idp
	url string
}

func setupSSO(t *testing.T, change ...func(*web.Config)) *ssoSite {
	t.Helper()
	var handler atomic.Pointer[http.Handler]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*handler.Load()).ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s := &ssoSite{url: server.URL}
	s.idp = newIDP(t, func() time.Time { return s.clock() })
	s.idp.claims = map[string]any{"email": "ada@example.com", "email_verified": true, "groups": []string{"everybody", "sre"}}
	s.site = setup(t, append([]func(*web.Config){func(c *web.Config) {
		c.PublicURL, c.RiverUI = s.url, nil
		c.OIDC = auth.OIDC{Issuer: s.idp.server.URL, ClientID: clientID, ClientSecret: clientSecret, Roles: "groups:sre=oncall,hiring-eng=admin,all=viewer"}
	}}, change...)...)
	handler.Store(&s.handler)
	return s
}

// browser follows redirects and keeps cookies, as people's do.
func (s *ssoSite) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport}
}

func (s *ssoSite) get(c *http.Client, path string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "GET", s.url+path, nil)
	require.NoError(s.t, err)
	r.Header.Set("Accept", "text/html")
	a, err := c.Do(r)
	require.NoError(s.t, err)
	defer a.Body.Close()
	text, err := io.ReadAll(a.Body)
	require.NoError(s.t, err)
	return answer{Response: a, body: string(text)}
}

func TestSSO(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	browser := s.browser()

	page := s.get(browser, "/?state=dead")
	assert.Equal(t, "/login", page.Request.URL.Path)
	assert.Contains(t, page.body, `href="/login/oidc?next=%2f%3fstate%3ddead"`)
	assert.Contains(t, page.body, "Log in with SSO")
	assert.Contains(t, page.body, `name="password"`, "and by password, since there are such users")

	page = s.get(browser, "/login/oidc?next=%2f%3fstate%3ddead")
	require.Equal(t, http.StatusOK, page.StatusCode)
	assert.Equal(t, "/exports?state=dead", page.Request.URL.RequestURI(), "where they wanted to go, and where that moved")
	assert.Contains(t, page.body, `ada@example.com <span class="role">oncall</span>`)
	assert.Equal(t, http.StatusOK, s.get(browser, "/").StatusCode)

	u, err := url.Parse(s.url)
	require.NoError(t, err)
	cookies := browser.Jar.Cookies(u)
	require.Len(t, cookies, 1, "the flow's is gone")
	assert.Equal(t, "ghexport", cookies[0].Name)
	session := func(r *http.Request) { r.AddCookie(cookies[0]) }
	assert.True(t, s.loggedIn(session))
	assert.False(t, s.node(func(c *web.Config) { c.OIDC.Roles = "groups:sre=viewer" }).loggedIn(session), "other rules end it")
	assert.False(t, s.node(func(c *web.Config) { c.OIDC = auth.OIDC{} }).loggedIn(session))
	assert.True(t, s.node(func(c *web.Config) { c.OIDC.ClientSecret = "renewed" }).loggedIn(session))
}

func TestSSO_Roles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		roles  string
		claims map[string]any
		role   string // none: refused
		as     string
	}{
		"HighestOfSeveral":   {"groups:all=viewer,ops=admin,sre=oncall", map[string]any{"groups": []string{"all", "ops", "sre"}}, "admin", "subject-7"},
		"OneValue":           {"role:ops=viewer", map[string]any{"role": "ops", "email": "ada@example.com"}, "viewer", "ada@example.com"},
		"ClaimWithColons":    {"https://example.com/roles:ops=viewer", map[string]any{"https://example.com/roles": []string{"ops"}}, "viewer", "subject-7"},
		"Email":              {"email:ada@example.com=admin", map[string]any{"email": "ada@example.com", "email_verified": true}, "admin", "ada@example.com"},
		"EmailAsText":        {"email:ada@example.com=admin", map[string]any{"email": "ada@example.com", "email_verified": "true"}, "admin", "ada@example.com"},
		"EmailNotVerified":   {"email:ada@example.com=admin", map[string]any{"email": "ada@example.com", "email_verified": false}, "", ""},
		"EmailOfUnknown":     {"email:ada@example.com=admin", map[string]any{"email": "ada@example.com"}, "", ""},
		"UnverifiedIsNoName": {"groups:sre=oncall", map[string]any{"groups": []string{"sre"}, "email": "ada@example.com", "email_verified": false}, "oncall", "subject-7"},
		"LetterCase":         {"groups:sre=oncall", map[string]any{"groups": []string{"SRE"}}, "", ""},
		"NoGroups":           {"groups:sre=oncall", map[string]any{}, "", ""},
		"OddValues":          {"groups:sre=oncall", map[string]any{"groups": []any{7, nil, map[string]any{"sre": true}, []string{"sre"}}}, "", ""},
		"OtherClaim":         {"groups:sre=oncall", map[string]any{"roles": []string{"sre"}}, "", ""},
		"Nobody":             {"groups:=oncall,sre=admin", nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "Nobody" {
				assert.ErrorContains(t, web.Config{PublicURL: "https://x", OIDC: auth.OIDC{Issuer: "https://x", ClientID: "x", ClientSecret: "x", Roles: test.roles}}.Check(), "entry 1")
				return
			}
			s := setupSSO(t, func(c *web.Config) { c.OIDC.Roles = test.roles })
			s.idp.claims = test.claims
			page := s.get(s.browser(), "/login/oidc")
			if test.role == "" {
				assert.Equal(t, http.StatusForbidden, page.StatusCode)
				assert.Contains(t, page.body, "gives you a role here")
				assert.Empty(t, s.sessions())
				return
			}
			require.Equal(t, http.StatusOK, page.StatusCode, page.body)
			assert.Contains(t, page.body, test.as+` <span class="role">`+test.role+`</span>`)
		})
	}
}

// Sessions counts those that are open.
func (s *site) sessions() int {
	s.t.Helper()
	var n int
	require.NoError(s.t, s.store.Pool.QueryRow(s.t.Context(), "SELECT count(*) FROM ghexport.console_sessions").Scan(&n))
	return n
}

// Whatever is wrong with what the provider sends, or with what comes in its name, nobody is let in.
func TestSSO_Refuses(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	plain := base64.RawURLEncoding.EncodeToString
	set := func(name string, value any) func(*idp) {
		return func(p *idp) { p.tamper = func(c map[string]any) { c[name] = value } }
	}
	answer := func(name, value string) func(*idp) {
		return func(p *idp) { p.answer = func(back url.Values) { back.Set(name, value) } }
	}
	for name, wrong := range map[string]func(*idp){
		"WrongNonce":    set("nonce", "another"),
		"NoNonce":       set("nonce", nil),
		"WrongAudience": set("aud", "another-client"),
		"AmongOthers":   set("aud", []string{"another-client", clientID}),
		"OtherParty":    set("azp", "another-client"),
		"OtherIssuer":   set("iss", "https://login.example.com"),
		"Expired":       set("exp", s.clock().Add(-time.Second).Unix()),
		"NotYet":        set("nbf", s.clock().Add(time.Hour).Unix()),
		"Nobody":        func(p *idp) { p.tamper = func(c map[string]any) { delete(c, "sub"); delete(c, "email") } },
		"AlgNone": func(p *idp) {
			p.sign = func(payload []byte) string {
				return plain([]byte(`{"alg":"none","kid":"k1"}`)) + "." + plain(payload) + "."
			}
		},
		"SignedWithTheClientSecret": func(p *idp) {
			p.sign = func(payload []byte) string {
				return p.signWith(jose.HS256, []byte(clientSecret+strings.Repeat(" ", 32)), payload)
			}
		},
		"OtherKey": func(p *idp) {
			p.sign = func(payload []byte) string { return p.signWith(jose.RS256, stranger, payload) }
		},
		"NoToken":       func(p *idp) { p.sign = func([]byte) string { return "" } },
		"WrongState":    answer("state", "another"),
		"NoState":       answer("state", ""),
		"WrongCode":     answer("code", "another"),
		"NoCode":        answer("code", ""),
		"OtherProvider": answer("iss", "https://login.example.com"),
		"TheyRefused": func(p *idp) {
			p.answer = func(back url.Values) { back.Del("code"); back.Set("error", "access_denied") }
		},
		"OtherChallenge": func(p *idp) {
			p.answer = func(back url.Values) { p.codes[back.Get("code")].Set("code_challenge", "another") }
		},
	} {
		s.idp.set(wrong)
		page := s.get(s.browser(), "/login/oidc")
		assert.Equal(t, http.StatusForbidden, page.StatusCode, name)
		assert.Contains(t, page.body, "That login did not succeed.", name)
		assert.Zero(t, s.sessions(), name)
		s.idp.set(func(p *idp) { p.tamper, p.sign, p.answer = nil, nil, nil })
	}
	page := s.get(s.browser(), "/login/oidc")
	assert.Equal(t, http.StatusOK, page.StatusCode, "and without all that it works")
	assert.Equal(t, 1, s.sessions())
}

// An answer is good once, and in the browser that began alone.
func TestSSO_AnswersAreNobodyElses(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	began := s.browser()
	var back string
	began.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), s.url+"/login/oidc/callback") {
			back = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}
	s.get(began, "/login/oidc")
	require.Contains(t, back, "/login/oidc/callback?code=")

	asked := s.idp.asked
	assert.Equal(t, http.StatusForbidden, s.get(s.browser(), back).StatusCode, "another browser")
	assert.Equal(t, asked, s.idp.asked, "its code is not even redeemed")
	assert.Equal(t, "/", s.get(began, back).Request.URL.Path)
	assert.Equal(t, http.StatusForbidden, s.get(began, back).StatusCode, "twice")
	assert.Equal(t, 1, s.sessions())
}

func TestSSO_ProviderAway(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	s.idp.set(func(p *idp) { p.away = true })
	page := s.get(s.browser(), "/login/oidc?next=/exports/1")
	assert.Equal(t, http.StatusServiceUnavailable, page.StatusCode)
	assert.Contains(t, page.body, "Your single sign-on does not answer.")
	assert.Contains(t, page.body, `value="/exports/1"`)
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode, "passwords work")

	s.idp.set(func(p *idp) { p.away = false })
	assert.Equal(t, http.StatusServiceUnavailable, s.get(s.browser(), "/login/oidc").StatusCode, "it is not asked again at once")
	s.wait(5 * time.Second)
	assert.Equal(t, http.StatusOK, s.get(s.browser(), "/login/oidc").StatusCode)
}

func TestSSO_Limit(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	for i := range 100 {
		require.Equal(t, http.StatusForbidden, s.ask("GET", "/login/oidc/callback?code=x&state=y", "").StatusCode, "failure %d", i)
	}
	assert.Zero(t, s.waited)
	assert.Equal(t, http.StatusForbidden, s.ask("GET", "/login/oidc/callback?code=x&state=y", "").StatusCode, "it is told later, and the same")
	assert.Equal(t, 250*time.Millisecond, s.waited)
	assert.Zero(t, s.idp.asked)
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode)
}

func TestSSO_SecretInTheForm(t *testing.T) {
	t.Parallel()
	s := setupSSO(t)
	s.idp.inForm = true
	assert.Equal(t, http.StatusOK, s.get(s.browser(), "/login/oidc").StatusCode)
	assert.Equal(t, 1, s.idp.asked)
}

func TestSSO_Alone(t *testing.T) {
	t.Parallel()
	s := setupSSO(t, func(c *web.Config) { c.Users, c.LinkSecret = "", "" })
	page := s.ask("GET", "/login", "")
	assert.NotContains(t, page.body, `name="password"`)
	assert.Contains(t, page.body, "Log in with SSO")
	assert.Equal(t, http.StatusUnauthorized, s.login("kim", password, "/").StatusCode)
	assert.Equal(t, http.StatusOK, s.get(s.browser(), "/login/oidc").StatusCode)
}

func TestSSO_SettingsAreNamedAllAtOnce(t *testing.T) {
	t.Parallel()
	err := web.Config{OIDC: auth.OIDC{Roles: "x"}, LinkSecret: "short one"}.Check()
	for _, says := range []string{
		"GHEXPORT_OIDC_ISSUER: not set", "GHEXPORT_OIDC_CLIENT_ID: not set", "GHEXPORT_OIDC_CLIENT_SECRET: not set", "GHEXPORT_PUBLIC_URL: not set",
		"GHEXPORT_OIDC_ROLES: must be claim:value=role", "GHEXPORT_LINK_SECRET: has 9 bytes",
	} {
		assert.ErrorContains(t, err, says)
	}
	assert.NotContains(t, err.Error(), "short one")
	for issuer, wrong := range map[string]bool{
		"http://login.example.com": true, "login.example.com": true, "https://a:b@login.example.com": true, "https://login.example.com?x": true,
		"ftp://login.example.com": true, "https://login.example.com/realms/x": false, "http://127.0.0.1:9000": false, "http://localhost:9000": false,
	} {
		c := web.Config{PublicURL: "https://x.example", OIDC: auth.OIDC{Issuer: issuer, ClientID: "x", ClientSecret: "x", Roles: "groups:a=admin"}}
		assert.Equal(t, wrong, c.Check() != nil, issuer)
	}
	for roles, says := range map[string]string{
		"groups:a=admin,a=viewer": "entry 2 names a value of an earlier one", "groups:a=root": "entry 1 must be value=role", "groups:a=company": "entry 1",
		"groups:a=admin,": "entry 2", "groups:a=admin,b:c=viewer": "entry 2", ":a=admin": "must be claim:value=role", "groups": "must be claim:value=role",
	} {
		c := web.Config{PublicURL: "https://x.example", OIDC: auth.OIDC{Issuer: "https://x", ClientID: "x", ClientSecret: "x", Roles: roles}}
		assert.ErrorContains(t, c.Check(), says, roles)
	}
}
