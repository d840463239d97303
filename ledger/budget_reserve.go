package ledger

import (
	"slices"
	"sort"
	"time"
)

// What is kept for retries and probes is kept for as long as one of them could come to need it: let go shortly before the budget is
// renewed, it is used by whoever waits. Where somebody else spends of the same budget it is never let go, since it is what they meet.
const (
	takesUsually = 500 * time.Millisecond // a request, where nothing is known of how long it takes
	wakesWithin  = time.Second            // from a moment that was waited for until the dispatch that it is for, at worst
)

// reserve returns what is kept now.
func (b *Budget) reserve(now time.Time) int {
	kept := b.usable() / 10
	switch {
	case b.Others || !b.PhaseKnown && b.Wide():
		return kept
	case b.PhaseKnown:
		if last := b.lastCall(); now.Before(last) && !now.Before(last.Add(-b.handover(kept))) {
			return 0
		}
		return kept
	}
	renewed := now.Add(b.handover(kept) - b.Window)
	for _, at := range b.Spends {
		if !at.After(renewed) && kept > 0 {
			kept--
		}
	}
	return kept
}

// lastCall returns when what is spent begins to count in the next window, too.
func (b *Budget) lastCall() time.Time { return b.End.Add(-b.edge()) }

// handover returns how long before the budget is renewed that many requests are let go: twice as long as they take to send, so many at a
// time. Earlier than in the window's last quarter they are not. While the phase is unknown the budget is renewed request by request: by
// then as many must come free as are kept, also where a window's requests lie far apart, or as many as are kept would always lie idle.
func (b *Budget) handover(requests int) time.Duration {
	takes, abreast := b.Takes, max(b.Abreast, 1)
	if takes <= 0 {
		takes = takesUsually
	}
	rounds := (requests + abreast - 1) / abreast
	early := wakesWithin + 2*time.Duration(rounds)*takes
	if !b.PhaseKnown {
		early = max(early, b.Window/8)
	}
	return min(early, b.Window/4)
}

// Next returns when a budget that has nothing free now has a request again, if nothing else happens. Call roll first.
func (b *Budget) Next(now time.Time) time.Time {
	if now.Before(b.BlockedUntil) {
		return b.BlockedUntil
	}
	if b.PhaseKnown || b.Wide() {
		early := b.lastCall().Add(-b.handover(b.usable() / 10))
		if b.PhaseKnown && !b.Others && b.Spent < b.usable() && now.Before(early) {
			return early
		}
		return b.End
	}
	early := b.handover(b.usable() / 10)
	var changes []time.Time
	for _, at := range b.Spends {
		changes = append(changes, at.Add(b.Window-early), at.Add(b.Window))
	}
	slices.SortFunc(changes, time.Time.Compare)
	first := sort.Search(len(changes), func(i int) bool { return changes[i].After(now) && b.freeAt(changes[i]) > 0 })
	if first == len(changes) {
		return now.Add(b.Window)
	}
	return changes[first]
}

// freeAt returns how much is free later, if nothing is spent until then. The phase is unknown.
func (b *Budget) freeAt(later time.Time) int {
	then := *b
	then.Roll(later, 0, b.Spent-len(b.Spends))
	return then.Free(later, false)
}
