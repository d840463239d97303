package ledger

import (
	"slices"
	"time"
)

// StretchKind names what an export did for some time on its way.
type StretchKind string

// The kinds, in the order in which an export goes through them.
const (
	StretchFold    StretchKind = "fold"    // committed by the producer, not in the ledger yet
	StretchHeld    StretchKind = "held"    // its company may not send
	StretchAgain   StretchKind = "again"   // it waits before it is tried again
	StretchTurn    StretchKind = "turn"    // due, and waits for its turn
	StretchQueue   StretchKind = "queue"   // dispatched: a River job waits for a worker
	StretchAttempt StretchKind = "attempt" // from intent to settle: the request, and its answer
)

// Stretch is some time of an export's way from its commit to its end.
type Stretch struct {
	Kind    StretchKind `json:"kind"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	Cause   Cause       `json:"cause"`   // why it was held or tried again, or how the attempt failed; empty for none
	Attempt int         `json:"attempt"` // its number; 0 of none
	Status  int         `json:"status"`  // HTTP; 0 where no answer came
	Outcome Outcome     `json:"outcome"` // of an attempt
	Lasts   bool        `json:"lasts"`   // it is not over
}

// Took returns how long it lasted, or has lasted.
func (s Stretch) Took() time.Duration { return s.To.Sub(s.From) }

// Way holds what a way from commit to end is made of.
type Way struct {
	Committed time.Time // of the version that the ledger holds
	Folded    time.Time // when the first result arrived in the ledger
	Attempts  []WayAttempt
	Holds     []WayHold // of the company, the oldest first
	Now       time.Time
	Waits     bool // it waits at present
	Sending   *time.Time
	Number    int // of the attempt that is under way
}

// WayAttempt is an attempt that is over. Dispatched is zero where River has forgotten its job.
type WayAttempt struct {
	Number                   int
	Dispatched, Began, Ended time.Time
	NextAt                   time.Time // when it was due again by itself; zero where it was not
	Outcome                  Outcome
	Cause                    Cause
	Status                   int
}

// WayHold is a stretch of time in which the company could not send; a zero Until lasts.
type WayHold struct {
	Cause        Cause
	Since, Until time.Time
}

// Stretches divides a way into what the export did, without gaps from its fold on. Pure.
func (w Way) Stretches() (list []Stretch) {
	at := w.Folded
	if w.Committed.Before(w.Folded) {
		list = append(list, Stretch{Kind: StretchFold, From: w.Committed, To: w.Folded})
	}
	var again WayAttempt
	for _, a := range w.Attempts {
		list = append(list, w.waits(at, a.Began, a.Dispatched, again)...)
		list = append(list, Stretch{
			Kind: StretchAttempt, From: a.Began, To: a.Ended, Cause: a.Cause, Attempt: a.Number, Status: a.Status, Outcome: a.Outcome,
		})
		at, again = a.Ended, a
	}
	switch {
	case w.Sending != nil:
		list = append(list, w.waits(at, *w.Sending, time.Time{}, again)...)
		list = append(list, Stretch{Kind: StretchAttempt, From: *w.Sending, To: w.Now, Attempt: w.Number, Lasts: true})
	case w.Waits:
		list = append(list, w.waits(at, w.Now, time.Time{}, again)...)
		if n := len(list); n > 0 && list[n-1].To.Equal(w.Now) {
			list[n-1].Lasts = true
		}
	}
	return list
}

// waits divides the time between an attempt and the next by what kept it: a hold before all, then its own schedule, then its turn.
func (w Way) waits(from, to, dispatched time.Time, again WayAttempt) (list []Stretch) {
	turn := to
	if dispatched.After(from) && dispatched.Before(to) {
		turn = dispatched
	}
	cuts := []time.Time{from, turn}
	cut := func(t time.Time) {
		if t.After(from) && t.Before(turn) {
			cuts = append(cuts, t)
		}
	}
	cut(again.NextAt)
	for _, h := range w.Holds {
		cut(h.Since)
		cut(h.Until)
	}
	slices.SortFunc(cuts, time.Time.Compare)
	for i := range len(cuts) - 1 {
		if one := w.waited(cuts[i], cuts[i+1], again); one.Took() > 0 {
			list = joined(list, one)
		}
	}
	if turn.Before(to) {
		list = append(list, Stretch{Kind: StretchQueue, From: turn, To: to})
	}
	return list
}

func (w Way) waited(from, to time.Time, again WayAttempt) Stretch {
	one := Stretch{Kind: StretchTurn, From: from, To: to}
	for _, h := range w.Holds {
		if !h.Since.After(from) && (h.Until.IsZero() || !h.Until.Before(to)) {
			one.Kind, one.Cause = StretchHeld, h.Cause
			return one
		}
	}
	if !to.After(again.NextAt) {
		one.Kind, one.Cause = StretchAgain, again.Cause
	}
	return one
}

// joined adds a stretch, to the last one where that is alike.
func joined(list []Stretch, one Stretch) []Stretch {
	if n := len(list); n > 0 && list[n-1].Kind == one.Kind && list[n-1].Cause == one.Cause && list[n-1].To.Equal(one.From) {
		list[n-1].To = one.To
		return list
	}
	return append(list, one)
}
