package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	s := setup(t)

	t.Run("RightPassword", func(t *testing.T) {
		a := s.login("kim", password, "/exports/7?x=1")
		assert.Equal(t, http.StatusSeeOther, a.StatusCode)
		assert.Equal(t, "/exports/7?x=1", a.Header.Get("Location"))
		require.Len(t, a.Cookies(), 1)
		cookie := a.Cookies()[0]
		assert.Equal(t, "ghexport", cookie.Name)
		assert.True(t, cookie.HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
		assert.Len(t, cookie.Value, 43, "32 random bytes")

		page := s.ask("GET", "/", "", s.as("kim"))
		assert.Equal(t, http.StatusOK, page.StatusCode)
		assert.Contains(t, page.body, "kim")
	})
	t.Run("WrongPasswordAndUnknownNameLookTheSame", func(t *testing.T) {
		wrong, unknown := s.login("kim", "no", "/"), s.login("nobody", "no", "/")
		assert.Equal(t, http.StatusUnauthorized, wrong.StatusCode)
		assert.Equal(t, http.StatusUnauthorized, unknown.StatusCode)
		assert.Equal(t, strings.Replace(wrong.body, `value="kim"`, `value="nobody"`, 1), unknown.body)
		assert.Empty(t, wrong.Cookies())
		assert.Contains(t, wrong.body, "Name or password is wrong.")
	})
	t.Run("NeverLeadsToAnotherSite", func(t *testing.T) {
		for _, next := range []string{"https://evil.example/", "//evil.example/", "///evil.example/", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", ""} {
			assert.Equal(t, "/", s.login("kim", password, next).Header.Get("Location"), "next=%q", next)
		}
	})
	t.Run("LogoutEndsTheSession", func(t *testing.T) {
		kim := s.as("kim")
		assert.Equal(t, http.StatusSeeOther, s.ask("POST", "/logout", "", kim).StatusCode)
		again := s.ask("GET", "/", "", kim)
		assert.Equal(t, "/login?next=%2F", again.Header.Get("Location"))
	})
}

func TestLogin_HTTPSMakesTheCookieTheHostsOwn(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.PublicURL = "https://exports.example.com" })
	cookie := s.login("kim", password, "/").Cookies()[0]
	assert.Equal(t, "__Host-ghexport", cookie.Name)
	assert.True(t, cookie.Secure)
	assert.Equal(t, "/", cookie.Path)
	assert.Empty(t, cookie.Domain)
	assert.Equal(t, "max-age=31536000", s.ask("GET", "/login", "").Header.Get("Strict-Transport-Security"))
	assert.Empty(t, setup(t).ask("GET", "/login", "").Header.Get("Strict-Transport-Security"), "not where plain http is all there is")
}

// Wrong passwords slow down who sends more of them. Nobody is refused for them, on whichever node.
func TestLogin_SlowsDown(t *testing.T) {
	t.Parallel()
	s := setup(t)
	other := s.node()
	var waits []time.Duration
	for i := range 10 {
		before := s.waited
		require.Equal(t, http.StatusUnauthorized, s.login("kim", "no", "/").StatusCode, "failure %d", i)
		waits = append(waits, s.waited-before)
	}
	assert.Equal(t, []time.Duration{0, 0, 0, 0, 0, 1e9, 2e9, 4e9, 8e9, 8e9}, waits)
	before := s.waited
	assert.Equal(t, http.StatusSeeOther, other.login("kim", password, "/").StatusCode, "the right password still opens, on another node")
	assert.Equal(t, 8*time.Second, s.waited-before, "which knows of the failures")
	before = s.waited
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode)
	assert.Equal(t, before, s.waited, "and forgives them everywhere")
}

func TestLogin_SlowsDownNobodyElse(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 10 {
		s.login("kim", "no", "/")
	}
	before := s.waited
	assert.Equal(t, http.StatusSeeOther, s.login("ada", password, "/").StatusCode, "another name is free")
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/", from("192.0.2.9:1")).StatusCode, "another address is free")
	assert.Equal(t, before, s.waited)
	s.wait(15 * time.Minute)
	assert.Equal(t, http.StatusUnauthorized, s.login("kim", "no", "/").StatusCode)
	assert.Equal(t, before, s.waited, "a quarter of an hour later")
}

