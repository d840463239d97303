package wording

import (
	"fmt"
	"slices"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// lateProblems says which companies stand still and what keeps them, a problem for each keeper. Those that merely take their turn are in
// the list of late ones, and no problem; a budget that is known to stand still is [stillProblem]'s.
func (h healthFacts) lateProblems() (list []Problem) {
	relays := slices.ContainsFunc(h.Nodes, ledger.Node.Alive)
	for _, keeper := range []ledger.Keeper{ledger.KeptByRelay, ledger.KeptBySibling, ledger.KeptByPlace, ledger.KeptByBudget} {
		var of []ledger.Late
		for _, l := range h.Late {
			said := keeper == ledger.KeptByBudget && slices.ContainsFunc(h.Still, func(s ledger.OrgStill) bool { return s.Org == l.Org })
			if l.Keeper == keeper && l.Stands && !said {
				of = append(of, l)
			}
		}
		if len(of) == 0 || !relays && keeper != ledger.KeptByBudget { // without a node, that is what is said
			continue
		}
		list = append(list, lateProblem(keeper, of))
	}
	return list
}

func lateProblem(keeper ledger.Keeper, of []ledger.Late) Problem {
	who := Count(len(of), "company") + ": " + lateNames(of)
	ask := act("look at the log of the nodes, and ask after one", ": ghexport why INTERVIEW; then ghexport doctor").on("Pending exports", "/exports?state=pending")
	switch keeper {
	case ledger.KeptByRelay:
		return problem("exports are due, nothing keeps them and no relay hands them out (relay), of "+who, ledger.FaultOurs, ask, RunbookStuck)
	case ledger.KeptBySibling:
		return problem("exports are due and must wait for another of the same candidate, and no relay sets them aside (sibling), of "+who,
			ledger.FaultOurs, ask, RunbookStuck)
	case ledger.KeptByPlace:
		return problem("exports are due and every place for what is under way is taken by what does not move (place), of "+who, ledger.FaultOurs,
			act("is a queue paused, or a node without workers? see the log of the nodes", ", and ghexport doctor"), RunbookStuck)
	default:
		return problem("exports are due and Greenhouse takes no more requests yet (budget), of "+who, ledger.FaultGreenhouse,
			act("usually nothing, it goes on by itself", ": ghexport org show "+of[0].Org).on(of[0].Org, "/orgs/"+of[0].Org), string(ledger.CauseLimited))
	}
}

// lateNames names the first few companies.
func lateNames(of []ledger.Late) string {
	const few = 3
	var names []string
	for _, l := range of[:min(few, len(of))] {
		name := fmt.Sprintf("%s for %s", l.Org, Age(l.Age.Duration()))
		if l.Until != nil {
			name += " and until " + RFC(*l.Until)
		}
		names = append(names, name)
	}
	if more := len(of) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// kept tells what keeps a company's exports, as a clause that goes on from "it is due".
func kept(l ledger.Late) string {
	switch l.Keeper {
	case ledger.KeptByRelay:
		return "nothing keeps it, and no relay hands it out"
	case ledger.KeptBySibling:
		return "another export of the candidate keeps it, and no relay has looked at it"
	case ledger.KeptByBudget:
		if l.Until != nil {
			return "the company's budget keeps it until " + Time(*l.Until)
		}
		return "the company's budget keeps it"
	case ledger.KeptByPlace:
		if l.Stands {
			return "every place for what is under way is taken, and nothing of that moves"
		}
		return "every place for what is under way is taken"
	case ledger.KeptByMessage:
		return "a newer message of the interview keeps it"
	}
	return fmt.Sprintf("kept by %s", l.Keeper)
}

// due says what keeps an export that is due: nothing is wrong while that is its turn.
func (f whyFacts) due(add addCheck) {
	switch {
	case f.Kept == nil:
		add("due", true, "It is due, and goes when the company's budget and turn allow.")
	case f.Kept.Keeper == ledger.KeptByRelay && f.Kept.Would[*f.ID] && !f.Kept.Stands:
		add("due", true, "It is due, and goes with the relay's next pass.")
	case f.Kept.ExportID == *f.ID || f.Kept.Would[*f.ID]:
		add("due", !f.Kept.Stands, "It is due since %s: %s (%s).", Time(*f.DueAt), kept(*f.Kept), f.Kept.Keeper)
	default:
		add("due", !f.Kept.Stands, "It is due since %s, and others of the company come first; of the first, export %d: %s (%s).",
			Time(*f.DueAt), f.Kept.ExportID, kept(*f.Kept), f.Kept.Keeper)
	}
}
