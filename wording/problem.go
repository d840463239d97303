package wording

import (
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Problem is one thing that a person should look at.
type Problem struct {
	Says    string       `json:"says"`    // what is wrong, in words
	Fault   ledger.Fault `json:"fault"`   // whose doing it is
	Do      string       `json:"do"`      // the first thing to do, with a terminal at hand
	Because string       `json:"because"` // how one knows whose doing it is; empty where the cause alone tells
	Org     string       `json:"org_id"`  // the company that it is about; empty where it is about several
	Runbook string       `json:"runbook"` // the page of docs/runbooks that goes on from there

	Act Act `json:"-"` // the same thing to do, for a page

	weight weight
}

// Act is the first thing to do about a problem: in a terminal a command follows it, on a page a link.
type Act struct {
	Lead    string // the sentence that both have
	Command string // what a terminal adds to it; "" for nothing
	Link    string // what the link of a page is called; "" where no page does it
	Page    string // the link's address in the console
}

// act returns what to do, with what follows it in a terminal.
func act(lead, command string) Act { return Act{Lead: lead, Command: command} }

// on is the act where a page of the console does it.
func (a Act) on(link, page string) Act {
	a.Link, a.Page = link, page
	return a
}

func problem(says string, fault ledger.Fault, do Act, runbook string) Problem {
	return Problem{Says: says, Fault: fault, Do: do.Lead + do.Command, Runbook: runbook, Act: do}
}

// RunbookStuck is the page about work that does not move, whatever the cause.
const RunbookStuck = "stuck"

// How old work may get before it is a problem. The relay takes milliseconds; a company over its budget or cap takes longer.
const (
	oldOutbox  = time.Minute
	oldDue     = 15 * time.Minute
	oldFailing = 5 * time.Minute // the first retries come within minutes, and most failures end there
	oldIdle    = time.Minute     // exports due, and nobody there to send them
)

// problems says what a person should look at: what stops everybody, and then the rest, by how many people it concerns.
func (h healthFacts) problems() []Problem {
	return append(append([]Problem{}, h.standProblems()...), rank(append(append(h.someProblems(), h.sourceProblems()...), h.peopleProblems()...))...)
}

// standProblems are those that keep everybody's exports where they are.
func (h healthFacts) standProblems() (list []Problem) {
	add := func(wrong bool, p Problem) {
		if wrong {
			list = append(list, p)
		}
	}
	list = append(list, h.stopProblems()...)
	list = append(list, h.nodeProblems()...)
	list = append(list, h.holderProblems()...)
	list = append(list, h.lateProblems()...)
	for _, q := range h.Paused {
		by := ""
		if q.By != "" {
			by = " by " + q.By
		}
		add(true, problem(
			fmt.Sprintf("queue %s is paused in River since %s%s: none of its jobs run", q.Name, RFC(q.At), by),
			ledger.FaultOurs, act("resume it in River UI, under Queues, once the reason is gone", ""), RunbookStuck,
		))
	}
	add(h.OutboxAge.Duration() > oldOutbox, problem(
		fmt.Sprintf("messages waiting to be folded: %d, the oldest for %s: no relay keeps up", h.Outbox, Age(h.OutboxAge.Duration())),
		ledger.FaultOurs, act("look for a node that runs, and at its log", ": ghexport doctor"), RunbookStuck,
	))
	return list
}

// someProblems are those that keep the exports of some where they are.
func (h healthFacts) someProblems() (list []Problem) {
	if len(h.Wave) > 0 {
		list = append(list, problem(
			fmt.Sprintf("Greenhouse refused the keys of %s within minutes: that is rarely their fault, and they are not told", Count(len(h.Wave), "company")),
			ledger.FaultGreenhouse, act("did a deploy of ours change how we log in? else wait: they are tried again by themselves", "").on("Companies", "/orgs?state=refused"),
			string(ledger.CauseAuthRejected),
		).of(h.heldFor(ledger.CauseAuthRejected), 0))
	}
	if h.Failing.Since != nil && h.Failing.Age.Duration() > oldFailing {
		lastHour := int64(0)
		if h.Failing.Age.Duration() < time.Hour {
			lastHour = h.Failing.Waiting
		}
		list = append(list, problem(
			failing(h.Failing, h.Companies), ledger.FaultGreenhouse,
			act("usually nothing, they are tried again by themselves; see https://status.greenhouse.io", "").on("Pending exports", "/exports?state=pending"),
			string(ledger.CauseGreenhouseDown),
		).of(h.Failing.Waiting, lastHour))
	}
	if len(h.Still) > 0 {
		var waiting int64
		for _, still := range h.Still {
			waiting += still.Waiting
		}
		list = append(list, stillProblem(h.Still).of(waiting, 0))
	}
	if h.DueAge.Duration() > oldDue {
		list = append(list, problem(
			fmt.Sprintf("exports due: %d, the longest for %s", h.Due, Age(h.DueAge.Duration())),
			ledger.FaultOurs, act("see who waits", ": ghexport exports --state pending").on("Pending exports", "/exports?state=pending"), RunbookStuck,
		).of(h.Due, 0))
	}
	return list
}

// heldFor returns how many exports wait for companies that one cause holds.
func (h healthFacts) heldFor(cause ledger.Cause) (waiting int64) {
	for _, group := range h.Held {
		if group.Cause == cause {
			waiting += group.Waiting
		}
	}
	return waiting
}

// nodeProblems are those of our own processes.
func (h healthFacts) nodeProblems() (list []Problem) {
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
			seen = fmt.Sprintf("%s was seen %s ago", h.Nodes[0].Host, Age(h.Nodes[0].SeenAge.Duration().Truncate(time.Second)))
		}
		list = append(list, problem(
			fmt.Sprintf("no node takes jobs while %d exports wait: %s", h.Due+h.InFlight, seen),
			ledger.FaultOurs, act("start ghexport serve, or look at the end of its log", ""), RunbookStuck,
		))
	}
	return list
}
