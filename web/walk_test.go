package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// The companies of the walk. Routes are about the first.
const (
	ownOrg      = "acme"
	foreignOrg  = "globex"
	secretOfOwn = "iv_only_acme_knows"
)

// walkers are everybody who may come, by what makes a request theirs.
var walkers = map[string]func(*site) func(*http.Request){
	"Nobody":         func(*site) func(*http.Request) { return func(*http.Request) {} },
	"viewer":         func(s *site) func(*http.Request) { return s.as("val") },
	"oncall":         func(s *site) func(*http.Request) { return s.as("kim") },
	"admin":          func(s *site) func(*http.Request) { return s.as("ada") },
	"company":        func(s *site) func(*http.Request) { return s.asCompany(ownOrg) },
	"ForeignCompany": func(s *site) func(*http.Request) { return s.asCompany(foreignOrg) },

	"recruiter":        func(s *site) func(*http.Request) { return s.asRecruiter(ownOrg, "rita") },
	"ForeignRecruiter": func(s *site) func(*http.Request) { return s.asRecruiter(foreignOrg, "rob") },
}

// TestWalk tries every route of the table with everybody. Who may not is refused, learns nothing and changes nothing; who may comes
// as far as the handler. A route added to the table is walked without a word here, unless it has a wildcard that walkPath lacks.
func TestWalk(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.exec("INSERT INTO ghexport.river_queue (name, updated_at) VALUES ('default', now())")
	values := map[string]string{
		"org": ownOrg, "name": "default", "job": "1", "cause": string(ledger.CausePayloadRefused),
		"id": strconv.FormatInt(s.export(ownOrg, secretOfOwn, ledger.StateDead, ledger.CauseBug), 10),
	}
	routes := web.Routes()
	require.Greater(t, len(routes), 15)
	before := s.everything()
	for _, route := range routes {
		method, path := walkPath(t, route.Pattern, values)
		for name, come := range walkers {
			if !mayWalk(route, name) {
				s.walkRefused(route, method, path, name, come)
			}
		}
	}
	assert.Equal(t, before, s.everything(), "what was refused changed something")
	for _, route := range routes {
		method, path := walkPath(t, route.Pattern, values)
		for name, come := range walkers {
			if mayWalk(route, name) {
				s.walkAllowed(route, method, path, name, come)
			}
		}
	}
}

func mayWalk(r web.Route, name string) bool {
	if strings.HasPrefix(name, "Foreign") {
		return r.Anyone || r.AnyOrg // each company's people alike
	}
	return r.Anyone || r.Allows(name)
}

var wildcard = regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}`)

// walkPath makes a request's method and path of a pattern.
func walkPath(t *testing.T, pattern string, values map[string]string) (method, path string) {
	t.Helper()
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = http.MethodDelete, pattern // whatever no other pattern takes
	}
	path = wildcard.ReplaceAllStringFunc(strings.TrimSuffix(path, "{$}"), func(w string) string {
		value, known := values[strings.Trim(w, "{}.")]
		require.True(t, known, "%s: the walk has no value for %s: give it one of acme's", pattern, w)
		return value
	})
	return method, path
}

func (s *site) walkRefused(route web.Route, method, path, name string, come func(*site) func(*http.Request)) {
	s.t.Helper()
	at, as := fmt.Sprintf("%s by %s", route.Pattern, name), come(s)
	for _, accept := range []string{"text/html", "application/json"} {
		a := s.ask(method, path, idsBody(1), as, func(r *http.Request) { r.Header.Set("Accept", accept) })
		switch {
		case name == "Nobody" && method == http.MethodGet && accept == "text/html":
			assert.Equal(s.t, http.StatusSeeOther, a.StatusCode, at)
			assert.Regexp(s.t, `^/login\?next=`, a.Header.Get("Location"), at)
		case name == "Nobody":
			assert.Equal(s.t, http.StatusUnauthorized, a.StatusCode, at)
		case strings.HasSuffix(strings.ToLower(name), "company"), strings.HasSuffix(strings.ToLower(name), "recruiter"):
			assert.Equal(s.t, http.StatusNotFound, a.StatusCode, at)
			nothing := s.ask("GET", "/nothing-of-that-name", "", as, func(r *http.Request) { r.Header.Set("Accept", accept) })
			assert.Equal(s.t, nothing.body, a.body, "%s: looks other than what does not exist", at)
		default:
			assert.Equal(s.t, http.StatusForbidden, a.StatusCode, at)
		}
		assert.NotContains(s.t, a.body, secretOfOwn, at)
	}
}

func (s *site) walkAllowed(route web.Route, method, path, name string, come func(*site) func(*http.Request)) {
	s.t.Helper()
	a := s.ask(method, path, idsBody(1), come(s))
	at := fmt.Sprintf("%s by %s", route.Pattern, name)
	assert.NotEqual(s.t, http.StatusInternalServerError, a.StatusCode, "%s: %s", at, a.body)
	assert.NotContains(s.t, a.Header.Get("Location"), "/login?next", at)
	if route.Anyone {
		return
	}
	assert.NotEqual(s.t, http.StatusUnauthorized, a.StatusCode, at)
	assert.NotEqual(s.t, http.StatusForbidden, a.StatusCode, at)
	assert.Equal(s.t, route.Pattern == "/", strings.Contains(a.body, "There is no such page."), at)
}

// everything is all that a request could change, but for the sessions that the walk itself opens and the audit of its links.
func (s *site) everything() string {
	s.t.Helper()
	var all string
	err := s.store.Pool.QueryRow(s.t.Context(), `
		SELECT concat((SELECT string_agg(e::text, ';') FROM ghexport.exports e),
		              (SELECT string_agg(i::text, ';') FROM ghexport.integrations i), (SELECT c::text FROM ghexport.control c),
		              (SELECT string_agg(q::text, ';') FROM ghexport.river_queue q), (SELECT string_agg(j::text, ';') FROM ghexport.river_job j),
		              (SELECT count(*) FROM ghexport.outbox), (SELECT count(*) FROM ghexport.audit WHERE action NOT IN ('enter', 'log in')))`).Scan(&all)
	require.NoError(s.t, err)
	return all
}

// asCompany comes by a link of a company's.
func (s *site) asCompany(org string) func(*http.Request) { return s.asAdminOf(org, "mia") }

func (s *site) asAdminOf(org, name string) func(*http.Request) {
	s.t.Helper()
	return s.entered(s.link(org, name, 15*time.Minute))
}

// asRecruiter comes by a recruiter's link.
func (s *site) asRecruiter(org, name string) func(*http.Request) {
	s.t.Helper()
	return s.entered(s.token(auth.NewLink(org, name, s.clock(), 15*time.Minute).For(auth.RoleRecruiter), linkSecret))
}

func (s *site) entered(token string) func(*http.Request) {
	s.t.Helper()
	a := s.enter(token)
	require.Equal(s.t, http.StatusSeeOther, a.StatusCode, a.body)
	require.Len(s.t, a.Cookies(), 1)
	return func(r *http.Request) { r.AddCookie(a.Cookies()[0]) }
}
