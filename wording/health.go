package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Health is the state of the service, with what there is to say about it.
type Health struct {
	ledger.Health
	Headline string    `json:"headline"` // the state of things in one or two sentences
	Problems []Problem `json:"problems"` // what is wrong, the worst first; empty when nothing is
	Well     bool      `json:"-"`        // there is no problem, nothing fails and nobody stands still
}

// OfHealth puts the state of the service into words. Pure.
func OfHealth(facts ledger.Health) Health {
	f := healthFacts{facts}
	problems := f.problems()
	return Health{Health: facts, Headline: f.headline(problems), Problems: problems, Well: len(problems) == 0 && f.unwell() == ""}
}

// healthFacts are facts that can be put into words.
type healthFacts struct{ ledger.Health }

// headline says the state of things to somebody who has just been woken: what is wrong, how much waits, and that nothing is lost.
func (h healthFacts) headline(problems []Problem) string {
	if len(problems) > 0 {
		return problems[0].Sentence() + ". " + h.waits() + ", none lost."
	}
	var all int64
	for _, n := range h.States {
		all += n
	}
	but := h.unwell()
	switch {
	case but != "":
		return "Nothing that needs a person yet, but " + but + ". " + h.waits() + ", none lost."
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

// dueUnsaid sets how long a due export may wait before somebody hears of it, problem or not.
const dueUnsaid = time.Minute

// unwell says what keeps all from being well although no person need act: sends that fail, and companies that stand still while
// something of theirs waits. Empty where all is well.
func (h healthFacts) unwell() string {
	var list []string
	if h.Failing.Companies > 0 {
		list = append(list, fmt.Sprintf("Greenhouse is failing for %s", Count(h.Failing.Companies, "company")))
	}
	for _, group := range h.Held {
		if group.Waiting > 0 {
			list = append(list, fmt.Sprintf("%s standing still (%s)", Plural(int64(group.Count), "company is", "companies are"), group.Cause))
		}
	}
	if h.DueAge.Duration() > dueUnsaid {
		list = append(list, fmt.Sprintf("an export has been due for %s", Age(h.DueAge.Duration())))
	}
	if hour := h.Trend.LastHour; len(list) == 0 && hour.Attempts > hour.Sent && hour.Sent == 0 {
		list = append(list, fmt.Sprintf("none of %s in the last hour was sent", Count(hour.Attempts, "attempt")))
	} else if failed := hour.Attempts - hour.Sent; len(list) == 0 && failed > 0 {
		list = append(list, fmt.Sprintf("%d of %s in the last hour failed", failed, Count(hour.Attempts, "attempt")))
	}
	return strings.Join(list, ", ")
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
