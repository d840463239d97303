package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
)

// How long a session lasts: at most, and without a request.
const (
	sessionLife = 12 * time.Hour
	companyLife = 8 * time.Hour
	sessionIdle = 2 * time.Hour
)

// sessions are those of the people who logged in. They are kept in the database, so that every node knows them, and one that has
// ended is over everywhere.
type sessions struct {
	store *store.Store
	now   func() time.Time
	// valid says whether what let somebody in is still a setting of ours: a person who was taken out of it is out.
	valid func(p principal, source []byte) bool
}

// life is how long a session of this role lasts at most.
func (r role) life() time.Duration {
	if r == roleCompany {
		return companyLife
	}
	return sessionLife
}

// begin opens a session and returns its secret, 32 random bytes. Source is the digest of the setting that let the principal in.
func (s *sessions) begin(ctx context.Context, p principal, source []byte) (string, error) {
	random := make([]byte, 32)
	rand.Read(random) //nolint:errcheck // never fails
	secret := base64.RawURLEncoding.EncodeToString(random)
	now := s.now()
	return secret, s.store.BeginSession(ctx, sha256.Sum256([]byte(secret)), store.Session{
		Name: p.name, Role: string(p.role), Org: p.org, Source: source, EndsAt: now.Add(p.role.life()),
	}, now, sessionIdle)
}

// find returns who holds a session, and counts the request as a sign of life. [store.ErrNotFound]: nobody does.
func (s *sessions) find(ctx context.Context, secret string) (principal, error) {
	if len(secret) != secretLength {
		return principal{}, store.ErrNotFound
	}
	found, err := s.store.FindSession(ctx, sha256.Sum256([]byte(secret)), s.now(), sessionIdle)
	if err != nil {
		return principal{}, err
	}
	p := principal{name: found.Name, role: role(found.Role), org: found.Org}
	if !s.valid(p, found.Source) { // kept all the same: a node with the other setting may know it
		return principal{}, store.ErrNotFound
	}
	return p, nil
}

// end ends a session on every node; one that is unknown does no harm.
func (s *sessions) end(ctx context.Context, secret string) error {
	if len(secret) != secretLength {
		return nil
	}
	return s.store.EndSession(ctx, sha256.Sum256([]byte(secret)))
}

// secretLength is that of 32 bytes in base64.
const secretLength = 43

// cookieRules say how secrets travel.
type cookieRules struct {
	secure bool // browsers reach us by https
}

// name has the prefix that makes browsers refuse the cookie from anybody but this very host, where they allow it.
func (c cookieRules) name() string {
	if c.secure {
		return "__Host-ghexport"
	}
	return "ghexport"
}

// set hands the secret to the browser for as long as the session may last; an empty one takes it away.
func (c cookieRules) set(w http.ResponseWriter, secret string, life time.Duration) {
	cookie := &http.Cookie{
		Name: c.name(), Value: secret, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

func (c cookieRules) read(r *http.Request) string {
	cookie, err := r.Cookie(c.name())
	if err != nil {
		return ""
	}
	return cookie.Value
}
