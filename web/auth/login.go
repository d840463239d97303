package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/bcrypt"
)

const (
	comparesAtOnce = 2           // bcrypt is meant to be slow: nobody's guesses may take all our processors
	verifiedFor    = time.Minute // a script that polls with a name and password pays for bcrypt once a minute
	verifiedCap    = 1_000
	decentCost     = 10
)

// Logins decides whether a name and a password belong together.
type Logins struct {
	Users    map[string]User
	nobody   []byte // compared with where the name is unknown, so that it takes as long
	Throttle *Throttle
	now      func() time.Time
	compares chan struct{}

	secret   []byte // keys verified
	mu       sync.Mutex
	verified map[[32]byte]time.Time // name and password under an HMAC, until when they count without bcrypt
}

// NewLogins takes the users of GHEXPORT_CONSOLE_USERS, and warns of hashes that are cheap to guess.
func NewLogins(users map[string]User, now func() time.Time, log *zap.Logger) (*Logins, error) {
	highest := bcrypt.MinCost
	for _, u := range users {
		cost, err := bcrypt.Cost(u.hash)
		if err != nil {
			return nil, fmt.Errorf("GHEXPORT_CONSOLE_USERS: user %s: not a bcrypt hash", u.name)
		}
		if cost < decentCost {
			log.Warn("a console user's bcrypt hash is cheap to guess", zap.String("user", u.name), zap.Int("cost", cost),
				zap.Int("advised", decentCost))
		}
		highest = max(highest, cost)
	}
	nobody, err := bcrypt.GenerateFromPassword([]byte(rand.Text()), highest)
	if err != nil {
		return nil, fmt.Errorf("prepare logins: %w", err)
	}
	return &Logins{
		Users: users, nobody: nobody, Throttle: newThrottle(now), now: now,
		compares: make(chan struct{}, comparesAtOnce),
		secret:   []byte(rand.Text()), verified: map[[32]byte]time.Time{},
	}, nil
}

// Verdict is what became of one try to log in.
type Verdict struct {
	User User
	OK   bool
	Wait time.Duration // too many failures: come back after this
}

// Try compares name and password. It says nothing about which of them was wrong, and takes as long for names that nobody has.
func (l *Logins) Try(ctx context.Context, remote, name, password string) Verdict {
	select {
	case l.compares <- struct{}{}:
		defer func() { <-l.compares }()
	case <-ctx.Done():
		return Verdict{}
	}
	// Looked at here, not before: of many requests at once the first compares for all, and correct ones never fill the limit.
	u, known := l.Users[name]
	pair := l.digest(name + ":" + password) // no name holds a colon
	if known && l.isVerified(pair) {
		return Verdict{User: u, OK: true}
	}
	address, named := ClientAddress(remote), sha256.Sum256([]byte(name))
	if wait := l.Throttle.begin(address, named); wait > 0 {
		return Verdict{Wait: wait}
	}
	hash := u.hash
	if !known {
		hash = l.nobody
	}
	if err := bcrypt.CompareHashAndPassword(hash, []byte(password)); err != nil || !known {
		return Verdict{}
	}
	l.Throttle.forgive(address, named)
	l.remember(pair)
	return Verdict{User: u, OK: true}
}

// digest is keyed, so that a copy of our memory is no list of quick hashes to guess from.
func (l *Logins) digest(pair string) [32]byte {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte(pair))
	return [32]byte(mac.Sum(nil))
}

func (l *Logins) isVerified(pair [32]byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now().Before(l.verified[pair])
}

func (l *Logins) remember(pair [32]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for key, until := range l.verified {
		if !now.Before(until) || len(l.verified) >= verifiedCap {
			delete(l.verified, key)
		}
	}
	l.verified[pair] = now.Add(verifiedFor)
}