// Of many guesses at once one has its turn after the other, and what cannot have one is not compared.
func TestLogin_ManyAtOnce(t *testing.T) {
	t.Parallel()
	turn := make(chan struct{})
	s := setup(t, func(c *web.Config) {
		c.Wait = func(ctx context.Context, _ time.Duration) error {
			select {
			case <-turn:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	for range 5 {
		s.login("kim", "no", "/")
	}
	answers := make(chan answer)
	const many = 12
	for range many {
		go func() { answers <- s.login("kim", "no", "/") }()
	}
	refused := 0
	for range many - 3 { // turns of 1, 2 and 4 s fit into what anybody waits
		a := <-answers
		assert.Equal(t, http.StatusTooManyRequests, a.StatusCode)
		assert.Equal(t, "8", a.Header.Get("Retry-After"))
		refused++
	}
	close(turn)
	for range many - refused {
		assert.Equal(t, http.StatusUnauthorized, (<-answers).StatusCode)
	}
}

// The client counts, and not the proxy: as the trusted ones tell it, and not as it says itself.
func TestLogin_BehindProxies(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.Proxies = "10.0.0.0/8, 192.0.2.53" })
	through := func(header, says string) func(*http.Request) {
		return func(r *http.Request) {
			r.RemoteAddr = "10.0.0.2:4711"
			r.Header.Set(header, says)
		}
	}
	for n := range 10 { // each time as somebody else, it says
		s.login("kim", "no", "/", through("X-Forwarded-For", fmt.Sprintf("198.51.100.%d, 203.0.113.7, 10.3.0.1", n)))
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		slow   bool
	}{
		"TheSameByAnotherHeader": {through("Forwarded", `for=198.51.100.1, for="203.0.113.7:80";proto=https`), true},
		"TheSameWithoutProxy":    {from("203.0.113.7:1"), true},
		"AnotherClient":          {through("X-Forwarded-For", "203.0.113.8"), false},
		"TheProxyItself":         {from("10.0.0.2:1"), false},
	} {
		before := s.waited
		s.login("kim", "no", "/", c.change)
		assert.Equal(t, c.slow, s.waited > before, name)
	}
}

// A network is slowed as a whole only after many failures, and even then nobody in it is refused.
func TestLogin_LimitOfANetwork(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i := range 101 { // a subnet of IPv6 is one network
		a := s.login(fmt.Sprintf("name%d", i), "no", "/", from(fmt.Sprintf("[2001:db8::%x]:5", i+1)))
		require.Equal(t, http.StatusUnauthorized, a.StatusCode, "failure %d", i)
	}
	before := s.waited
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/", from("[2001:db8:0:1::1]:5")).StatusCode)
	assert.Equal(t, before, s.waited, "another network is free")
	assert.Equal(t, http.StatusSeeOther, s.login("ada", password, "/", from("[2001:db8::ffff]:5")).StatusCode)
	assert.Positive(t, s.waited-before)
	assert.LessOrEqual(t, s.waited-before, 8*time.Second)
}

func TestLogin_FailuresAreAudited(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 10 {
		s.login("kim", "no", "/")
	}
	s.login("hunter2", "x", "/")
	failed := query.AuditFilter{Action: ledger.ActionLogInFailed}
	trail := s.trail(failed)
	require.Len(t, trail, 3, "the first and the tenth, and another's first")
	assert.Equal(t, "(unknown)", trail[0].Actor, "which may be a password in the wrong field")
	assert.Equal(t, "kim (password)", trail[1].Who())
	assert.JSONEq(t, `{"failures": 10}`, string(trail[1].Detail))
	assert.Equal(t, "192.0.2.1", *trail[1].From)
	for n := range 30 { // one network cannot fill the trail
		s.login(fmt.Sprint("name", n), "x", "/")
	}
	assert.Len(t, s.trail(failed), 20)
	for n := range 190 { // nor can many
		s.login("x", "x", "/", from(fmt.Sprintf("198.51.%d.1:1", n)))
	}
	assert.Len(t, s.trail(failed), 200)
}

func TestLogin_UnknownNamesTakeAsLong(t *testing.T) {
	t.Parallel()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	require.NoError(t, err)
	s := setup(t, func(c *web.Config) { c.Users = "kim:" + string(hash) + ":oncall" })
	quickest := func(name string) time.Duration {
		least := time.Hour
		for range 3 {
			began := time.Now()
			s.login(name, "no", "/")
			least = min(least, time.Since(began))
		}
		return least
	}
	assert.Greater(t, quickest("nobody"), quickest("kim")/4)
}

func TestLogin_SuccessForgives(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for range 3 {
		for range 9 {
			require.Equal(t, http.StatusUnauthorized, s.login("kim", "no", "/").StatusCode)
		}
		require.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode)
		s.wait(time.Minute) // so that the password is compared again
	}
}

func TestSession_Ends(t *testing.T) {
	t.Parallel()
	s := setup(t)
	open := func(who func(*http.Request)) bool {
		return s.ask("GET", "/login", "", who).StatusCode == http.StatusSeeOther
	}

	idle := s.as("kim")
	s.wait(2*time.Hour - time.Second)
	require.True(t, open(idle), "a request each two hours keeps it")
	s.wait(2 * time.Hour)
	assert.False(t, open(idle), "two hours without one end it")

	busy := s.as("kim")
	for range 11 {
		s.wait(time.Hour)
		require.True(t, open(busy))
	}
	s.wait(time.Hour)
	assert.False(t, open(busy), "twelve hours end it")
}

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	s := setup(t)
	t.Run("Works", func(t *testing.T) {
		assert.Equal(t, http.StatusOK, s.ask("GET", "/", "", script("val", password)).StatusCode)
		assert.Equal(t, http.StatusOK, s.ask("GET", "/river/api/states", "", script("val", password)).StatusCode)
	})
	t.Run("WrongIsToldWhatToSend", func(t *testing.T) {
		a := s.ask("GET", "/", "", script("val", "no"))
		assert.Equal(t, http.StatusUnauthorized, a.StatusCode)
		assert.Contains(t, a.Header.Get("WWW-Authenticate"), "Basic")
		assert.JSONEq(t, `{"message":"Please log in."}`, a.body)
	})
	t.Run("CountsForAMinuteWithoutAnotherLook", func(t *testing.T) {
		poll := func() int { return s.ask("GET", "/", "", script("ada", password)).StatusCode }
		require.Equal(t, http.StatusOK, poll())
		for range 10 { // from here on whoever is looked at waits
			s.ask("GET", "/", "", script("ada", "no"))
		}
		before := s.waited
		assert.Equal(t, http.StatusOK, poll())
		assert.Equal(t, before, s.waited)
		s.wait(time.Minute)
		assert.Equal(t, http.StatusOK, poll())
		assert.Equal(t, before, s.waited, "a minute is longer than any wait")
	})
	t.Run("NoWindowOfTheBrowsersOverAPage", func(t *testing.T) {
		a := s.ask("GET", "/river/api/states", "", func(r *http.Request) {
			r.Header.Set("Accept", "*/*")
			r.Header.Set("Sec-Fetch-Mode", "cors")
		})
		assert.Equal(t, http.StatusUnauthorized, a.StatusCode)
		assert.Empty(t, a.Header.Get("WWW-Authenticate"))
	})
}

