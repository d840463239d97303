package auth

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
)

// How many tries nothing slows, and how far apart the first two are that are slowed.
const (
	freePair    = 5 // of one name from one network
	stepPair    = time.Second
	freeNetwork = 100 // of whatever names from one network: a proxy's address that nobody declared is many people's
	stepNetwork = 250 * time.Millisecond
)

// Throttle slows guesses down: tries are counted before their outcome is known, by all nodes together, and each has its turn after the
// one before. Nobody is refused for what others failed at; only one more try at the same time than can have a turn is.
type Throttle struct {
	Store *store.Store
	Now   func() time.Time
	Wait  func(context.Context, time.Duration) error // until a turn; its error ends the try
}

// name counts a try of a name from a network. Tries is zero where it can have no turn now; wait then says when to come back.
func (t *Throttle) name(ctx context.Context, network, name string) (wait time.Duration, tries int, err error) {
	now := t.Now()
	wait, tries, err = access.In(t.Store).TakeTurn(ctx, access.Turn{Key: pairKey(network, name), Free: freePair, Step: stepPair, Firm: true}, now)
	if err != nil || tries == 0 {
		return wait, tries, err
	}
	alone, _, err := access.In(t.Store).TakeTurn(ctx, networkTurn(network, "password"), now)
	return max(wait, alone), tries, err
}

// forgive takes back a try that succeeded, and what failed before it under that name.
func (t *Throttle) forgive(ctx context.Context, network, name string) error {
	if err := access.In(t.Store).ForgiveTurn(ctx, pairKey(network, name), true); err != nil {
		return err
	}
	return t.ForgiveDoor(ctx, network, "password")
}

// Door counts a try at a door where nobody says a name, and waits for its turn. Each door counts for itself.
func (t *Throttle) Door(ctx context.Context, network, door string) (tries int, err error) {
	wait, tries, err := access.In(t.Store).TakeTurn(ctx, networkTurn(network, door), t.Now())
	if err == nil && wait > 0 {
		err = t.Wait(ctx, wait)
	}
	return tries, err
}

// ForgiveDoor takes back a try that succeeded.
func (t *Throttle) ForgiveDoor(ctx context.Context, network, door string) error {
	return access.In(t.Store).ForgiveTurn(ctx, networkTurn(network, door).Key, false)
}

func pairKey(network, name string) [sha256.Size]byte {
	return sha256.Sum256([]byte("password\n" + network + "\n" + name))
}

func networkTurn(network, door string) access.Turn {
	return access.Turn{Key: sha256.Sum256([]byte(door + "\n" + network)), Free: freeNetwork, Step: stepNetwork}
}

// Sleep waits as [Throttle.Wait] may: until the time is over, or nobody waits for the answer any more.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
