package wording

import (
	"github.com/interviewing-io/greenhouse-export/ledger"
)

func (f whyFacts) waiting(add addCheck) {
	if f.Held != nil {
		add("company", false, "%s It is sent once that ends (%s).", HeldFor(*f.Held), *f.Held)
	} else {
		add("company", true, "The company may send.")
	}
	still := f.Standstill()
	if f.Held == nil && *f.State == ledger.StatePending && still != nil {
		add("budget", false, "%s", standstill(*still))
	}
	switch {
	case *f.State == ledger.StateQueued:
		add("turn", true, "It has a job and goes as soon as a worker is free.")
	case f.BlockedAt != nil:
		add("turn", false, "It waits since %s for another export of the same candidate%s.", Time(*f.BlockedAt), f.others())
	case f.DueAt != nil && f.DueAt.After(f.Now) && f.Failures > 0:
		add("due", false, "It failed %d times (%s) and goes again at %s. %s", f.Failures, f.Cause, Time(*f.DueAt), f.Detail)
	case f.DueAt != nil && f.DueAt.After(f.Now):
		add("due", false, "It goes again at %s%s.", Time(*f.DueAt), choose(f.Cause != "", " ("+string(f.Cause)+")", ""))
	case still != nil && (f.Kept == nil || f.Kept.Keeper == ledger.KeptByBudget): // that is said
	default:
		f.due(add)
	}
	add("in Greenhouse", false, "It has not been sent.")
}

func (f whyFacts) fate(add addCheck) {
	switch *f.State {
	case ledger.StateDuplicate:
		add("only one", false, "The same candidate was already sent to this company, or may have been%s: somebody must decide.", f.others())
	case ledger.StateSending:
		add("in Greenhouse", false, "Attempt %d is being made at this moment.", f.Attempts)
	case ledger.StateUnknown:
		add("in Greenhouse", false, "Greenhouse gave no readable answer, so it may or may not exist there: look, then resolve it. %s", f.Detail)
	case ledger.StateDead:
		add("accepted", false, "It was given up at attempt %d (%s). %s", f.Attempts, f.Cause, f.Detail)
	case ledger.StateSent:
		where := ""
		if f.ProfileURL != nil {
			where = " " + *f.ProfileURL
		}
		at := ""
		if f.SentAt != nil {
			at = " since " + Time(*f.SentAt)
		}
		add("in Greenhouse", true, "It is in Greenhouse%s.%s A recruiter who does not see it may lack rights, or it was merged there.", at, where)
	}
}
