package relay

import (
	"errors"
	"sync"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

const (
	troublePause = 500 * time.Millisecond // after a first error, and while the database cannot be reached
	troubleMax   = 10 * time.Second       // after many: for as long a relay may lag behind once somebody has mended the cause
	troubleFrom  = 3                      // failures in a row that are more than an accident
)

// trouble paces a part of the relay that fails, and remembers why. Safe for use by many goroutines.
type trouble struct {
	mu       sync.Mutex
	failures int // in a row
	last     error
	again    time.Time // not to be tried before
}

// rest is for how long the part is not to be tried, 0 for not at all.
func (t *trouble) rest() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(0, time.Until(t.again))
}

// saw notes how a try ended. To stand by is no failure.
func (t *trouble) saw(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil || errors.Is(err, store.ErrStandby) {
		t.failures, t.last, t.again = 0, nil, time.Time{}
		return
	}
	pause := troublePause
	if !store.ConnectionLost(err) {
		pause = min(troublePause<<min(t.failures, 10), troubleMax)
	}
	t.failures++
	t.last, t.again = err, time.Now().Add(pause)
}

// lasting is why the part does not get on, nil while that may be an accident.
func (t *trouble) lasting() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failures < troubleFrom {
		return nil
	}
	return t.last
}

// Trouble tells why this node's relay does not get on, or nil. Safe to call while it runs.
func (r *Relay) Trouble() error {
	for _, part := range []struct {
		doing string
		*trouble
	}{
		{"messages cannot be folded", r.folding},
		{"exports cannot be handed out", r.dispatching},
		{"what crashed cannot be repaired", r.sweeping},
	} {
		if err := part.lasting(); err != nil {
			return &rights.TroubleError{Doing: part.doing, Err: err}
		}
	}
	return nil
}
