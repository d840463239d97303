package ledger

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

// Deaths hold what is known of letters that died of one thing.
type Deaths struct {
	Cause     Cause
	Died, Now string // the version that sent them, and this one
	Companies int64
	Answered  int64 // Companies from which Greenhouse took something, or a probe, since
	Changed   int64 // Companies whose settings were changed since
}

// Advise returns what a person who knows the causes would say about sending letters again, and why. Pure; it decides nothing: a run
// sends one first whatever it says.
func Advise(f Deaths) (Verdict, string) {
	deployed := f.Died != f.Now && f.Died != "" && f.Now != ""
	switch f.Cause.Replay() {
	case ReplayAnswered:
		switch {
		case f.Answered == f.Companies:
			return VerdictSafe, "Greenhouse has answered since"
		case f.Answered > 0:
			return VerdictTry, fmt.Sprintf("Greenhouse has answered %d of %d companies since", f.Answered, f.Companies)
		}
		return VerdictAgain, "Greenhouse has not answered since; it is safe once it does"
	case ReplayChanged:
		if f.Changed > 0 {
			return VerdictTry, fmt.Sprintf("the settings of %d of %d companies were changed since", f.Changed, f.Companies)
		}
		if f.Cause == CauseTargetRefused {
			return VerdictTry, "if the user was given the job, or the pool, in Greenhouse since, one will tell"
		}
		return VerdictAgain, "map the job, or the pool, anew first; the settings are as they were"
	case ReplayDeployed:
		switch {
		case deployed && f.Cause == CauseBug:
			return VerdictTry, "another version runs now: if it has the fix, one will tell"
		case deployed:
			return VerdictTry, "another version runs now: if it sends something else, one will tell"
		case f.Cause == CauseBug:
			return VerdictAgain, "the version that failed still runs: wait for a deploy"
		}
		return VerdictAgain, "the same data from the same version would be refused again: correct it, or deploy a fix"
	}
	if f.Cause.Replay() == ReplayWanted {
		return VerdictTry, "nothing had failed: it was left out by choice"
	}
	return VerdictTry, "nothing is known about this cause"
}
