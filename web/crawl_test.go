package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/web"
)

// noWayIn are the pages that nobody comes to by a link of the console, and why.
var noWayIn = map[string]string{
	"GET /login":               "where the console sends whoever is nobody",
	"GET /login/oidc":          "the login page's button",
	"GET /login/oidc/callback": "where the provider sends people",
	"GET /enter":               "a link that the product shows",
	"GET /healthz":             "for whoever runs the process",
	"GET /readyz":              "for whoever runs the process",
	"GET /metrics":             "for Prometheus",
	"GET /river":               "leads to /river/, for who types it",
	"GET /river-job/{job}":     "River UI's bar makes it by script",
	"GET /river-rows":          "River UI's bar asks it by script",
	"GET /exports/selected":    "the form around a list of exports",
	"GET /assets/":             "what pages are drawn with",
}

// TestCrawl follows every link from where each role begins, and wants every page of the table that the role may see to be among them.
func TestCrawl(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with, withEdits(t))
	s.someLedger(digests)
	s.twins("acme", "others", digests)
	s.doubt("acme", "iv_doubt_too", digests)
	s.connected("acme")
	s.sees("acme", 101, ledger.Observation{As: ledger.ObservedMissing})
	s.exec("INSERT INTO ghexport.runs (actor, reason, selected, canary, stop_share, stop_from) VALUES ('kim', 'fixed', '{}', 1, 0.5, 10)")
	for name, start := range map[string]string{"viewer": "/", "oncall": "/", "admin": "/", "company": "/orgs/acme", "recruiter": "/orgs/acme/people"} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			missing := map[string]bool{}
			for _, route := range web.Routes() {
				mux.HandleFunc(route.Pattern, func(http.ResponseWriter, *http.Request) {})
				api := strings.HasPrefix(route.Pattern, "GET /api/") || strings.HasPrefix(route.Pattern, "GET /river/")
				if strings.HasPrefix(route.Pattern, "GET ") && mayWalk(route, name) && noWayIn[route.Pattern] == "" && !api {
					missing[route.Pattern] = true
				}
			}
			require.Greater(t, len(missing), map[bool]int{true: 0, false: 8}[name == "recruiter"])
			for _, path := range s.crawl(t, start, walkers[name](s)) {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
				require.NoError(t, err)
				_, pattern := mux.Handler(r)
				delete(missing, pattern)
			}
			assert.Empty(t, missing, "nothing links to these")
		})
	}
}

var hrefs = regexp.MustCompile(`<a[^>]* href="([^"]+)"`)

// crawl returns every address of the console to which links lead, a dozen pages of a kind at most. No link may be dead.
func (s *site) crawl(t *testing.T, start string, as func(*http.Request)) []string {
	t.Helper()
	const alike = 12
	seen, kinds, todo := map[string]bool{start: true}, map[string]int{}, []string{start}
	var all []string
	digit := regexp.MustCompile(`[0-9]+|=[^&]*|/runbooks/.+`)
	for len(todo) > 0 {
		path := todo[0]
		todo, all = todo[1:], append(all, path)
		kind := digit.ReplaceAllString(path, "#")
		if kinds[kind]++; kinds[kind] > alike || strings.HasPrefix(path, "/river/") || strings.Contains(path, "/csv") {
			continue
		}
		a := s.ask("GET", path, "", as)
		require.Contains(t, []int{http.StatusOK, http.StatusSeeOther}, a.StatusCode, "%s is linked and answers: %s", path, a.body)
		links := []string{a.Header.Get("Location")}
		for _, href := range hrefs.FindAllStringSubmatch(a.body, -1) {
			links = append(links, html.UnescapeString(href[1]))
		}
		at, err := url.Parse(path)
		require.NoError(t, err)
		for _, link := range links {
			to, err := at.Parse(link)
			require.NoError(t, err, "%s in %s", link, path)
			to.Fragment = ""
			if link == "" || to.Host != "" || to.Scheme != "" || seen[to.String()] {
				continue
			}
			seen[to.String()] = true
			todo = append(todo, to.String())
		}
	}
	return all
}
