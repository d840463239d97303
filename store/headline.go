package store

import (
	"fmt"
	"strings"
	"time"
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
	but := h.unwell()
	switch {
	case but != "":
		return "Nothing that needs a person yet, but " + but + ". " + h.waits() + ", none lost."
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

// dueUnsaid is how long a due export may wait before somebody hears of it, problem or not.
const dueUnsaid = time.Minute

// unwell says what keeps all from being well although no person need act: sends that fail, and companies that stand still while
// something of theirs waits. Empty where all is well.
func (h *Health) unwell() string {
	var list []string
	if h.Failing.Companies > 0 {
		list = append(list, fmt.Sprintf("Greenhouse is failing for %s", number(h.Failing.Companies, "company", "companies")))
	}
	for _, group := range h.Held {
		if group.Waiting > 0 {
			list = append(list, fmt.Sprintf("%s standing still (%s)", number(group.Count, "company is", "companies are"), group.Cause))
		}
	}
	if h.DueAge.Duration() > dueUnsaid {
		list = append(list, fmt.Sprintf("an export has been due for %s", span(h.DueAge)))
	}
	if hour := h.Trend.LastHour; len(list) == 0 && hour.Attempts > hour.Sent && hour.Sent == 0 {
		list = append(list, fmt.Sprintf("none of %s in the last hour was sent", number(hour.Attempts, "attempt", "attempts")))
	} else if failed := hour.Attempts - hour.Sent; len(list) == 0 && failed > 0 {
		list = append(list, fmt.Sprintf("%d of %s in the last hour failed", failed, number(hour.Attempts, "attempt", "attempts")))
	}
	return strings.Join(list, ", ")
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
