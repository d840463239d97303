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
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Config is what the console is made of. Ready must be set, and Store too where Users names anybody.
type Config struct {
	Users      string                      // GHEXPORT_CONSOLE_USERS: name:bcrypt-hash:role, separated by commas
	LinkSecret string                      // GHEXPORT_LINK_SECRET: signs the links by which companies' admins come; empty: none do
	Store      *store.Store                // what the pages read
	RiverUI    http.Handler                // made with the prefix "/river", and started; nil leaves it out
	Ready      func(context.Context) error // nil when work can be done; its error's text is shown to anybody who asks /readyz
	Dev        bool                        // every page says that this is a development service
	PublicURL  string                      // under which browsers reach the console; https makes cookies secure; may be empty
	Version    string                      // shown at the foot of each page
	Log        *zap.Logger                 // logins and what was done in River UI; nil logs nothing
	Now        func() time.Time            // the clock of sessions and limits; time.Now when nil
}

// console is what all requests share.
type console struct {
	Config
	login    *login
	sessions *sessions
	pages    pages
	cookie   cookieRules
}

// New returns the whole HTTP surface: /healthz and /readyz, and where anybody can log in the console under / and River UI under /river/. Its error
// names every problem of the configuration at once, and never a hash. Sessions live in the database: every node knows them.
func New(c Config) (http.Handler, error) {
	c.Log = cmp.Or(c.Log, zap.NewNop())
	if c.Now == nil {
		c.Now = time.Now
	}
	users, err := parseUsers(c.Users)
	problems := []error{err, checkLinkSecret(c.LinkSecret)}
	entries := len(users) > 0 || c.LinkSecret != ""
	if c.Ready == nil {
		problems = append(problems, errors.New("web: Ready is not set"))
	}
	if entries && c.Store == nil {
		problems = append(problems, errors.New("web: Store is not set"))
	}
	public, err := parsePublicURL(c.PublicURL)
	if c.LinkSecret != "" && c.PublicURL == "" {
		problems = append(problems, errors.New("GHEXPORT_PUBLIC_URL: not set, and links of GHEXPORT_LINK_SECRET lead there"))
	}
	problems = append(problems, err)
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	k := &console{Config: c, cookie: cookieRules{secure: public.Scheme == "https"}}
	if !entries {
		handler, err := k.serve(append(k.processRoutes(), allow(anyone, "/", noConsole)))
		return plainHeaders(handler), err
	}
	if k.login, err = newLogin(users, c.Now, c.Log); err != nil {
		return nil, err
	}
	k.sessions = &sessions{store: c.Store, now: c.Now, valid: k.stillLetsIn}
	if k.pages, err = parsePages(); err != nil {
		return nil, err
	}
	handler, err := k.serve(k.routes())
	if err != nil {
		return nil, err
	}
	return k.protect(handler, public)
}

// processRoutes are for whoever runs the process.
func (k *console) processRoutes() []route {
	health := &health{ready: k.Ready, log: k.Log}
	return []route{allow(anyone, "GET /healthz", health.alive), allow(anyone, "GET /readyz", health.readiness)}
}

// stillLetsIn says whether the setting that opened a session is still as it was.
func (k *console) stillLetsIn(p principal, source []byte) bool {
	if p.role == roleCompany {
		return k.LinkSecret != "" && hmac.Equal(source, linkSource(k.LinkSecret))
	}
	u, known := k.login.users[p.name]
	return known && bytes.Equal(source, u.source())
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
	return consoleHeaders(protection.Handler(next)), nil
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
