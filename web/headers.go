package web

import (
	"net/http"
	"strings"
)

// Our own pages need a stylesheet and forms, and are more comfortable with one script, which asks nobody but us.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// River UI is one script that asks its own API, and writes style attributes and elements as it goes. Its configuration stands in an
// inline block of JSON, which is data and needs no leave.
const riverPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// plainHeaders are those of every answer.
func plainHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		// Not no-referrer: with that, browsers send "Origin: null" with our own forms, and over plain http the Origin is all there is to
		// tell them from another site's.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// httpsOnly tells browsers that have come by https to come by nothing else for a year.
const httpsOnly = "max-age=31536000"

// consoleHeaders add River UI's needs under /river/, and where browsers reach us by https that they shall go on so.
func consoleHeaders(secure bool, next http.Handler) http.Handler {
	return plainHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if secure {
			w.Header().Set("Strict-Transport-Security", httpsOnly)
		}
		if strings.HasPrefix(r.URL.Path, riverPrefix+"/") {
			w.Header().Set("Content-Security-Policy", riverPolicy)
		}
		next.ServeHTTP(w, r)
	}))
}
