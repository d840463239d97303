package web

import (
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/wording"
)

type loginForm struct {
	Next     string
	Name     string
	Problem  string
	Password bool // there are users with passwords
	SSO      bool // there is single sign-on
	Links    bool // companies' admins come by links
}

func (k *console) loginPage(w http.ResponseWriter, r *http.Request) {
	next := auth.LocalPath(r.URL.Query().Get("next"))
	p, err := k.sessions.Find(r.Context(), k.cookie.Read(r))
	switch {
	case err == nil && next == "/":
		http.Redirect(w, r, p.Home(), http.StatusSeeOther)
	case err == nil:
		http.Redirect(w, r, next, http.StatusSeeOther)
	case errors.Is(err, store.ErrNotFound):
		k.showLogin(w, r, http.StatusOK, loginForm{Next: next})
	default:
		k.broken(w, r, err)
	}
}

func (k *console) showLogin(w http.ResponseWriter, r *http.Request, status int, form loginForm) {
	form.SSO = k.sso != nil
	form.Password, form.Links = len(k.login.Users) > 0, k.LinkSecret != ""
	k.show(w, r, status, "login", "Log in", form)
}

func (k *console) logIn(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		k.refuse(w, r, http.StatusBadRequest, "That was no login form.")
		return
	}
	form := loginForm{Next: auth.LocalPath(r.PostForm.Get("next")), Name: r.PostForm.Get("name")}
	v := k.login.Try(r.Context(), auth.Network(r), form.Name, r.PostForm.Get("password"))
	switch {
	case v.Err != nil:
		k.broken(w, r, v.Err)
	case v.OK:
		k.enter(w, r, v.User.Principal(), v.User.Source(), form.Next)
	case v.Wait > 0:
		k.tooMany(w, v.Wait)
		form.Problem = "Too many try this name at once. Try again in " + wording.Age(v.Wait) + "."
		k.showLogin(w, r, http.StatusTooManyRequests, form)
	default:
		k.notePassword(r, form.Name, v.Tries)
		form.Problem = "Name or password is wrong."
		k.showLogin(w, r, http.StatusUnauthorized, form)
	}
}

// tooMany says when to come back.
func (k *console) tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", seconds(wait.Seconds()))
}

// unknownName stands in the audit trail for whoever said a name that nobody has, or none: people type passwords into the wrong field.
const unknownName = "(unknown)"

// notePassword records a name and password that do not belong together.
func (k *console) notePassword(r *http.Request, name string, tries int) {
	if _, known := k.login.Users[name]; !known {
		name = unknownName
	}
	k.noteFailure(r, name, "password", tries)
}

// noteFailure logs that somebody did not get in, and records it where the trail still takes it.
func (k *console) noteFailure(r *http.Request, name, method string, tries int) {
	k.Log.Warn("console login refused", zap.String("user", name), zap.String("method", method), zap.String("address", auth.Network(r)))
	by := store.By{Actor: name, Method: method, From: auth.Origin(r)}
	if _, err := access.In(k.Store).AuditLoginFailure(r.Context(), by, auth.Network(r), tries, k.Now()); err != nil && r.Context().Err() == nil {
		k.Log.Error("record a failed login", zap.Error(err))
	}
}
