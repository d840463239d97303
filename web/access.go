package web

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// authenticate says who sends a request: who has a session, or who sends a name and password with it as scripts do. Where it is
// nobody it has answered.
func (k *console) authenticate(w http.ResponseWriter, r *http.Request) (auth.Principal, bool) {
	p, err := k.sessions.Find(r.Context(), k.cookie.Read(r))
	if err == nil {
		return p, true
	}
	if !errors.Is(err, store.ErrNotFound) {
		k.broken(w, r, err)
		return auth.Principal{}, false
	}
	name, password, sent := r.BasicAuth()
	if !sent {
		k.askToLogIn(w, r)
		return auth.Principal{}, false
	}
	v := k.login.Try(r.Context(), auth.Network(r), name, password)
	switch {
	case v.Err != nil:
		k.broken(w, r, v.Err)
	case v.OK:
		return v.User.Principal(), true
	case v.Wait > 0:
		k.tooMany(w, v.Wait)
		k.refuse(w, r, http.StatusTooManyRequests, "Too many try this name at once. Try again later.")
	default:
		k.notePassword(r, name, v.Tries)
		k.askToLogIn(w, r)
	}
	return auth.Principal{}, false
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

// enter opens a session for somebody who proved who they are, and sends them to a page. Source is the digest of the setting that
// let them in.
func (k *console) enter(w http.ResponseWriter, r *http.Request, p auth.Principal, source []byte, next string) {
	err := k.sessions.End(r.Context(), k.cookie.Read(r)) // a session never outlives a change of person
	if err != nil {
		k.broken(w, r, err)
		return
	}
	if p.Role.Staff() {
		if err := k.Store.AuditLogin(r.Context(), auth.By(auth.WithPrincipal(r, p), "")); err != nil {
			k.broken(w, r, err)
			return
		}
	}
	secret, err := k.sessions.Begin(r.Context(), p, source)
	if err != nil {
		k.broken(w, r, err)
		return
	}
	k.cookie.Set(w, secret, p.Role.Life())
	named := zap.String("user", p.Name)
	if p.Role.OfCompany() { // a customer's name belongs into the audit trail, not into logs
		named = zap.String("org_id", p.Org)
	}
	k.Log.Info("console login", named, zap.String("role", string(p.Role)))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (k *console) logOut(w http.ResponseWriter, r *http.Request) {
	if err := k.sessions.End(r.Context(), k.cookie.Read(r)); err != nil {
		k.broken(w, r, err)
		return
	}
	k.cookie.Set(w, "", 0)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func seconds(s float64) string { return strconv.Itoa(int(math.Ceil(s))) }
