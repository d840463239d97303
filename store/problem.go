package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// How old work may get before it is a problem. The relay takes milliseconds; a company over its budget or cap takes longer.
const (
	oldOutbox  = time.Minute
	oldDue     = 15 * time.Minute
	oldFailing = 5 * time.Minute // the first retries come within minutes, and most failures end there
	oldIdle    = time.Minute     // exports due, and nobody there to send them
)

// Problem is one thing that a person should look at.
type Problem struct {
	Says    string       `json:"says"`    // what is wrong, in words
	Fault   ledger.Fault `json:"fault"`   // whose doing it is
	Do      string       `json:"do"`      // the first thing to do
	Runbook string       `json:"runbook"` // the page of docs/runbooks that goes on from there
}

// RunbookStuck is the page about work that does not move, whatever the cause.
const RunbookStuck = "stuck"

// problems says what a person should look at, the worst first: what stops everybody, what stops some, what waits for a person.
func (h *Health) problems() []Problem {
	list := []Problem{}
	add := func(wrong bool, p Problem) {
		if wrong {
			list = append(list, p)
		}
	}
	if h.Stopped != nil {
		add(true, Problem{
			fmt.Sprintf("everything is stopped, by %s since %s: %s", h.Stopped.By, instant(h.Stopped.At), cmp.Or(h.Stopped.Reason, "no reason given")),
			ledger.FaultOurs, "once the reason is gone: ghexport resume --all", "stopped",
		})
	}
	list = append(list, h.nodeProblems()...)
	list = append(list, h.holderProblems()...)
	list = append(list, h.lateProblems()...)
	for _, q := range h.Paused {
		by := ""
		if q.By != "" {
			by = " by " + q.By
		}
		add(true, Problem{
			fmt.Sprintf("queue %s is paused in River since %s%s: none of its jobs run", q.Name, instant(q.At), by),
			ledger.FaultOurs, "resume it in River UI, under Queues, once the reason is gone", RunbookStuck,
		})
	}
	add(h.OutboxAge.Duration() > oldOutbox, Problem{
		fmt.Sprintf("messages waiting to be folded: %d, the oldest for %s: no relay keeps up", h.Outbox, span(h.OutboxAge)),
		ledger.FaultOurs, "look for a node that runs, and at its log: ghexport doctor", RunbookStuck,
	})
	add(len(h.Wave) > 0, Problem{
		fmt.Sprintf("Greenhouse refused the keys of %s within minutes: that is rarely their fault, and they are not told", number(int64(len(h.Wave)), "company", "companies")),
		ledger.FaultGreenhouse, "did a deploy of ours change how we log in? else wait: they are tried again by themselves", string(ledger.CauseAuthRejected),
	})
	if h.Failing.Since != nil && h.Failing.Age.Duration() > oldFailing {
		add(true, Problem{
			h.Failing.sentence(h.Companies), ledger.FaultGreenhouse,
			"usually nothing, they are tried again by themselves; see https://status.greenhouse.io", string(ledger.CauseGreenhouseDown),
		})
	}
	add(h.DueAge.Duration() > oldDue, Problem{
		fmt.Sprintf("exports due: %d, the longest for %s", h.Due, span(h.DueAge)),
		ledger.FaultOurs, "see who waits: ghexport exports --state pending", RunbookStuck,
	})
	return append(list, h.peopleProblems()...)
}

// nodeProblems are those of our own processes.
func (h *Health) nodeProblems() (list []Problem) {
	senders := 0
	for _, n := range h.Nodes {
		if n.TakesJobs() {
			senders++
		}
	}
	list = h.troubles()
	if senders == 0 && (h.DueAge.Duration() > oldIdle || h.InFlight > 0 && len(h.Nodes) > 0) {
		seen := "none was seen within a day"
		if len(h.Nodes) > 0 {
			seen = fmt.Sprintf("%s was seen %s ago", h.Nodes[0].Host, span(h.Nodes[0].SeenAge))
		}
		list = append(list, Problem{
			fmt.Sprintf("no node takes jobs while %d exports wait: %s", h.Due+h.InFlight, seen),
			ledger.FaultOurs, "start ghexport serve, or look at the end of its log", RunbookStuck,
		})
	}
	return list
}

// peopleProblems are those that wait for somebody to act.
func (h *Health) peopleProblems() (list []Problem) {
	do := map[ledger.Cause]string{
		ledger.CauseIncomplete:       "its admin opens the settings page, or: ghexport org connect ORG",
		ledger.CauseDecryptFailed:    "is GHEXPORT_KEYSET the whole keyset? else its admin enters the key again",
		ledger.CauseUntested:         "its admin presses Test connection, or: ghexport org connect ORG",
		ledger.CauseAuthRejected:     "its admin enters a new key; it is tried again by itself: ghexport org show ORG",
		ledger.CausePermissionDenied: "its admin gives the user the right in Greenhouse; it is tried again by itself: ghexport org show ORG",
	}
	for _, group := range h.Held {
		if hint, broken := do[group.Cause]; broken {
			list = append(list, Problem{
				fmt.Sprintf("companies held (%s): %d, with %d waiting", group.Cause, group.Count, group.Waiting),
				group.Cause.Fault(), hint, string(group.Cause),
			})
		}
	}
	if h.Rejected > 0 {
		list = append(list, Problem{
			fmt.Sprintf("messages that could not be folded (message.invalid): %d", h.Rejected), ledger.FaultOurs,
			"once the producer or the exporter is mended: ghexport replay --cause message.invalid --reason TEXT", string(ledger.CauseMessageInvalid),
		})
	}
	if h.Dead > 0 {
		worst := h.mostDead()
		list = append(list, Problem{fmt.Sprintf("dead letters: %d", h.Dead), worst.Fault(), "see why, by cause: ghexport dead --group", string(worst)})
	}
	if h.Unknown > 0 {
		list = append(list, Problem{
			fmt.Sprintf("exports that may or may not be in Greenhouse: %d", h.Unknown), ledger.FaultGreenhouse,
			"look for each in Greenhouse, then: ghexport resolve EXPORT --present URL, or --absent", string(ledger.CauseOutcomeUnknown),
		})
	}
	if h.Untold > 0 {
		list = append(list, Problem{
			fmt.Sprintf("notices that reached nobody in the last day: %d", h.Untold), ledger.FaultOurs,
			"look at GHEXPORT_SMTP_URL and the webhook's answers in the log of serve", RunbookStuck,
		})
	}
	return list
}

// mostDead is the cause of most dead letters.
func (h *Health) mostDead() ledger.Cause {
	return slices.MaxFunc([]ledger.Cause{ledger.CausePayloadRefused, ledger.CauseTargetGone, ledger.CauseGreenhouseDown, ledger.CauseBug}, func(a, b ledger.Cause) int {
		return cmp.Compare(h.DeadBy[a], h.DeadBy[b])
	})
}

// sentence says for whom Greenhouse fails, where it does. All are the companies that are turned on.
func (f Failing) sentence(all int64) string {
	return fmt.Sprintf("Greenhouse is failing for %d of %s since %s, with %d waiting", f.Companies,
		number(all, "company", "companies"), f.Since.UTC().Format("15:04 UTC"), f.Waiting)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span rounds a length of time to what a person would say.
func span(s Seconds) string {
	d := s.Duration()
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

func number(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
