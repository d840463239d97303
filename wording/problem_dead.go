package wording

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// deadNamed sets how many kinds of death are problems of their own; the rest is one.
const deadNamed = 3

// deadProblems are the dead letters, one problem for each of the commonest kinds.
func (h healthFacts) deadProblems() (list []Problem) {
	rest := h.Dead
	for _, kind := range h.DeadKinds[:min(len(h.DeadKinds), deadNamed)] {
		list = append(list, deadProblem(kind))
		rest -= kind.Count
	}
	if rest <= 0 {
		return list
	}
	worst, says := h.mostDead(), fmt.Sprintf("dead letters: %d", rest)
	if len(list) > 0 {
		says = fmt.Sprintf("dead letters of other kinds: %s", Number(rest))
	}
	p := problem(says, worst.Fault(), act("see why, by cause", ": ghexport dead --group").on("Dead letters", "/dead"), string(worst))
	return append(list, p.of(rest, 0))
}

// deadProblem says whose letters died of one thing, since when, and of what.
func deadProblem(k ledger.DeadKind) Problem {
	did := "given up"
	if k.Cause == ledger.CausePayloadRefused || k.Cause == ledger.CauseTargetGone || k.Cause == ledger.CauseTargetRefused {
		did = "refused"
	}
	who, named := Count(k.Companies, "company"), ""
	query := url.Values{}
	switch {
	case k.Companies == 1:
		who, named = k.Org, k.Org
		query.Set("org", k.Org)
	case 5*k.OrgCount >= 4*k.Count:
		who, named = k.Org+" and "+Plural(k.Companies-1, "other company", "other companies"), k.Org
	}
	says := fmt.Sprintf("%s: %s %s since %s", who, Number(k.Count), did, deadSince(k.Since, k.Age.Duration()))
	if k.Companies > 1 && named != "" {
		says += fmt.Sprintf(", %s of them for %s", Number(k.OrgCount), k.Org)
	}
	if k.LastHour > 0 && k.LastHour < k.Count {
		says += fmt.Sprintf(", %s in the last hour", Number(k.LastHour))
	}
	says += deathOf(k)
	fault, evidence := k.Fault()
	page := "/dead"
	if len(query) > 0 {
		page += "?" + query.Encode()
	}
	p := problem(says, fault, act("see the group, and replay one first once it is mended", ": ghexport dead --group, then ghexport replay --fingerprint "+k.Fingerprint+" --dry-run").
		on("Dead letters", page+"#group-"+k.Fingerprint), string(k.Cause))
	p.Org = named
	if evidence {
		p.Because = deadBecause(k)
	}
	return p.of(k.Count, k.LastHour)
}

// deathOf says what they died of, in Greenhouse's words where there are some.
func deathOf(k ledger.DeadKind) string {
	all := ", "
	if k.Count > 1 {
		all = ", all "
	}
	if k.Shape == "" {
		return all + "because " + Cause(k.Cause)
	}
	field, message := ledger.Fields(k.Shape)
	if field != "" {
		message = field + ": " + message
	}
	return all + "for: " + strings.TrimSuffix(message, ".")
}

func deadBecause(k ledger.DeadKind) string {
	if k.Companies == 1 {
		return "no other company is refused for this, and all are sent the same: it is this company's set-up in Greenhouse"
	}
	return fmt.Sprintf("%s are refused for the same: it is what we send", Count(k.Companies, "company"))
}

// deadSince says a moment by its time of day while that is unambiguous.
func deadSince(t time.Time, age time.Duration) string {
	if age < 20*time.Hour {
		return t.UTC().Format("15:04 UTC")
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
