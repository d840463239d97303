// Package web is the console: pages for operators, and River UI, behind a login. It also answers the two questions of whoever runs
// the process, alive and ready, which need none.
package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/api"
	"github.com/interviewing-io/greenhouse-export/web/auth"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
)

// Config holds what the console is made of. Ready must be set, and Store too where anybody can log in.
type Config struct {
	Proxies    string                                     // GHEXPORT_TRUSTED_PROXIES: networks whose word about their clients is believed
	Users      string                                     // GHEXPORT_CONSOLE_USERS: name:bcrypt-hash:role, separated by commas
	OIDC       auth.OIDC                                  // single sign-on; its zero value: none
	LinkSecret string                                     // GHEXPORT_LINK_SECRET: signs the links by which companies' admins come; empty: none do
	Store      *store.Store                               // what the pages read
	Digests    *seal.Digests                              // by which people are found by their email; nil: they are not
	Greenhouse api.Greenhouse                             // what companies' settings ask of Greenhouse
	RiverUI    http.Handler                               // made with the prefix "/river", and started; nil leaves it out
	Keep       time.Duration                              // for how long personal data is kept for companies that say nothing else; 0: for ever
	Hooks      *hooks.Door                                // where Greenhouse's webhooks come in; its clock, network and address are set here; nil: nowhere
	Metrics    http.Handler                               // made by [Metrics], where it has no address of its own; nil leaves it out
	Edits      Edits                                      // edits of dead exports; its zero value: none
	Ready      func(context.Context) error                // nil when work can be done; its error's text is shown to anybody who asks /readyz
	Simulated  bool                                       // a simulator stands for Greenhouse, and so do its candidates' addresses
	Dev        bool                                       // every page says that this is a development service
	PublicURL  string                                     // under which browsers reach the console; https makes cookies secure; may be empty
	Version    string                                     // shown at the foot of each page
	Log        *zap.Logger                                // logins and what was done in River UI; nil logs nothing
	Wait       func(context.Context, time.Duration) error // how a login that is slowed down waits; a timer when nil
	Now        func() time.Time                           // the clock of sessions and limits; time.Now when nil
}

// console holds what all requests share.
type console struct {
	testMode testOrgs
	Config
	login    *auth.Logins
	sso      *auth.SSO // nil without
	sessions *auth.Sessions
	pages    pages
	cookie   auth.Cookies
	proxies  auth.Proxies
}

// settings hold what is read out of a [Config].
type settings struct {
	users   map[string]auth.User
	roles   auth.RoleRule // of single sign-on
	public  *url.URL
	proxies auth.Proxies
}

// entries says whether anybody can log in.
func (c Config) entries(s settings) bool {
	return len(s.users) > 0 || c.LinkSecret != "" || c.OIDC != (auth.OIDC{})
}

// Check names every problem of the settings at once, and never a secret. It opens nothing.
func (c Config) Check() error {
	_, err := c.read()
	return err
}

func (c Config) read() (s settings, err error) {
	var problems [6]error
	s.users, problems[0] = auth.ParseUsers(c.Users)
	s.roles, problems[1] = c.OIDC.Check(c.PublicURL, c.Dev)
	problems[2] = auth.CheckLinkSecret(c.LinkSecret)
	s.public, problems[3] = parsePublicURL(c.PublicURL)
	if c.LinkSecret != "" && c.PublicURL == "" {
		problems[4] = errors.New("GHEXPORT_PUBLIC_URL: not set, and the links of GHEXPORT_LINK_SECRET lead there")
	}
	s.proxies, problems[5] = auth.ParseProxies(c.Proxies)
	return s, errors.Join(problems[:]...)
}

// New returns the whole HTTP surface: /healthz and /readyz, and where anybody can log in the console under / and River UI under
// /river/. Its error names every problem of the configuration at once, and never a secret. Sessions live in the database: every node
// knows them. A provider of single sign-on is first asked when somebody comes.
func New(c Config) (http.Handler, error) {
	c.Log = cmp.Or(c.Log, zap.NewNop())
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = auth.Sleep
	}
	s, err := c.read()
	problems := []error{err}
	if c.Ready == nil {
		problems = append(problems, errors.New("web: Ready is not set"))
	}
	if c.entries(s) && c.Store == nil {
		problems = append(problems, errors.New("web: Store is not set"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	c.Greenhouse = spare(c.Greenhouse, c.Store, c.Now)
	if c.Hooks != nil {
		door := *c.Hooks
		door.Now, door.Network, door.PublicURL = c.Now, auth.Network, strings.TrimSuffix(c.PublicURL, "/")
		c.Hooks = &door
	}
	k := &console{Config: c, proxies: s.proxies, cookie: auth.Cookies{Secure: s.public.Scheme == "https"}}
	if !c.entries(s) {
		handler, err := k.serve(append(slices.Concat(k.processRoutes(), k.hookRoutes()), allow(anyone, "/", noConsole)))
		return plainHeaders(k.door(handler)), err
	}
	if k.login, err = auth.NewLogins(s.users, &auth.Throttle{Store: c.Store, Now: c.Now, Wait: c.Wait}, c.Log); err != nil {
		return nil, err
	}
	if c.OIDC != (auth.OIDC{}) {
		k.sso = auth.NewSSO(c.OIDC, s.roles, c.PublicURL, c.Now)
	}
	k.sessions = &auth.Sessions{Store: c.Store, Now: c.Now, Valid: k.stillLetsIn}
	if k.pages, err = parsePages(c.Simulated, k.testMode.has); err != nil {
		return nil, err
	}
	handler, err := k.serve(k.routes())
	if err != nil {
		return nil, err
	}
	return k.protect(handler, s.public)
}

// processRoutes are for whoever runs the process.
func (k *console) processRoutes() []route {
	health := &probes{ready: k.Ready, log: k.Log}
	return []route{allow(anyone, "GET /healthz", health.alive), allow(anyone, "GET /readyz", health.readiness)}
}

// stillLetsIn says whether the setting that opened a session is still as it was.
func (k *console) stillLetsIn(p auth.Principal, source []byte) bool {
	if p.Role.OfCompany() {
		return k.LinkSecret != "" && hmac.Equal(source, auth.LinkSource(k.LinkSecret))
	}
	if k.sso != nil && bytes.Equal(source, k.sso.Source()) {
		return true
	}
	u, known := k.login.Users[p.Name]
	return known && bytes.Equal(source, u.Source())
}

// protect puts the headers around every answer, and refuses writes that another site made a browser send.
func (k *console) protect(next http.Handler, public *url.URL) (http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	if public.Host != "" { // a proxy may reach us under another name than the browser used
		if err := protection.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, fmt.Errorf("GHEXPORT_PUBLIC_URL: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(k.crossSite))
	return consoleHeaders(k.cookie.Secure, protection.Handler(k.door(next))), nil
}

func parsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return &url.URL{}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return &url.URL{}, errors.New("GHEXPORT_PUBLIC_URL: must be a URL like https://exports.example.com")
	}
	return u, nil
}

func noConsole(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "There is no console here: nothing says who may log in. See GHEXPORT_CONSOLE_USERS.", http.StatusNotFound)
}
