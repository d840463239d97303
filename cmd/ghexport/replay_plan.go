package main

import (
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// plannedGroups sets how many lines of a plan a person reads; --json has them all.
const plannedGroups = 30

// runVerbs hold what runs do, by their kind.
var runVerbs = map[runs.Kind]string{"": "replay", runs.Replay: "replay", runs.Backfill: "back-fill"}

// showPlan prints what a run would do.
func (c *cli) showPlan(kind runs.Kind, p runs.Plan) {
	switch {
	case p.Count == 0:
		c.printf("nothing would be %s\n", map[bool]string{true: "back-filled", false: "replayed"}[kind == runs.Backfill])
	case p.Held == p.Count:
		c.printf("would %s %s\n", runVerbs[kind], count(p.Count, "export"))
	default:
		c.printf("would %s %s in about %s\n", runVerbs[kind], count(p.Count, "export"), p.Takes.Duration().Round(time.Second))
	}
	for _, line := range planRemarks(p) {
		c.printf("%s\n", line)
	}
	if len(p.Groups) == 0 {
		return
	}
	c.printf("\n")
	var rows [][]string
	for _, g := range p.Groups[:min(len(p.Groups), plannedGroups)] {
		why := g.Because
		if g.Held != nil {
			why = "held: " + string(*g.Held) + "; " + why
		}
		rows = append(rows, []string{fmt.Sprint(g.Count), string(g.Cause), g.OrgID, string(g.Replay), why})
	}
	c.table([]column{{"count", 7}, {"cause", 16}, {"company", 18}, {"replay", 9}, {"because", 40}}, rows)
	if more := len(p.Groups) - plannedGroups; more > 0 {
		c.printf("and %d more; --json has them all\n", more)
	}
}

// planRemarks are the sentences about a plan that a person should not miss.
func planRemarks(p runs.Plan) []string {
	var lines []string
	if p.FailAgain > 0 {
		lines = append(lines, fmt.Sprintf("%s would probably fail again: nothing has changed since", count(p.FailAgain, "export")))
	}
	if p.Held > 0 {
		lines = append(lines, fmt.Sprintf("%s would wait until the company may send again", count(p.Held, "export")))
	}
	for _, out := range p.LeftOut {
		lines = append(lines, out.String())
	}
	return lines
}

// warnOfPlan tells the same to whoever is about to begin.
func (c *cli) warnOfPlan(p runs.Plan) {
	for _, line := range planRemarks(p) {
		c.sayf("%s", line)
	}
}
