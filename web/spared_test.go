package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A company's admins may make us ask Greenhouse a few times a minute, on all nodes together; ours may more.
func TestCompany_AsksGreenhouseAFewTimesAMinute(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connected("acme")
	mia, other, gus := s.asCompany("acme"), s.node(), s.asCompany("globex")
	test := func(s *site, as func(*http.Request)) answer {
		return s.api(as, "POST", acmeAPI+"/test", `{"key": "`+acmeKey+`", "created_by": "`+ron+`"}`)
	}
	for n := range 6 {
		require.Equal(t, http.StatusOK, test([]*site{s, other}[n%2], mia).StatusCode, "test %d", n)
	}
	asked := len(s.sim.Requests())
	a := test(other, mia)
	refused := into[problem](s, a, http.StatusTooManyRequests)
	assert.Equal(t, "You have asked Greenhouse often in the last minute. Try again in 60 seconds.", refused.Message)
	assert.Equal(t, "60", a.Header.Get("Retry-After"))

	a = s.api(mia, "PUT", acmeAPI, `{"key": "`+acmeKey+`x"}`, ifMatch("*"))
	assert.Equal(t, http.StatusTooManyRequests, a.StatusCode, "a key that is saved is tested, too")
	s.wait(20 * time.Second)
	page := s.form("/orgs/acme/settings/test", mia, "created_by", ron)
	assert.Equal(t, http.StatusTooManyRequests, page.StatusCode)
	assert.Equal(t, "40", page.Header.Get("Retry-After"))
	assert.Contains(t, page.body, "You have asked Greenhouse often in the last minute. Try again in 40 seconds. Nothing was saved.")
	assert.Len(t, s.sim.Requests(), asked, "Greenhouse is not asked for any of these")

	assert.Equal(t, http.StatusOK, s.api(mia, "PUT", acmeAPI, `{"time_zone": "Asia/Tokyo"}`, ifMatch("*")).StatusCode, "what needs no test goes on")
	assert.Equal(t, http.StatusOK, test(s, s.as("kim")).StatusCode, "ours are not counted")
	assert.NotEqual(t, http.StatusTooManyRequests, s.api(gus, "POST", "/api/orgs/globex/greenhouse/test", `{"key": "x"}`).StatusCode, "nor another company")
	s.wait(40 * time.Second)
	assert.Equal(t, http.StatusOK, test(s, mia).StatusCode, "a minute later")
}

// Lists that Greenhouse does not give are asked for again and again: not by one company's admins alone.
func TestCompany_AsksForListsAFewTimesAMinute(t *testing.T) {
	t.Parallel()
	s := setup(t)
	require.Equal(t, http.StatusOK, s.api(s.as("kim"), "PUT", acmeAPI, `{"key": "`+acmeKey+`", "created_by": "`+ron+`"}`, ifMatch("*")).StatusCode)
	require.Equal(t, http.StatusOK, s.api(s.as("kim"), "PUT", acmeAPI, `{"key": "`+acmeKey+`", "created_by": "`+ron+`"}`, ifMatch("*")).StatusCode)
	mia := s.asCompany("acme")
	list := func() answer { return s.api(mia, "GET", acmeAPI+"/jobs", "") }
	stale := func() {
		s.exec("UPDATE ghexport.integrations SET jobs_seen_at = now() - interval '1 hour', pools_seen_at = now()")
	}
	for n := range 30 { // known from lately
		require.Equal(t, http.StatusOK, list().StatusCode, "list %d", n)
	}
	for n := range 12 {
		stale()
		require.Equal(t, http.StatusOK, list().StatusCode, "asked anew %d", n)
	}
	stale()
	asked := len(s.sim.Requests())
	refused := into[problem](s, list(), http.StatusTooManyRequests)
	assert.Contains(t, refused.Message, "Try again in 60 seconds.")
	page := s.ask("GET", "/orgs/acme/settings", "", mia)
	require.Equal(t, http.StatusOK, page.StatusCode, "the page shows what was seen last")
	assert.Contains(t, page.body, "The list of jobs may be old: Greenhouse was asked often in the last minute")
	assert.Len(t, s.sim.Requests(), asked)
}
