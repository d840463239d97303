package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// lateProblems says which companies stand still and what keeps them, a problem for each keeper. Those that merely take their turn are in
// the list of late ones, and no problem.
func (h *Health) lateProblems() (list []Problem) {
	relays := slices.ContainsFunc(h.Nodes, Node.Alive)
	for _, keeper := range []Keeper{KeptByRelay, KeptBySibling, KeptByPlace, KeptByBudget} {
		var of []Late
		for _, l := range h.Late {
			if l.Keeper == keeper && l.Stands {
				of = append(of, l)
			}
		}
		if len(of) == 0 || !relays && keeper != KeptByBudget { // without a node, that is what is said
			continue
		}
		list = append(list, lateProblem(keeper, of))
	}
	return list
}

func lateProblem(keeper Keeper, of []Late) Problem {
	const few = 3
	var names []string
	for _, l := range of[:min(few, len(of))] {
		name := fmt.Sprintf("%s for %s", l.Org, span(l.Age))
		if l.Until != nil {
			name += " and until " + instant(*l.Until)
		}
		names = append(names, name)
	}
	if more := len(of) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	p := Problem{Fault: ledger.FaultOurs, Runbook: RunbookStuck, Do: "look at the log of the nodes, and ask after one: ghexport why INTERVIEW; then ghexport doctor"}
	who := number(int64(len(of)), "company", "companies") + ": " + strings.Join(names, ", ")
	switch keeper {
	case KeptByRelay:
		p.Says = "exports are due, nothing keeps them and no relay hands them out (relay), of " + who
	case KeptBySibling:
		p.Says = "exports are due and must wait for another of the same candidate, and no relay sets them aside (sibling), of " + who
	case KeptByPlace:
		p.Says = "exports are due and every place for what is under way is taken by what does not move (place), of " + who
		p.Do = "is a queue paused, or a node without workers? ghexport doctor, and the log of the nodes"
	case KeptByBudget:
		p.Says, p.Fault = "exports are due and Greenhouse takes no more requests yet (budget), of "+who, ledger.FaultGreenhouse
		p.Do = "usually nothing, it goes on by itself: ghexport org show " + of[0].Org
	}
	return p
}