func TestCrossSite(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
		for _, path := range []string{"/login", "/logout", "/river/api/jobs/retry"} {
			a := s.ask("POST", path, `{"ids":[1]}`, kim, func(r *http.Request) {
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Set(header[0], header[1])
				r.Header.Set("Content-Type", "text/plain")
			})
			assert.Equal(t, http.StatusForbidden, a.StatusCode, "%s with %v", path, header)
		}
	}
	page := s.ask("GET", "/", "", kim)
	assert.Equal(t, http.StatusOK, page.StatusCode, "and the session lives on")
}

func TestCrossSite_BehindAProxy(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.PublicURL = "https://exports.example.com/" })
	a := s.login("kim", password, "/", func(r *http.Request) {
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", "https://exports.example.com")
		r.Host = "10.0.0.7:8080"
	})
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
}

// routes are all that the console answers to.
var routes = []string{
	"GET /", "GET /?state=dead", "GET /exports/1", "GET /nothing", "POST /", "POST /logout", "DELETE /exports/1",
	"GET /river", "GET /river/", "GET /river/jobs", "GET /river/api/jobs", "GET /river/api/jobs/1", "GET /river/api/states",
	"GET /river/api/queues", "GET /river/api/queues/default", "GET /river/api/features", "GET /river/api/version",
	"GET /river/api/autocomplete?facet=job_kind", "GET /river/api/health-checks/complete", "GET /river/api/health-checks/minimal",
	"POST /river/api/jobs/retry", "POST /river/api/jobs/cancel", "POST /river/api/jobs/delete", "POST /river/api/jobs",
	"PUT /river/api/queues/default/pause", "PUT /river/api/queues/default/resume", "PATCH /river/api/queues/default",
	"DELETE /river/api/jobs/1", "POST /river/api/health-checks/minimal", "OPTIONS /river/", "TRACE /", "POST /river//api/jobs/cancel",
}

