package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

const linkSecret = "a secret of thirty-two bytes, and some"

// link is the token of a fresh link.
func (s *site) link(org, who string, valid time.Duration) string {
	s.t.Helper()
	return s.token(auth.NewLink(org, who, s.clock(), valid), linkSecret)
}

func (s *site) token(l auth.Link, secret string) string {
	s.t.Helper()
	address, err := l.Sign(secret, "https://exports.example.com/")
	require.NoError(s.t, err)
	token, found := strings.CutPrefix(address, "https://exports.example.com/enter?token=")
	require.True(s.t, found, address)
	require.Equal(s.t, url.QueryEscape(token), token, "nothing of it needs escaping")
	return token
}

// enter presses the button.
func (s *site) enter(token string, change ...func(*http.Request)) answer {
	s.t.Helper()
	return s.ask("POST", "/enter", url.Values{"token": {token}}.Encode(), append([]func(*http.Request){func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}}, change...)...)
}

func TestLink_OpensOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	token := s.link("acme", "mia@acme.example", 15*time.Minute)

	for range 3 { // whatever looks at it uses nothing up
		page := s.ask("GET", "/enter?token="+token, "")
		require.Equal(t, http.StatusOK, page.StatusCode)
		assert.Contains(t, page.body, "mia@acme.example")
		assert.Contains(t, page.body, "acme")
		assert.NotContains(t, page.body, "<script>", "what the link says is text")
		assert.Empty(t, page.Cookies())
	}
	a := s.enter(token)
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Equal(t, "/orgs/acme", a.Header.Get("Location"))
	home := s.ask("GET", "/orgs/acme", "", func(r *http.Request) { r.AddCookie(a.Cookies()[0]) })
	require.Equal(t, http.StatusOK, home.StatusCode)
	assert.Contains(t, home.body, "acme")
	assert.NotContains(t, home.body, "/river/")
	assert.NotContains(t, home.body, `href="/"`)

	again := s.enter(token)
	assert.Equal(t, http.StatusForbidden, again.StatusCode)
	assert.Empty(t, again.Cookies())
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Action: "enter"})
	require.NoError(t, err)
	require.Len(t, trail, 1)
	assert.Equal(t, "mia@acme.example of acme", trail[0].Actor)
	assert.Equal(t, "acme", *trail[0].OrgID)
}

func TestLink_WhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := setup(t)
	good := auth.NewLink("acme", "mia", s.clock(), 15*time.Minute)
	token := s.token(good, linkSecret)
	head, signature := token[:strings.LastIndex(token, ".")], token[strings.LastIndex(token, ".")+1:]
	tooFar := auth.NewLink("acme", "mia", s.clock(), 24*time.Hour+2*time.Minute)
	over := auth.NewLink("acme", "mia", s.clock(), 0)
	used := s.link("globex", "gus", time.Minute)
	require.Equal(t, http.StatusSeeOther, s.enter(used).StatusCode)

	for name, bad := range map[string]string{
		"Nothing": "", "NoToken": "x", "OtherSecret": s.token(good, strings.ToUpper(linkSecret)), "Cut": token[:len(token)-1], "Longer": token + "A",
		"NoSignature": head + ".", "PayloadAlone": strings.TrimPrefix(head, "v1."), "OtherVersion": "v2." + strings.TrimPrefix(token, "v1."),
		"OtherPayload":  s.token(auth.NewLink("globex", "mia", s.clock(), time.Minute), linkSecret)[:len(head)] + "." + signature,
		"SignedOtherly": signedOtherly(good),
		"OtherPadding":  head + "." + signature + "=", "Expired": s.token(over, linkSecret), "LivesForTooLong": s.token(tooFar, linkSecret),
		"UnknownField": signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123456789abcdef","role":"admin"}`),
		"RoleOfOurs":   signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123456789abcdef","role":"oncall"}`),
		"ALevel":       signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123456789abcdef","level":"admin"}`),
		"NoOrg":        signed(`{"who":"mia","exp":1795511700,"nonce":"0123456789abcdef"}`),
		"NoNonce":      signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123"}`),
		"NoExpiry":     signed(`{"org":"acme","who":"mia","nonce":"0123456789abcdef"}`),
		"TwoDocuments": signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123456789abcdef"} {}`),
		"Huge":         token + strings.Repeat("A", 5000),
		"Used":         used,
	} {
		a := s.enter(bad)
		assert.Equal(t, http.StatusForbidden, a.StatusCode, name)
		assert.Empty(t, a.Cookies(), name)
		assert.Contains(t, a.body, "has expired, was opened before, or is not whole", name)
		if name == "Used" || name == "Huge" {
			continue
		}
		page := s.ask("GET", "/enter?token="+url.QueryEscape(bad), "")
		assert.Equal(t, http.StatusForbidden, page.StatusCode, name)
		assert.Equal(t, a.body, page.body, name)
	}
	require.Equal(t, http.StatusSeeOther, s.enter(signed(`{"org":"acme","who":"mia","exp":1795511700,"nonce":"0123456789abcdef"}`)).StatusCode,
		"signed does sign")
}

// signed signs any text as a link's payload.
func signed(text string) string { return web.SignText(linkSecret, "ghexport-link.v1.", text) }

// signedOtherly signs a link with the right secret, as something else would.
func signedOtherly(l auth.Link) string {
	return web.SignText(linkSecret, "", `{"org":"`+l.Org+`","who":"mia","exp":1795511700,"nonce":"0123456789abcdef"}`)
}

