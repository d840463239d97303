package store

import (
	"fmt"
)

// Verdict says whether to send dead letters again as things stand.
type Verdict string

// The verdicts.
const (
	VerdictSafe  Verdict = "yes"       // what they died of is over
	VerdictTry   Verdict = "one first" // something has changed since: one of them will tell
	VerdictAgain Verdict = "not yet"   // nothing has changed: they would probably fail again
)

// deathFacts are what is known of letters that died of one thing.
type deathFacts struct {
	cause     Cause
	died, now string // the version that sent them, and this one
	companies int64
	answered  int64 // companies from which Greenhouse took something, or a probe, since
	changed   int64 // companies whose settings were changed since
}

func (g DeadGroup) facts(version string) deathFacts {
	return deathFacts{cause: g.Cause, died: g.CodeVersion, now: version, companies: g.Companies, answered: g.answered, changed: g.changed}
}

// judgeAgain is what a person who knows the causes would say about sending letters again, and why. Pure; it decides nothing: a run
// sends one first whatever it says.
func judgeAgain(f deathFacts) (Verdict, string) {
	deployed := f.died != f.now && f.died != "" && f.now != ""
	switch f.cause {
	case CauseGreenhouseDown:
		switch {
		case f.answered == f.companies:
			return VerdictSafe, "Greenhouse has answered since"
		case f.answered > 0:
			return VerdictTry, fmt.Sprintf("Greenhouse has answered %d of %d companies since", f.answered, f.companies)
		}
		return VerdictAgain, "Greenhouse has not answered since; it is safe once it does"
	case CauseTargetGone:
		if f.changed > 0 {
			return VerdictTry, fmt.Sprintf("the settings of %d of %d companies were changed since", f.changed, f.companies)
		}
		return VerdictAgain, "map the job, or the pool, anew first; the settings are as they were"
	case CausePayloadRefused:
		if deployed {
			return VerdictTry, "another version runs now: if it sends something else, one will tell"
		}
		return VerdictAgain, "the same data from the same version would be refused again: correct it, or deploy a fix"
	case CauseBug:
		if deployed {
			return VerdictTry, "another version runs now: if it has the fix, one will tell"
		}
		return VerdictAgain, "the version that failed still runs: wait for a deploy"
	}
	return VerdictTry, "nothing is known about this cause"
}
