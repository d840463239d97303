package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// The time that a provider gets. While it is away, only logging in through it fails.
const (
	providerLimit = 5 * time.Second // one request to it
	providerFresh = time.Hour       // how long what it says of itself counts
	providerPause = 5 * time.Second // between two tries while it does not answer
)

// OIDC says how our own people log in by OpenID Connect. Its zero value turns that off; with it, only Scopes may be empty.
type OIDC struct {
	Issuer       string // GHEXPORT_OIDC_ISSUER
	ClientID     string // GHEXPORT_OIDC_CLIENT_ID
	ClientSecret string // GHEXPORT_OIDC_CLIENT_SECRET
	Roles        string // GHEXPORT_OIDC_ROLES: claim:value=role,value=role
	Scopes       string // GHEXPORT_OIDC_SCOPES: beside openid, separated by spaces; "profile email" when empty
}

// SSO is single sign-on. Safe for use by many goroutines.
type SSO struct {
	settings OIDC
	Roles    RoleRule
	redirect string // the address that the provider sends people back to
	now      func() time.Time
	client   *http.Client

	mu      sync.Mutex
	found   *Provider // nil until it has answered once
	foundAt time.Time
	failed  error // why it did not answer last
	again   time.Time
}

// Provider holds what discovery found.
type Provider struct {
	oauth  oauth2.Config
	verify *oidc.IDTokenVerifier
}

// NewSSO makes single sign-on of settings that [OIDC.Check] found fine. It asks the provider nothing yet.
func NewSSO(settings OIDC, roles RoleRule, publicURL string, now func() time.Time) *SSO {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true // people log in now and then: no connection waits for the next
	return &SSO{
		settings: settings, Roles: roles, redirect: strings.TrimRight(publicURL, "/") + "/login/oidc/callback", now: now,
		client: &http.Client{Transport: transport, Timeout: providerLimit},
	}
}

// Source stands for the settings in the sessions that they opened. Another client secret is still the same client.
func (s *SSO) Source() []byte {
	sum := sha256.Sum256([]byte(strings.Join([]string{"GHEXPORT_OIDC", s.settings.Issuer, s.settings.ClientID, s.settings.Roles}, "\n")))
	return sum[:]
}

// Method returns how the audit trail names who came in by this provider.
func (s *SSO) Method() string { return "sso " + s.settings.Issuer }

// Discover asks the provider what it is, as the first login will.
func (o OIDC) Discover(ctx context.Context) error {
	_, err := NewSSO(o, RoleRule{}, "", time.Now).Provider(ctx)
	return err
}

// Provider returns what the provider said of itself in the last hour, asking when need be; what is older is better than nothing. One
// that does not answer is asked again after a pause only, so that nobody waits for it in a queue.
func (s *SSO) Provider(ctx context.Context) (*Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.found != nil && now.Before(s.foundAt.Add(providerFresh)) {
		return s.found, nil
	}
	if !now.Before(s.again) {
		found, err := s.discover(context.WithoutCancel(ctx)) // for all who wait; the client bounds it
		if err == nil {
			s.found, s.foundAt = found, now
			return found, nil
		}
		s.failed, s.again = err, now.Add(providerPause)
	}
	if s.found != nil {
		return s.found, nil
	}
	return nil, s.failed
}

func (s *SSO) discover(ctx context.Context) (*Provider, error) {
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, s.client), s.settings.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask %s what it is: %w", s.settings.Issuer, err)
	}
	var says struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := p.Claims(&says); err != nil {
		return nil, fmt.Errorf("ask %s what it is: %w", s.settings.Issuer, err)
	}
	endpoint := p.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // what the protocol assumes; to find out by trying could use a code up
	if len(says.Methods) > 0 && !slices.Contains(says.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &Provider{
		oauth: oauth2.Config{
			ClientID: s.settings.ClientID, ClientSecret: s.settings.ClientSecret, Endpoint: endpoint, RedirectURL: s.redirect,
			Scopes: append([]string{oidc.ScopeOpenID}, strings.Fields(cmp.Or(s.settings.Scopes, "profile email"))...),
		},
		verify: p.Verifier(&oidc.Config{ClientID: s.settings.ClientID, Now: s.now}),
	}, nil
}

// Refusal names what is wrong with an answer of the provider's, or with what came in its name.
type Refusal string

func (e Refusal) Error() string { return string(e) }

// redeem exchanges a code for what the provider says about a person, and checks all of it but whether they have a role here.
func (s *SSO) redeem(ctx context.Context, p *Provider, code string, f Flow) (Claims, error) {
	ctx = oidc.ClientContext(ctx, s.client)
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(f.verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode >= http.StatusInternalServerError:
		return nil, fmt.Errorf("redeem the code: HTTP %d", refused.Response.StatusCode) // its own text repeats the whole answer
	case errors.As(err, &refused):
		return nil, Refusal(fmt.Sprintf("the provider refused the code: %q, HTTP %d", logWord(refused.ErrorCode), refused.Response.StatusCode))
	case err != nil:
		return nil, fmt.Errorf("redeem the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.verify.Verify(ctx, raw)
	if err != nil {
		return nil, Refusal("the ID token does not hold: " + err.Error())
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.nonce)) != 1 {
		return nil, Refusal("the ID token belongs to another login")
	}
	var c Claims
	if err := id.Claims(&c); err != nil {
		return nil, Refusal("the ID token's claims cannot be read")
	}
	if party, named := c["azp"]; (named || len(id.Audience) > 1) && party != s.settings.ClientID {
		return nil, Refusal("the ID token was issued to another client")
	}
	return c, nil
}
