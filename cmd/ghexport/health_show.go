package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (c *cli) showHealth(h wording.Health) {
	line := func(name, format string, args ...any) {
		says := visible(fmt.Sprintf(format, args...))
		if width := c.width(); width > 13 {
			says = shorten(says, width-13)
		}
		c.printf("%-12s %s\n", name, says)
	}
	c.paragraph("", h.Headline)
	c.printf("\n")
	line("outbox", "%s to fold%s", count(h.Outbox, "message"), oldest(h.OutboxAge))
	line("due", "%s%s", count(h.Due, "export"), oldest(h.DueAge))
	line("in flight", "%s", count(h.InFlight, "export"))
	line("decisions", "%d in doubt, %s", h.Unknown, count(h.Decisions, "possible duplicate"))
	line("companies", "%d turned on", h.Companies)
	for _, group := range h.Held {
		line("held", "%s, %s waiting (%s): %s", count(group.Count, "company"), count(group.Waiting, "export"), group.Cause, strings.Join(group.Orgs, " "))
	}
	for _, n := range h.Nodes {
		line("node", "%s", nodeLine(n))
	}
	if len(h.Nodes) == 0 {
		line("node", "none was seen within a day")
	}
	for _, source := range h.Sources {
		line("source", "%s", sourceLine(source))
	}
	for _, q := range h.Paused {
		line("paused", "queue %s, since %s%s", q.Name, moment(q.At), map[bool]string{true: " by " + q.By}[q.By != ""])
	}
	line("last hour", "%s", paceLine(h.Trend.LastHour))
	line("last day", "%s", paceLine(h.Trend.LastDay))
	if failed := h.Trend.LastDay.Causes; len(failed) > 0 {
		line("failed", "%s", failedLine(failed))
	}
	line("ledger", "%s", statesLine(h))
	c.showProblems(h.Problems)
}

func (c *cli) showProblems(list []wording.Problem) {
	c.printf("\n")
	if len(list) == 0 {
		c.printf("no problems\n")
	}
	for _, p := range list {
		c.paragraph("problem: ", p.Says)
		if p.Fault != ledger.FaultNobody {
			c.printf("  whose    %s\n", p.Fault)
		}
		c.paragraph("  do       ", p.Do)
		c.printf("  runbook  ghexport explain %s\n", p.Runbook)
	}
}

// paragraph prints a text under its heading, on as many lines as it takes.
func (c *cli) paragraph(heading, says string) {
	says = text.WrapSoft(visible(says), max(c.textWidth()-len(heading), 20))
	for n, line := range strings.Split(says, "\n") {
		if n > 0 {
			heading = strings.Repeat(" ", len(heading))
		}
		c.printf("%s%s\n", heading, strings.TrimRight(line, " "))
	}
}

func oldest(age ledger.Seconds) string {
	if age <= 0 {
		return ""
	}
	return fmt.Sprintf(", the oldest for %s", age.Duration().Round(time.Second))
}

func nodeLine(n ledger.Node) string {
	does := "folds"
	if n.Sends {
		does += ", sends"
	}
	if n.Console {
		does += ", console"
	}
	is := "gone"
	if n.Alive() {
		is = "here"
	}
	says := fmt.Sprintf("%s is %s, seen %s ago: %s; %s", n.Host, is, n.SeenAge.Duration().Round(time.Second), does, n.Version)
	if n.Trouble != "" {
		says += "; " + n.Trouble
	}
	return says
}

func sourceLine(s ledger.Source) string {
	says := s.Name + " is read; "
	if s.TroubleKind != "" {
		says = s.Name + ": " + wording.SourceTroubleSays(s.TroubleKind) + "; "
	}
	if s.ReadAt == nil {
		says += "never yet"
	} else {
		says += fmt.Sprintf("last %s ago, with %s there", s.ReadAge.Duration().Round(time.Second), count(s.Waiting, "message"))
	}
	return says + fmt.Sprintf("; %d carried so far", s.Carried)
}

func paceLine(p ledger.Pace) string {
	if p.Attempts == 0 {
		return "no attempts"
	}
	says := fmt.Sprintf("%s, %d sent (%s)", count(p.Attempts, "attempt"), p.Sent, percent(p.Share()))
	if p.Sent > 0 {
		round := func(s ledger.Seconds) time.Duration { return s.Duration().Round(10 * time.Millisecond) }
		says += fmt.Sprintf("; from commit to Greenhouse half within %s, 95 %% within %s", round(p.P50), round(p.P95))
	}
	return says
}

// failedLine lists causes of attempts that failed, the commonest first, each with whose doing it is.
func failedLine(causes map[ledger.Cause]int64) string {
	list := slices.SortedFunc(maps.Keys(causes), func(a, b ledger.Cause) int {
		return cmp.Or(cmp.Compare(causes[b], causes[a]), cmp.Compare(a, b))
	})
	var says []string
	for _, cause := range list {
		fault := cmp.Or(cause.Fault(), ledger.FaultOurs)
		says = append(says, fmt.Sprintf("%d %s (%s)", causes[cause], cmp.Or(string(cause), "key not known here"), fault))
	}
	return strings.Join(says, ", ")
}

func statesLine(h wording.Health) string {
	var states []string
	for _, state := range ledger.States {
		if n := h.States[state]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(states) == 0 {
		return "the ledger is empty"
	}
	says := strings.Join(states, ", ")
	if h.StatesAge > 0 {
		says += fmt.Sprintf(" (what is over as of %s ago)", h.StatesAge.Duration().Round(time.Second))
	}
	return says
}
