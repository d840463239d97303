package store

import (
	"fmt"
	"strings"
)

// headline says the state of things to somebody who has just been woken: what is wrong, how much waits, and that nothing is lost.
func (h *Health) headline() string {
	if len(h.Problems) > 0 {
		first := h.Problems[0].Says
		return strings.ToUpper(first[:1]) + first[1:] + ". " + h.waits() + ", none lost."
	}
	var all int64
	for _, n := range h.States {
		all += n
	}
	switch {
	case all == 0 && len(h.ByHold) == 0:
		return "Nothing to do yet: no company is connected, and no interview has arrived."
	case all == 0:
		return "All well: no interview has arrived yet."
	case h.Trend.LastHour.Sent > 0:
		return fmt.Sprintf("All well: %d sent in the last hour, half of them within %s of their commit. %s.", h.Trend.LastHour.Sent, quick(h.Trend.LastHour.P50), h.waits())
	default:
		return fmt.Sprintf("All well: nothing sent in the last hour. %s.", h.waits())
	}
}

// waits says how much waits, and since when.
func (h *Health) waits() string {
	n := h.Outbox + h.Waiting + h.InFlight
	if n == 0 {
		return "Nothing waits"
	}
	oldest := h.OutboxAge
	if len(h.Oldest) > 0 {
		oldest = max(oldest, h.Oldest[0].Age)
	}
	if oldest.Duration() <= 0 {
		return fmt.Sprintf("%d waiting", n)
	}
	return fmt.Sprintf("%d waiting, the oldest for %s", n, span(oldest))
}

// quick is span for what usually takes less than a second.
func quick(s Seconds) string {
	if s < 1 {
		return fmt.Sprintf("%d ms", s.Duration().Milliseconds())
	}
	return span(s)
}
