package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/interviewing-io/greenhouse-export/web"
)

func (s *site) loggedIn(who func(*http.Request)) bool {
	s.t.Helper()
	a := s.ask("GET", "/login", "", who)
	require.Contains(s.t, []int{http.StatusOK, http.StatusSeeOther}, a.StatusCode, a.body)
	return a.StatusCode == http.StatusSeeOther
}

func TestSession_IsKnownToEveryNode(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim, mia := s.as("kim"), s.asCompany("acme")
	other := s.node()
	require.True(t, other.loggedIn(kim), "also to one that started later: a restart logs nobody out")
	require.True(t, other.loggedIn(mia))
	assert.Equal(t, http.StatusSeeOther, other.ask("POST", "/logout", "", kim).StatusCode)
	assert.False(t, s.loggedIn(kim), "and one that has ended is over everywhere")
	assert.True(t, s.loggedIn(mia))
}

func TestSession_EndsWithWhatLetItIn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim, val, mia := s.as("kim"), s.as("val"), s.asCompany("acme")
	other, err := bcrypt.GenerateFromPassword([]byte("another"), bcrypt.MinCost)
	require.NoError(t, err)
	entry := func(name, role string) string { return name + ":" + s.hash + ":" + role }
	for name, users := range map[string]string{
		"TakenOut":      entry("val", "viewer"),
		"OtherPassword": strings.Join([]string{"kim:" + string(other) + ":oncall", entry("val", "viewer")}, ","),
		"OtherRole":     strings.Join([]string{entry("kim", "viewer"), entry("val", "viewer")}, ","),
		"NoUsers":       "",
	} {
		node := s.node(func(c *web.Config) { c.Users = users })
		assert.False(t, node.loggedIn(kim), name)
		assert.Equal(t, users != "", node.loggedIn(val), name)
		assert.True(t, node.loggedIn(mia), name)
	}
	assert.False(t, s.node(func(c *web.Config) { c.LinkSecret += "!" }).loggedIn(mia))
	assert.False(t, s.node(func(c *web.Config) { c.LinkSecret = "" }).loggedIn(mia))
	assert.True(t, s.loggedIn(kim), "a node that still has the setting still knows them")
	assert.True(t, s.loggedIn(mia))
}

func TestSession_SecretsThatAreNone(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.login("kim", password, "/").Cookies()[0].Value
	for _, value := range []string{"", "x", kim[:42], kim + "A", strings.Repeat("A", 43), kim[1:] + kim[:1], strings.Repeat("'--", 14) + "x"} {
		assert.False(t, s.loggedIn(func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "ghexport", Value: value}) }), value)
	}
	assert.True(t, s.loggedIn(func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "ghexport", Value: kim}) }))
}

// Whoever comes as somebody else is no longer who they were.
func TestSession_EndsWithAChangeOfPerson(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	require.Equal(t, http.StatusSeeOther, s.enter(s.link("acme", "mia", time.Minute), kim).StatusCode)
	assert.False(t, s.loggedIn(kim))
}
