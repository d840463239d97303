package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
)

// How long a session lasts: at most, and without a request.
const (
	sessionLife = 12 * time.Hour
	companyLife = 8 * time.Hour
	SessionIdle = 2 * time.Hour
)

// Sessions are those of the people who logged in. They are kept in the database, so that every node knows them, and one that has
// ended is over everywhere.
type Sessions struct {
	Store *store.Store
	Now   func() time.Time
	// Valid says whether what let somebody in is still a setting of ours: a person who was taken out of it is out.
	Valid func(p Principal, source []byte) bool
}

// Life returns how long a session of this role lasts at most.
func (r Role) Life() time.Duration {
	if r.OfCompany() {
		return companyLife
	}
	return sessionLife
}

// Begin opens a session and returns its secret, 32 random bytes. Source is the digest of the setting that let the principal in.
func (s *Sessions) Begin(ctx context.Context, p Principal, source []byte) (string, error) {
	random := make([]byte, 32)
	rand.Read(random) //nolint:errcheck // never fails
	secret := base64.RawURLEncoding.EncodeToString(random)
	now := s.Now()
	return secret, access.In(s.Store).BeginSession(ctx, sha256.Sum256([]byte(secret)), access.Session{
		Name: p.Name, Role: string(p.Role), Org: p.Org, Method: p.Method, Source: source, EndsAt: now.Add(p.Role.Life()),
	}, now, SessionIdle)
}

// Find returns who holds a session, and counts the request as a sign of life. [store.ErrNotFound]: nobody does.
func (s *Sessions) Find(ctx context.Context, secret string) (Principal, error) {
	if len(secret) != secretLength {
		return Principal{}, store.ErrNotFound
	}
	found, err := access.In(s.Store).FindSession(ctx, sha256.Sum256([]byte(secret)), s.Now(), SessionIdle)
	if err != nil {
		return Principal{}, err
	}
	p := Principal{Name: found.Name, Role: Role(found.Role), Org: found.Org, Method: found.Method}
	if !s.Valid(p, found.Source) { // kept all the same: a node with the other setting may know it
		return Principal{}, store.ErrNotFound
	}
	return p, nil
}

// End ends a session on every node; one that is unknown does no harm.
func (s *Sessions) End(ctx context.Context, secret string) error {
	if len(secret) != secretLength {
		return nil
	}
	return access.In(s.Store).EndSession(ctx, sha256.Sum256([]byte(secret)))
}

// secretLength is that of 32 bytes in base64.
const secretLength = 43

// Cookies say how secrets travel.
type Cookies struct {
	Secure bool // browsers reach us by https
}

// name has the prefix that makes browsers refuse the cookie from anybody but this very host, where they allow it.
func (c Cookies) name() string {
	if c.Secure {
		return "__Host-ghexport"
	}
	return "ghexport"
}

// Set hands the secret to the browser for as long as the session may last; an empty one takes it away.
func (c Cookies) Set(w http.ResponseWriter, secret string, life time.Duration) {
	cookie := &http.Cookie{
		Name: c.name(), Value: secret, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// Read is the secret that the browser sent, empty without.
func (c Cookies) Read(r *http.Request) string {
	cookie, err := r.Cookie(c.name())
	if err != nil {
		return ""
	}
	return cookie.Value
}
