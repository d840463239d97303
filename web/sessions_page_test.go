package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// An admin sees who is logged in and which links wait, and ends them by name and company, on every node.
func TestSessions_AreListedAndEnded(t *testing.T) {
	t.Parallel()
	s := setup(t)
	ada, kim, mia, gus := s.as("ada"), s.as("kim"), s.asCompany("acme"), s.asAdminOf("globex", "gus")
	require.Equal(t, http.StatusForbidden, s.ask("GET", "/sessions", "", kim).StatusCode)
	require.Equal(t, http.StatusForbidden, s.form("/sessions/end", kim, "all", "yes", "reason", "x").StatusCode)
	made := auth.NewLink("acme", "zoe@acme.example", s.clock(), time.Hour)
	require.NoError(t, made.Record(t.Context(), s.store, store.By{Actor: "kim"}, s.clock()))

	assert.Contains(t, s.ask("GET", "/audit", "", ada).body, `href="/sessions"`)
	assert.NotContains(t, s.ask("GET", "/audit", "", kim).body, `href="/sessions"`)
	page := s.ask("GET", "/sessions", "", ada)
	require.Equal(t, http.StatusOK, page.StatusCode)
	for _, shown := range []string{"kim", "mia", "gus", "zoe@acme.example", "End 4 sessions and 1 link", "password", `href="/sessions?name=mia&amp;org=acme"`} {
		assert.Contains(t, page.body, shown)
	}
	page = s.ask("GET", "/sessions?org=acme", "", ada)
	assert.Contains(t, page.body, "End 1 session and 1 link")
	assert.NotContains(t, page.body, "globex")

	s.start()
	b := s.browser("ada")
	b.open("/sessions")
	b.sees("Links that nobody has opened")
	b.axe()

	for _, wrong := range [][]string{{"org", "acme"}, {"reason", "x"}} {
		assert.Equal(t, http.StatusUnprocessableEntity, s.form("/sessions/end", ada, wrong...).StatusCode, wrong)
	}
	require.True(t, s.loggedIn(mia))
	a := s.form("/sessions/end", ada, "org", "acme", "reason", "they left")
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Contains(t, s.ask("GET", a.Header.Get("Location"), "", ada).body, "Ended.")
	assert.False(t, s.node().loggedIn(mia), "on every node")
	assert.Equal(t, http.StatusForbidden, s.enter(s.token(made, linkSecret)).StatusCode, "nor does the link open")
	assert.True(t, s.loggedIn(gus))
	assert.Equal(t, http.StatusSeeOther, s.enter(s.link("acme", "zoe@acme.example", time.Minute)).StatusCode, "a new one does")

	a = s.form("/sessions/end", ada, "all", "yes", "reason", "all out")
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	for _, who := range []func(*http.Request){ada, kim, gus} {
		assert.False(t, s.loggedIn(who))
	}
	trail := s.trail(query.AuditFilter{Action: ledger.ActionSessionsEnd, Org: "acme"})
	require.Len(t, trail, 2)
	assert.Equal(t, "they left", *trail[1].Reason)
	assert.Equal(t, "ada (password)", trail[1].Who())
}
