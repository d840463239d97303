package wording

import (
	"fmt"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Health is the state of the service, with what there is to say about it.
type Health struct {
	ledger.Health
	Headline string    `json:"headline"` // the state of things in one or two sentences
	Problems []Problem `json:"problems"` // what is wrong, the worst first; empty when nothing is
}

// OfHealth puts the state of the service into words. Pure.
func OfHealth(facts ledger.Health) Health {
	f := healthFacts{facts}
	problems := f.problems()
	return Health{Health: facts, Headline: f.headline(problems), Problems: problems}
}

// healthFacts are facts that can be put into words.
type healthFacts struct{ ledger.Health }

// headline says the state of things to somebody who has just been woken: what is wrong, how much waits, and that nothing is lost.
func (h healthFacts) headline(problems []Problem) string {
	if len(problems) > 0 {
		first := problems[0].Says
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
		return fmt.Sprintf("All well: %d sent in the last hour, half of them within %s of their commit. %s.", h.Trend.LastHour.Sent, Age(h.Trend.LastHour.P50.Duration()), h.waits())
	default:
		return fmt.Sprintf("All well: nothing sent in the last hour. %s.", h.waits())
	}
}

// waits says how much waits, and since when.
func (h healthFacts) waits() string {
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
	return fmt.Sprintf("%d waiting, the oldest for %s", n, Age(oldest.Duration()))
}
