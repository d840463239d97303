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
func NewLogins(users map[string]User, throttle *Throttle, log *zap.Logger) (*Logins, error) {
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
		Users: users, nobody: nobody, Throttle: throttle, now: throttle.Now,
		compares: make(chan struct{}, comparesAtOnce),
		secret:   []byte(rand.Text()), verified: map[[32]byte]time.Time{},
	}, nil
}

// Verdict holds what became of one try to log in.
type Verdict struct {
	User  User
	OK    bool
	Wait  time.Duration // too many try this name from there at once: come back after this
	Tries int           // how many failed with this one; zero where it did not
	Err   error         // it could not be told
}

// Try compares name and password, after those who tried the same name from the same network before. It says nothing about which of the
// two was wrong, and takes as long for names that nobody has.
func (l *Logins) Try(ctx context.Context, network, name, password string) Verdict {
	v, wait := l.first(ctx, network, name, password)
	if wait == 0 {
		return v
	}
	if err := l.Throttle.Wait(ctx, wait); err != nil { // not in a place of those who compare
		return Verdict{Err: err}
	}
	if err := l.place(ctx); err != nil {
		return Verdict{Err: err}
	}
	defer l.leave()
	return l.compare(ctx, network, name, password, v.Tries)
}

// first is a try as far as its turn: done where nobody need wait. Password and turn are looked at in one place, not before: of many
// requests at once the first compares for all, and correct ones never fill the limit.
func (l *Logins) first(ctx context.Context, network, name, password string) (v Verdict, wait time.Duration) {
	if err := l.place(ctx); err != nil {
		return Verdict{Err: err}, 0
	}
	defer l.leave()
	if u, known := l.Users[name]; known && l.isVerified(l.digest(name+":"+password)) {
		return Verdict{User: u, OK: true}, 0
	}
	wait, tries, err := l.Throttle.name(ctx, network, name)
	switch {
	case err != nil:
		return Verdict{Err: err}, 0
	case tries == 0:
		return Verdict{Wait: wait}, 0
	case wait > 0:
		return Verdict{Tries: tries}, wait
	}
	return l.compare(ctx, network, name, password, tries), 0
}

func (l *Logins) compare(ctx context.Context, network, name, password string, tries int) Verdict {
	u, known := l.Users[name]
	pair := l.digest(name + ":" + password) // no name holds a colon
	if !known || !l.isVerified(pair) {
		hash := u.hash
		if !known {
			hash = l.nobody
		}
		if err := bcrypt.CompareHashAndPassword(hash, []byte(password)); err != nil || !known {
			return Verdict{Tries: tries}
		}
	}
	if err := l.Throttle.forgive(ctx, network, name); err != nil {
		return Verdict{Err: err}
	}
	l.remember(pair)
	return Verdict{User: u, OK: true}
}

// place takes one of the few places in which passwords are compared, leave gives it back.
func (l *Logins) place(ctx context.Context) error {
	select {
	case l.compares <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l *Logins) leave() { <-l.compares }

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
