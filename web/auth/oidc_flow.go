package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Flow is one login that somebody began here and that the provider shall end. It lies in their browser alone: whoever writes the
// cookie could as well begin a login.
type Flow struct {
	state    string // comes back with the provider's answer
	nonce    string // comes back in the ID token
	verifier string // proves to the provider that who redeems the code also asked for it
	Next     string
}

// BeginFlow begins a login that leads to a page of ours.
func BeginFlow(next string) Flow {
	return Flow{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), Next: next}
}

// Begin is the address at the provider where a login goes on.
func (p *Provider) Begin(f Flow) string {
	return p.oauth.AuthCodeURL(f.state, oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier))
}

// flowLife sets how long somebody may take at the provider.
const flowLife = 10 * time.Minute

// Answer checks what the provider sent somebody back with, and redeems its code.
func (s *SSO) Answer(r *http.Request, f Flow) (Claims, error) {
	answer := r.URL.Query()
	if f.state == "" || f.nonce == "" || f.verifier == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(f.state)) != 1 {
		return nil, Refusal("the answer belongs to no login that this browser began")
	}
	if iss := answer.Get("iss"); iss != "" && iss != s.settings.Issuer {
		return nil, Refusal("the answer comes from another provider")
	}
	if answer.Get("code") == "" {
		return nil, Refusal("the provider sent no code, but the error " + logWord(answer.Get("error")))
	}
	p, err := s.Provider(r.Context())
	if err != nil {
		return nil, err
	}
	return s.redeem(r.Context(), p, answer.Get("code"), f)
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

func (c Cookies) flowName() string { return c.name() + "-sso" }

// SetFlow keeps a flow in the browser; an empty one takes it away.
func (c Cookies) SetFlow(w http.ResponseWriter, f Flow) {
	cookie := &http.Cookie{
		Name: c.flowName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: c.Secure,
		SameSite: http.SameSiteLaxMode, // the provider's answer comes from its site
	}
	if f.state != "" {
		next := base64.RawURLEncoding.EncodeToString([]byte(f.Next))
		cookie.Value, cookie.MaxAge = strings.Join([]string{f.state, f.nonce, f.verifier, next}, "."), int(flowLife.Seconds())
	}
	http.SetCookie(w, cookie)
}

// Flow reads what SetFlow kept; without it the flow is empty, and no answer belongs to that.
func (c Cookies) Flow(r *http.Request) Flow {
	cookie, err := r.Cookie(c.flowName())
	if err != nil {
		return Flow{Next: "/"}
	}
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 4 {
		return Flow{Next: "/"}
	}
	next, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return Flow{Next: "/"}
	}
	return Flow{state: parts[0], nonce: parts[1], verifier: parts[2], Next: LocalPath(string(next))}
}

// LocalPath keeps a login from sending people to another site.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") || u.Path == "/login" {
		return "/"
	}
	return next
}
