package web

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.uber.org/zap"
)

type userKey struct{}

// who is logged in. Only handlers behind signedIn may ask.
func who(r *http.Request) user {
	u, _ := r.Context().Value(userKey{}).(user)
	return u
}

// signedIn lets those pass who have a session, or who send a name and password with the request as scripts do.
func (k *console) signedIn(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, ok := k.sessions.find(k.cookie.read(r)); ok {
			next(w, r.WithContext(context.WithValue(r.Context(), userKey{}, u)))
			return
		}
		name, password, sent := r.BasicAuth()
		if !sent {
			k.askToLogIn(w, r)
			return
		}
		v := k.login.try(r.Context(), r.RemoteAddr, name, password)
		switch {
		case v.ok:
			next(w, r.WithContext(context.WithValue(r.Context(), userKey{}, v.user)))
		case v.wait > 0:
			w.Header().Set("Retry-After", seconds(v.wait.Seconds()))
			k.refuse(w, r, http.StatusTooManyRequests, "Too many failed logins. Try again later.")
		default:
			k.noteFailure(r, name)
			k.askToLogIn(w, r)
		}
	})
}

// askToLogIn sends a person to the form, and tells a script what to send.
func (k *console) askToLogIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Authorization") == "" {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if r.Header.Get("Sec-Fetch-Mode") == "" { // from a page's script, a browser would open its own window to ask for a password
		w.Header().Set("WWW-Authenticate", `Basic realm="ghexport", charset="UTF-8"`)
	}
	k.refuse(w, r, http.StatusUnauthorized, "Please log in.")
}

type loginForm struct {
	Next    string
	Name    string
	Problem string
}

func (k *console) loginPage(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.URL.Query().Get("next"))
	if _, ok := k.sessions.find(k.cookie.read(r)); ok {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	k.show(w, r, http.StatusOK, "login", "Log in", loginForm{Next: next})
}

// loginBytes is more than any honest login form takes.
const loginBytes = 8 << 10

func (k *console) logIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, loginBytes)
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "That was no login form.")
		return
	}
	form := loginForm{Next: localPath(r.PostForm.Get("next")), Name: r.PostForm.Get("name")}
	v := k.login.try(r.Context(), r.RemoteAddr, form.Name, r.PostForm.Get("password"))
	switch {
	case v.ok:
		k.sessions.end(k.cookie.read(r)) // a session never outlives a change of person
		k.cookie.set(w, k.sessions.begin(v.user))
		k.Log.Info("console login", zap.String("user", v.user.name), zap.String("role", string(v.user.role)))
		http.Redirect(w, r, form.Next, http.StatusSeeOther)
	case v.wait > 0:
		w.Header().Set("Retry-After", seconds(v.wait.Seconds()))
		form.Problem = "Too many failed logins. Try again in " + inWords(v.wait) + "."
		k.show(w, r, http.StatusTooManyRequests, "login", "Log in", form)
	default:
		k.noteFailure(r, form.Name)
		form.Problem = "Name or password is wrong."
		k.show(w, r, http.StatusUnauthorized, "login", "Log in", form)
	}
}

func (k *console) logOut(w http.ResponseWriter, r *http.Request) {
	k.sessions.end(k.cookie.read(r))
	k.cookie.set(w, "")
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// noteFailure logs the name only where somebody has it: people type passwords into the wrong field.
func (k *console) noteFailure(r *http.Request, name string) {
	if _, known := k.login.users[name]; !known {
		name = "(unknown)"
	}
	k.Log.Warn("console login refused", zap.String("user", name), zap.String("address", clientAddress(r.RemoteAddr)))
}

// localPath keeps a login from sending people to another site.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") || u.Path == "/login" {
		return "/"
	}
	return next
}

func seconds(s float64) string { return strconv.Itoa(int(math.Ceil(s))) }
