package wording

import (
	"cmp"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// stopProblems are that everything is stopped, and that the ledger may have forgotten what was sent, which a person's stop can hide.
func (h healthFacts) stopProblems() (list []Problem) {
	do := act("once the reason is gone", ": ghexport resume --all --reason TEXT")
	if h.Doubt != "" {
		do = act("compare with Greenhouse before anything is sent", ": ghexport reconcile --since MOMENT; then go on as ghexport explain restore says")
	}
	if h.Doubt != "" && (h.Stopped == nil || h.Stopped.By != ledger.GuardActor) {
		list = append(list, problem(h.Doubt+"; what was sent may be missing from the ledger", ledger.FaultOurs, do, "stopped"))
	}
	if h.Stopped != nil {
		list = append(list, problem(
			fmt.Sprintf("everything is stopped, by %s since %s: %s", h.Stopped.By, RFC(h.Stopped.At), cmp.Or(h.Stopped.Reason, "no reason given")),
			ledger.FaultOurs, do, "stopped",
		))
	}
	return list
}
