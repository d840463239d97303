package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// How long a session lasts: at most, and without a request.
const (
	sessionLife = 12 * time.Hour
	sessionIdle = 2 * time.Hour
	sessionCap  = 1_000
)

// sessions are those of the people who logged in, kept by the digest of their secret: who reads our memory cannot use them.
type sessions struct {
	now func() time.Time

	mu   sync.Mutex
	open map[[32]byte]session
}

type session struct {
	user  user
	began time.Time
	seen  time.Time
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, open: map[[32]byte]session{}}
}

// begin opens a session and returns its secret, 32 random bytes. Beyond sessionCap the one unused for longest ends.
func (s *sessions) begin(u user) string {
	secret := make([]byte, 32)
	rand.Read(secret) //nolint:errcheck // never fails
	id := base64.RawURLEncoding.EncodeToString(secret)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if len(s.open) >= sessionCap {
		s.makeRoom(now)
	}
	s.open[sha256.Sum256([]byte(id))] = session{user: u, began: now, seen: now}
	return id
}

// find returns who holds a session, and counts the request as a sign of life.
func (s *sessions) find(id string) (user, bool) {
	key := sha256.Sum256([]byte(id))
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.open[key]
	now := s.now()
	if !ok || found.over(now) {
		delete(s.open, key)
		return user{}, false
	}
	found.seen = now
	s.open[key] = found
	return found.user, true
}

// end forgets a session; one that is unknown does no harm.
func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sha256.Sum256([]byte(id)))
}

func (s session) over(now time.Time) bool {
	return now.Sub(s.began) >= sessionLife || now.Sub(s.seen) >= sessionIdle
}

func (s *sessions) makeRoom(now time.Time) {
	var oldest [32]byte
	var since time.Time
	for key, one := range s.open {
		if one.over(now) {
			delete(s.open, key)
		} else if since.IsZero() || one.seen.Before(since) {
			oldest, since = key, one.seen
		}
	}
	if len(s.open) >= sessionCap {
		delete(s.open, oldest)
	}
}

// cookieRules say how a session's secret travels.
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

// set hands the secret to the browser; an empty one takes it away.
func (c cookieRules) set(w http.ResponseWriter, id string) {
	cookie := &http.Cookie{
		Name: c.name(), Value: id, Path: "/", MaxAge: int(sessionLife.Seconds()),
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
	}
	if id == "" {
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
