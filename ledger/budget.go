package ledger

import (
	"math"
	"slices"
	"time"
)

// Budget describes how many requests a credential may still make, as all nodes share it. Greenhouse's windows are fixed, so it is spent
// from a window's front. Pure: the caller brings the database's clock.
type Budget struct {
	Limit        int           // requests a window
	Window       time.Duration // its length
	End          time.Time     // end of the present window; zero before the first
	PhaseKnown   bool          // headers told where windows begin
	Spent        int           // in the present window, what was in flight when it began included
	Spends       []time.Time   // of the newest requests, while the phase is unknown: see [Budget.Moment]; not kept for a wide budget
	BlockedUntil time.Time     // 429: nothing before this
	Takes        time.Duration // a request until it is answered; 0 while not known
	Abreast      int           // requests that go at the same time
	Others       bool          // somebody else spends of it, too, or seems to
}

const (
	coldLimit  = 50               // requests a window before headers say otherwise
	ColdWindow = 10 * time.Second // and the window's length

	// phaseGuard sets how far the end of a window may be misjudged: X-RateLimit-Reset and Date count whole seconds.
	phaseGuard = 1250 * time.Millisecond
	// pickupGuard sets how long after dispatch a request may leave at most. What is spent closer than both guards to a window's end
	// counts in the next one too.
	pickupGuard = time.Second
	// wideLimit names where single moments are no longer kept.
	wideLimit = 1000
)

func (b *Budget) Wide() bool { return b.Limit > wideLimit }

func (b *Budget) guard() time.Duration { return min(phaseGuard, b.Window/4) }

func (b *Budget) edge() time.Duration { return b.guard() + min(pickupGuard, b.Window/4) }

// Moment returns what a budget remembers of a request spent now: while the phase is unknown when it has left at the latest, for which its
// settle puts when it was answered; else when it was spent.
func (b *Budget) Moment(now time.Time) time.Time {
	if b.PhaseKnown {
		return now
	}
	return now.Add(pickupGuard)
}

// Roll brings the budget to now. inFlight requests may still arrive in the window that begins; overdue ones of them were dispatched so
// long ago that their moments are forgotten, and they may arrive all the same.
//
// While the phase is unknown the limit holds for any stretch of a window: a request that arrives from now on shares none with one that
// was answered a window ago.
func (b *Budget) Roll(now time.Time, inFlight, overdue int) {
	if !b.PhaseKnown && !b.Wide() {
		b.Spends = slices.DeleteFunc(slices.Clone(b.Spends), func(at time.Time) bool { return !at.After(now.Add(-b.Window)) })
		b.Spent = len(b.Spends) + overdue
		return
	}
	if now.Before(b.End) {
		return
	}
	carried := 0
	for _, at := range b.Spends {
		if !at.Before(b.End.Add(-b.edge())) {
			carried++
		}
	}
	if b.End.IsZero() || now.Sub(b.End) >= b.Window {
		carried = 0
	}
	if b.PhaseKnown {
		b.End = b.End.Add(now.Sub(b.End).Truncate(b.Window) + b.Window)
	} else {
		b.End = now.Add(b.Window)
	}
	b.Spent = inFlight + carried
	b.Spends = nil
}

// Free returns how many requests may be spent now. A tenth is kept for retries and probes, which ask with urgent. Call roll first.
func (b *Budget) Free(now time.Time, urgent bool) int {
	if now.Before(b.BlockedUntil) {
		return 0
	}
	free := b.usable() - b.Spent
	if !urgent {
		free -= b.reserve(now)
	}
	return max(0, free)
}

func (b *Budget) usable() int {
	if !b.PhaseKnown && b.Wide() {
		return b.Limit / 2 // windows of our own phase: any stretch of one touches two of them
	}
	return b.Limit
}

// FreeForReplay is free for what yields to live work: a quarter is left to that, less and less as the window goes by, so that what
// nobody else needed is used in the end.
func (b *Budget) FreeForReplay(now time.Time, urgent bool) int {
	reserve := b.ReplayReserve()
	if left := b.End.Sub(now); b.PhaseKnown && left < b.Window {
		reserve = int(math.Ceil(float64(reserve) * float64(max(0, left)) / float64(b.Window)))
	}
	return max(0, b.Free(now, urgent)-reserve)
}

func (b *Budget) ReplayReserve() int { return (b.Limit + 3) / 4 }

// Spend takes one request out and returns the moment after which it may no longer leave.
func (b *Budget) Spend(now time.Time) (sendBy time.Time) {
	b.Spent++
	if !b.Wide() {
		b.Spends = append(b.Spends, b.Moment(now))
	}
	switch {
	case b.PhaseKnown && b.End.Sub(now) <= b.edge():
		return b.End.Add(b.Window - b.guard())
	case b.PhaseKnown:
		return b.End.Add(-b.guard())
	case b.Wide():
		return b.End.Add(pickupGuard)
	default:
		return now.Add(pickupGuard)
	}
}
