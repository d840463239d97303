package auth

import (
	"net/netip"
	"sync"
	"time"
)

// How often a login may fail before further tries are refused unseen, in one window from the first failure on.
const (
	failureWindow   = 5 * time.Minute
	failuresPair    = 10  // of one name from one address
	failuresAddress = 100 // of whatever names from one address: a proxy's address is many people's
	throttleKeys    = 10_000
)

// Throttle counts failed logins. Its memory is bounded; safe for use by many goroutines.
type Throttle struct {
	now func() time.Time

	mu     sync.Mutex
	counts map[throttleKey]failures
}

// throttleKey is an address, alone or with the digest of a name tried from it.
type throttleKey struct {
	address string
	name    [32]byte
}

type failures struct {
	n     int
	until time.Time
}

func newThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, counts: map[throttleKey]failures{}}
}

// begin counts a try as failed before its outcome is known, so that many at once gain nothing. When there were too many already it
// returns how long to wait, and counts nothing.
func (t *Throttle) begin(address string, name [32]byte) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	pair, alone := throttleKey{address, name}, throttleKey{address: address}
	wait = max(t.wait(pair, failuresPair, now), t.wait(alone, failuresAddress, now))
	if wait == 0 {
		t.count(pair, now)
		t.count(alone, now)
	}
	return wait
}

// BeginAt is begin for a door where nobody says a name. Each door counts for itself.
func (t *Throttle) BeginAt(address, door string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, key := t.now(), doorKey(address, door)
	if wait = t.wait(key, failuresAddress, now); wait == 0 {
		t.count(key, now)
	}
	return wait
}

// ForgiveAt takes back a try that succeeded.
func (t *Throttle) ForgiveAt(address, door string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := doorKey(address, door)
	if f, ok := t.counts[key]; ok {
		f.n--
		t.counts[key] = f
	}
}

// doorKey cannot be an address with somebody's name: it has the form of no address.
func doorKey(address, door string) throttleKey { return throttleKey{address: door + " " + address} }

// forgive takes a try back that succeeded, and what failed before it under that name.
func (t *Throttle) forgive(address string, name [32]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.counts, throttleKey{address, name})
	alone := throttleKey{address: address}
	if f, ok := t.counts[alone]; ok {
		f.n--
		t.counts[alone] = f
	}
}

func (t *Throttle) wait(key throttleKey, limit int, now time.Time) time.Duration {
	f := t.counts[key]
	if f.n < limit || !now.Before(f.until) {
		return 0
	}
	return f.until.Sub(now)
}

func (t *Throttle) count(key throttleKey, now time.Time) {
	f, known := t.counts[key]
	if !known && len(t.counts) >= throttleKeys {
		t.makeRoom(now)
	}
	if !now.Before(f.until) {
		f = failures{until: now.Add(failureWindow)}
	}
	f.n++
	t.counts[key] = f
}

// makeRoom forgets what is over, and where nothing is, whichever comes first.
func (t *Throttle) makeRoom(now time.Time) {
	for key, f := range t.counts {
		if !now.Before(f.until) {
			delete(t.counts, key)
		}
	}
	for key := range t.counts {
		if len(t.counts) < throttleKeys {
			return
		}
		delete(t.counts, key)
	}
}

// ClientAddress is the network that a connection comes from: whoever has one IPv6 address has 2^64 of them.
func ClientAddress(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is6() {
		if network, err := address.Prefix(64); err == nil {
			return network.String()
		}
	}
	return address.String()
}
