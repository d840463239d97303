package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/zap"
	"golang.org/x/oauth2"

	"github.com/interviewing-io/greenhouse-export/wording"
)

// flow is one login that somebody began here and that the provider shall end. It lies in their browser alone: whoever writes the
// cookie could as well begin a login.
type flow struct {
	state    string // comes back with the provider's answer
	nonce    string // comes back in the ID token
	verifier string // proves to the provider that who redeems the code also asked for it
	next     string
}

// flowLife is how long somebody may take at the provider.
const flowLife = 10 * time.Minute

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
	f := flow{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), next: localPath(r.URL.Query().Get("next"))}
	p, err := k.sso.provider(r.Context())
	if err != nil {
		k.Log.Warn("single sign-on does not answer", zap.Error(err))
		k.showLogin(w, r, http.StatusServiceUnavailable, loginForm{Next: f.next, Problem: ssoAway})
		return
	}
	k.cookie.setFlow(w, f)
	http.Redirect(w, r, p.oauth.AuthCodeURL(f.state, oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier)), http.StatusSeeOther)
}

// ssoEnd takes somebody in whom the provider sends back. Every try uses the flow up, and counts as failed until it is not.
func (k *console) ssoEnd(w http.ResponseWriter, r *http.Request) {
	f := k.cookie.flow(r)
	k.cookie.setFlow(w, flow{})
	address := clientAddress(r.RemoteAddr)
	if wait := k.login.throttle.beginAt(address, "sso"); wait > 0 {
		k.tooMany(w, wait)
		k.refuse(w, r, http.StatusTooManyRequests, "Too many failed logins. Try again in "+wording.Age(wait)+".")
		return
	}
	c, err := k.ssoClaims(r, f)
	var name string
	if err == nil {
		name, err = c.name()
	}
	var wrong errSSO
	switch {
	case errors.As(err, &wrong):
		k.Log.Warn("single sign-on refused", zap.String("address", address), zap.Error(err))
		k.showLogin(w, r, http.StatusForbidden, loginForm{Next: f.next, Problem: ssoBroken})
		return
	case err != nil:
		k.Log.Warn("single sign-on does not answer", zap.Error(err))
		k.showLogin(w, r, http.StatusServiceUnavailable, loginForm{Next: f.next, Problem: ssoAway})
		return
	}
	p := principal{name: name, role: k.sso.roles.role(c)}
	subject, _ := c["sub"].(string)
	if p.role == "" {
		k.Log.Warn("single sign-on without a role", zap.String("user", name), zap.String("subject", subject))
		k.refuse(w, r, http.StatusForbidden, "You are known as "+name+", but nothing that your single sign-on says of you gives you a role here. "+
			"Whoever runs this service decides that by GHEXPORT_OIDC_ROLES.")
		return
	}
	k.login.throttle.forgiveAt(address, "sso")
	k.Log.Info("single sign-on", zap.String("user", name), zap.String("subject", subject))
	k.enter(w, r, p, k.sso.source(), f.next)
}

// ssoClaims checks the provider's answer and redeems its code.
func (k *console) ssoClaims(r *http.Request, f flow) (claims, error) {
	answer := r.URL.Query()
	if f.state == "" || f.nonce == "" || f.verifier == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(f.state)) != 1 {
		return nil, errSSO("the answer belongs to no login that this browser began")
	}
	if iss := answer.Get("iss"); iss != "" && iss != k.sso.settings.Issuer {
		return nil, errSSO("the answer comes from another provider")
	}
	if answer.Get("code") == "" {
		return nil, errSSO("the provider sent no code, but the error " + logWord(answer.Get("error")))
	}
	p, err := k.sso.provider(r.Context())
	if err != nil {
		return nil, err
	}
	return k.sso.redeem(r.Context(), p, answer.Get("code"), f)
}

// logWord keeps of somebody else's text what one of the protocol's own error codes may hold.
func logWord(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '_' {
			return r
		}
		return -1
	}, text[:min(len(text), 64)])
}

func (c cookieRules) flowName() string { return c.name() + "-sso" }

// setFlow keeps a flow in the browser; an empty one takes it away.
func (c cookieRules) setFlow(w http.ResponseWriter, f flow) {
	cookie := &http.Cookie{
		Name: c.flowName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: c.secure,
		SameSite: http.SameSiteLaxMode, // the provider's answer comes from its site
	}
	if f.state != "" {
		next := base64.RawURLEncoding.EncodeToString([]byte(f.next))
		cookie.Value, cookie.MaxAge = strings.Join([]string{f.state, f.nonce, f.verifier, next}, "."), int(flowLife.Seconds())
	}
	http.SetCookie(w, cookie)
}

// flow reads what setFlow kept; without it the flow is empty, and no answer belongs to that.
func (c cookieRules) flow(r *http.Request) flow {
	cookie, err := r.Cookie(c.flowName())
	if err != nil {
		return flow{next: "/"}
	}
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 4 {
		return flow{next: "/"}
	}
	next, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return flow{next: "/"}
	}
	return flow{state: parts[0], nonce: parts[1], verifier: parts[2], next: localPath(string(next))}
}
