package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

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

func TestLogin_Limit(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i := range 10 {
		require.Equal(t, http.StatusUnauthorized, s.login("kim", "no", "/").StatusCode, "failure %d", i)
	}
	refused := s.login("kim", password, "/")
	assert.Equal(t, http.StatusTooManyRequests, refused.StatusCode, "even with the right password")
	assert.Equal(t, "300", refused.Header.Get("Retry-After"))
	assert.Equal(t, http.StatusTooManyRequests, s.ask("GET", "/", "", script("kim", password)).StatusCode, "nor by the other door")
	assert.Equal(t, http.StatusSeeOther, s.login("ada", password, "/").StatusCode, "another name is free")
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/", from("192.0.2.9:1")).StatusCode, "another address is free")

	s.wait(5 * time.Minute)
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/").StatusCode, "five minutes later")
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

func TestLogin_LimitOfAnAddress(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for i := range 100 { // a subnet of IPv6 is one address
		a := s.login(fmt.Sprintf("name%d", i), "no", "/", from(fmt.Sprintf("[2001:db8::%x]:5", i+1)))
		require.Equal(t, http.StatusUnauthorized, a.StatusCode, "failure %d", i)
	}
	assert.Equal(t, http.StatusTooManyRequests, s.login("kim", password, "/", from("[2001:db8::ffff]:5")).StatusCode)
	assert.Equal(t, http.StatusSeeOther, s.login("kim", password, "/", from("[2001:db8:0:1::1]:5")).StatusCode)
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
		for range 10 { // from here on whoever is looked at is refused
			s.ask("GET", "/", "", script("ada", "no"))
		}
		assert.Equal(t, http.StatusTooManyRequests, s.ask("GET", "/", "", script("ada", "no")).StatusCode)
		assert.Equal(t, http.StatusOK, poll())
		s.wait(time.Minute)
		assert.Equal(t, http.StatusTooManyRequests, poll())
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
