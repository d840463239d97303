package web

import (
	"errors"
	"net/http"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

const (
	ssoAway   = "Your single sign-on does not answer. Try again in a moment."
	ssoBroken = "That login did not succeed. Begin it again here; if it fails again, the log of the service says why."
)

func (k *console) ssoRoutes() []route {
	if k.sso == nil {
		return nil
	}
	return []route{allow(anyone, "GET /login/oidc", k.ssoBegin), allow(anyone, "GET /login/oidc/callback", k.ssoEnd)}
}

// ssoBegin sends somebody to the provider.
func (k *console) ssoBegin(w http.ResponseWriter, r *http.Request) {
	f := auth.BeginFlow(auth.LocalPath(r.URL.Query().Get("next")))
	p, err := k.sso.Provider(r.Context())
	if err != nil {
		k.Log.Warn("single sign-on does not answer", zap.Error(err))
		k.showLogin(w, r, http.StatusServiceUnavailable, loginForm{Next: f.Next, Problem: ssoAway})
		return
	}
	k.cookie.SetFlow(w, f)
	http.Redirect(w, r, p.Begin(f), http.StatusSeeOther)
}

// ssoEnd takes somebody in whom the provider sends back. Every try uses the flow up, and counts as failed until it is not.
func (k *console) ssoEnd(w http.ResponseWriter, r *http.Request) {
	f := k.cookie.Flow(r)
	k.cookie.SetFlow(w, auth.Flow{})
	tries, err := k.login.Throttle.Door(r.Context(), auth.Network(r), "sso")
	if err != nil {
		k.broken(w, r, err)
		return
	}
	c, err := k.sso.Answer(r, f)
	var name string
	if err == nil {
		name, err = c.Name()
	}
	var wrong auth.Refusal
	switch {
	case errors.As(err, &wrong):
		k.Log.Warn("single sign-on refused", zap.Error(err))
		k.noteFailure(r, unknownName, k.sso.Method(), tries)
		k.showLogin(w, r, http.StatusForbidden, loginForm{Next: f.Next, Problem: ssoBroken})
		return
	case err != nil:
		k.Log.Warn("single sign-on does not answer", zap.Error(err))
		k.showLogin(w, r, http.StatusServiceUnavailable, loginForm{Next: f.Next, Problem: ssoAway})
		return
	}
	p := auth.Principal{Name: name, Role: k.sso.Roles.Role(c), Method: k.sso.Method()}
	subject, _ := c["sub"].(string)
	if p.Role == "" {
		k.Log.Warn("single sign-on without a role", zap.String("user", name), zap.String("subject", subject))
		k.noteFailure(r, name, k.sso.Method(), tries)
		k.refuse(w, r, http.StatusForbidden, "You are known as "+name+", but nothing that your single sign-on says of you gives you a role here. "+
			"Whoever runs this service decides that by GHEXPORT_OIDC_ROLES.")
		return
	}
	if err := k.login.Throttle.ForgiveDoor(r.Context(), auth.Network(r), "sso"); err != nil {
		k.broken(w, r, err)
		return
	}
	k.Log.Info("single sign-on", zap.String("user", name), zap.String("subject", subject))
	k.enter(w, r, p, k.sso.Source(), f.Next)
}