func TestLink_Expires(t *testing.T) {
	t.Parallel()
	s := setup(t)
	last, over := s.link("acme", "mia", 15*time.Minute), s.link("acme", "mia", 15*time.Minute)
	s.wait(15*time.Minute - time.Second)
	assert.Equal(t, http.StatusSeeOther, s.enter(last).StatusCode)
	s.wait(time.Second)
	assert.Equal(t, http.StatusForbidden, s.enter(over).StatusCode)
}

// One of several that press at once comes in.
func TestLink_OpensOnceAmongMany(t *testing.T) {
	t.Parallel()
	s := setup(t)
	token := s.link("acme", "mia", time.Minute)
	answers := make(chan int, 8)
	for range cap(answers) {
		go func() { answers <- s.enter(token).StatusCode }()
	}
	opened := 0
	for range cap(answers) {
		if <-answers == http.StatusSeeOther {
			opened++
		}
	}
	assert.Equal(t, 1, opened)
}

func TestLink_Limit(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i := range 100 {
		require.Equal(t, http.StatusForbidden, s.enter("x").StatusCode, "failure %d", i)
	}
	assert.Zero(t, s.waited)
	assert.Equal(t, http.StatusForbidden, s.enter("x").StatusCode, "it is told later, and the same")
	assert.Equal(t, 250*time.Millisecond, s.waited)
	assert.Equal(t, http.StatusForbidden, s.ask("GET", "/enter?token=x", "").StatusCode)
	before := s.waited
	assert.Equal(t, 750*time.Millisecond, before)
	assert.Equal(t, http.StatusSeeOther, s.enter(s.link("acme", "mia", time.Minute)).StatusCode, "one that is good is found by no trying")
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode, "passwords have a count of their own")
	s.wait(15 * time.Minute)
	assert.Equal(t, http.StatusForbidden, s.enter("x").StatusCode)
	assert.Equal(t, before, s.waited)
}

func TestLink_OnlyWithASecret(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.LinkSecret = "" })
	a := s.enter(s.token(auth.NewLink("acme", "mia", s.clock(), time.Minute), linkSecret))
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode, "no such address")
	assert.Empty(t, a.Cookies())
}

func TestLink_SignRefuses(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	_, err := auth.NewLink("acme", "mia", now, time.Minute).Sign("short", "https://x")
	require.ErrorContains(t, err, "at least 32 bytes")
	_, err = auth.NewLink(" acme", "mia\n", now, time.Minute).Sign(linkSecret, "https://x")
	require.ErrorContains(t, err, "org: must be 1 to 200 characters")
	require.ErrorContains(t, err, "who: must be 1 to 200 characters")
}

func exportPath(id int64) string { return "/exports/" + strconv.FormatInt(id, 10) }

func TestCompany_SeesItsOwn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	own := s.export("acme/west", "iv_own", ledger.StateDead, ledger.CauseBug)
	others := s.export("globex", "iv_others", ledger.StateDead, ledger.CauseBug)
	s.exec(`INSERT INTO ghexport.audit (actor, action, org_id, export_id, reason, detail) VALUES ('kim', 'discard', 'acme/west', $1, 'they pay late', '{}')`, own)
	mia := s.asCompany("acme/west") // an id that needs escaping

	home := s.ask("GET", "/login", "", mia).Header.Get("Location")
	assert.Equal(t, "/orgs/acme%2Fwest", home)
	page := s.ask("GET", home, "", mia)
	require.Equal(t, http.StatusOK, page.StatusCode)
	assert.Contains(t, page.body, "acme/west")
	assert.Contains(t, page.body, "Off. Nothing is sent to Greenhouse.")

	page = s.ask("GET", exportPath(own), "", mia)
	require.Equal(t, http.StatusOK, page.StatusCode)
	assert.Contains(t, page.body, "iv_own")
	for _, ours := range []string{"ghexport discard", "they pay late", "kim", "/river/", `href="/"`, "?org="} {
		assert.NotContains(t, page.body, ours)
	}
	assert.Contains(t, s.ask("GET", exportPath(own), "", s.as("val")).body, "they pay late")

	foreign, missing := s.ask("GET", exportPath(others), "", mia), s.ask("GET", exportPath(999), "", mia)
	assert.Equal(t, http.StatusNotFound, foreign.StatusCode)
	assert.Equal(t, missing.body, foreign.body)
	for _, path := range []string{"/orgs/acme", "/orgs/acme%2fwest2", "/orgs/ACME%2Fwest", "/orgs/globex", "/", "/exports/x"} {
		assert.Equal(t, http.StatusNotFound, s.ask("GET", path, "", mia).StatusCode, path)
	}
}

func TestCompany_SessionEnds(t *testing.T) {
	t.Parallel()
	s := setup(t)
	open := func(mia func(*http.Request)) bool {
		return s.ask("GET", "/orgs/acme", "", mia).StatusCode == http.StatusOK
	}
	idle := s.asCompany("acme")
	s.wait(2 * time.Hour)
	assert.False(t, open(idle), "two hours without a request end it")
	busy := s.asCompany("acme")
	for range 7 {
		s.wait(time.Hour)
		require.True(t, open(busy))
	}
	s.wait(time.Hour)
	assert.False(t, open(busy), "eight hours end it")
}