func TestRoutes_NothingWithoutLogin(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		for _, accept := range []string{"text/html", "*/*"} {
			a := s.ask(method, path, `{"ids":[1]}`, func(r *http.Request) { r.Header.Set("Accept", accept) })
			switch a.StatusCode {
			case http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusMovedPermanently: // to the form, or to the clean path
				assert.Regexp(t, `^/(login\?next=|river/)`, a.Header.Get("Location"), route)
			default:
				assert.Equal(t, http.StatusUnauthorized, a.StatusCode, route)
			}
		}
	}
}

func TestRoutes_NothingTellsAHash(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.export("acme", "iv_1", "sent", "")
	kim := s.as("kim")
	for _, route := range append(routes, "GET /login", "GET /healthz", "GET /readyz", "GET /assets/console.css", "GET /assets/") {
		method, path, _ := strings.Cut(route, " ")
		if path == "/logout" {
			continue
		}
		a := s.ask(method, path, `{"ids":[1]}`, kim)
		said := fmt.Sprint(a.Header, a.body)
		assert.NotContains(t, said, s.hash[7:], route)
		assert.NotContains(t, said, "$2a$", route)
		assert.NotContains(t, said, password, route)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	for _, path := range []string{"/", "/login", "/nothing", "/river/", "/river/api/states", "/healthz", "/readyz", "/assets/console.css"} {
		h := s.ask("GET", path, "", kim).Header
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "same-origin", h.Get("Referrer-Policy"), path)
		policy := h.Get("Content-Security-Policy")
		assert.Contains(t, policy, "frame-ancestors 'none'", path)
		assert.Contains(t, policy, "default-src 'none'", path)
		assert.NotContains(t, policy, "script-src 'unsafe", path)
		if !strings.HasPrefix(path, "/river/") {
			assert.Contains(t, policy, "script-src 'self'; ", path)
			assert.NotContains(t, policy, "unsafe", path)
		}
		if !strings.HasPrefix(path, "/assets/") {
			assert.Equal(t, "no-store", h.Get("Cache-Control"), path)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	s := setup(t)
	sheet := s.ask("GET", "/assets/console.css", "")
	assert.Equal(t, http.StatusOK, sheet.StatusCode)
	assert.Equal(t, "text/css; charset=utf-8", sheet.Header.Get("Content-Type"))
	assert.Equal(t, http.StatusNotFound, s.ask("GET", "/assets/", "").StatusCode, "no list of files")
}

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address }
}
