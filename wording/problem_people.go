package wording

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// peopleProblems are those that wait for somebody to act.
func (h healthFacts) peopleProblems() (list []Problem) {
	do := map[ledger.Cause]Act{
		ledger.CauseIncomplete:       act("its admin opens the settings page", ", or: ghexport org connect ORG").on("Companies", "/orgs"),
		ledger.CauseDecryptFailed:    act("is GHEXPORT_KEYSET the whole keyset? else its admin enters the key again", ""),
		ledger.CauseUntested:         act("its admin presses Test connection", ", or: ghexport org connect ORG").on("Companies", "/orgs"),
		ledger.CauseAuthRejected:     act("its admin enters a new key; it is tried again by itself", ": ghexport org show ORG").on("Companies", "/orgs"),
		ledger.CausePermissionDenied: act("its admin gives the user the right in Greenhouse; it is tried again by itself", ": ghexport org show ORG").on("Companies", "/orgs"),
		ledger.CauseRefusing:         act("see what they died of; one is tried by itself now and then", ": ghexport dead --org ORG --group, or: ghexport org resume ORG").on("Dead letters", "/dead"),
	}
	for _, group := range h.Held {
		if hint, broken := do[group.Cause]; broken {
			list = append(list, heldProblem(group, hint))
		}
	}
	if h.Rejected > 0 {
		list = append(list, problem(
			fmt.Sprintf("messages that could not be folded (message.invalid): %d", h.Rejected), ledger.FaultOurs,
			act("once the producer or the exporter is mended", ": ghexport replay --cause message.invalid --reason TEXT"), string(ledger.CauseMessageInvalid),
		).of(h.Rejected, 0))
	}
	list = append(list, h.deadProblems()...)
	if h.Unknown > 0 {
		list = append(list, problem(
			fmt.Sprintf("exports that may or may not be in Greenhouse: %d", h.Unknown), ledger.FaultGreenhouse,
			act("look for each in Greenhouse, then", ": ghexport resolve EXPORT --present URL, or --absent").on("Decisions", "/decisions"), string(ledger.CauseOutcomeUnknown),
		).of(h.Unknown, 0))
	}
	if h.Untold > 0 {
		list = append(list, problem(
			fmt.Sprintf("notices that reached nobody in the last day: %d", h.Untold), ledger.FaultOurs,
			act("look at GHEXPORT_SMTP_URL and the webhook's answers in the log of serve", ""), RunbookStuck,
		))
	}
	return list
}

// heldProblem is the companies that one cause holds; a single one is named.
func heldProblem(group ledger.HeldGroup, do Act) Problem {
	says := fmt.Sprintf("companies held (%s): %d, with %d waiting", group.Cause, group.Count, group.Waiting)
	org := ""
	if group.Count == 1 && len(group.Orgs) == 1 {
		org = group.Orgs[0]
		says += ": " + org
		if do.Page == "/orgs" {
			do = do.on(org, "/orgs/"+url.PathEscape(org))
		}
	}
	p := problem(says, group.Cause.Fault(), do, string(group.Cause)).of(group.Waiting, 0)
	p.Org = org
	return p
}

// mostDead is the cause of most dead letters.
func (h healthFacts) mostDead() ledger.Cause {
	return slices.MaxFunc(slices.Sorted(maps.Keys(h.DeadBy)), func(a, b ledger.Cause) int { return cmp.Compare(h.DeadBy[a], h.DeadBy[b]) })
}

// failing says for whom Greenhouse fails, where it does. All are the companies that are turned on.
func failing(f ledger.Failing, all int64) string {
	return fmt.Sprintf("Greenhouse is failing for %d of %s since %s, with %d waiting", f.Companies,
		Count(all, "company"), f.Since.UTC().Format("15:04 UTC"), f.Waiting)
}
