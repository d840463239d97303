package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// chain lists the checks in the order in which an export meets them, up to where it stands. Pure.
func (f facts) chain() []Check {
	var list []Check
	add := func(check string, ok bool, format string, args ...any) {
		list = append(list, Check{Check: check, OK: ok, Detail: fmt.Sprintf(format, args...)})
	}
	add("committed", true, "A producer committed a result for this interview.")
	if f.Rejected != nil {
		add("readable", false, "A message of its could not be folded: %s. Replay message.invalid once the cause is gone.", *f.Rejected)
	}
	if f.Unfolded != nil {
		add("folded", false, "A message waits since %s to be folded into the ledger.", moment(*f.Unfolded))
	}
	if f.State != nil {
		f.decisions(add)
		switch *f.State {
		case ledger.StateIneligible:
		case ledger.StateCancelled:
			f.cancelled(add)
		case ledger.StatePending, ledger.StateQueued:
			f.waiting(add)
		default:
			f.fate(add)
		}
	}
	for i := range list {
		if !list[i].OK {
			list[i].First = true
			break
		}
	}
	return list
}

type addCheck func(check string, ok bool, format string, args ...any)

func (f facts) decisions(add addCheck) {
	add("real", !f.Practice, "%s", choose(f.Practice, "It is a practice interview, and these are never exported.", "It is no practice interview."))
	add("interviewer", f.Advances != nil && *f.Advances, "%s", answer("The interviewer", f.Advances, "would advance the candidate"))
	add("candidate", f.Continues != nil && *f.Continues, "%s", answer("The candidate", f.Continues, "wants to continue"))
	if f.Cause == ledger.CauseWithdrawn {
		add("standing", false, "Both had said yes, and then one of the two took it back before it was sent.")
	}
}

func (f facts) cancelled(add addCheck) {
	kept := choose(f.Aside, " A newer result is kept aside for it.", "")
	switch {
	case f.MayExist:
		add("wanted", false, "It was ended (%s) while in doubt, and may exist in Greenhouse: look there, then resolve it.%s", f.Cause, kept)
	case f.Erased:
		add("wanted", false, "Its personal data was erased.")
	default:
		add("wanted", false, "It was ended (%s); a replay takes that back.%s", f.Cause, kept)
	}
}

// heldFor says in a sentence why a company may not send.
var heldFor = map[ledger.Cause]string{
	ledger.CauseStopped:          "Everything is stopped, for all companies.",
	ledger.CauseOff:              "The company has not turned the connection to Greenhouse on.",
	ledger.CauseIncomplete:       "The company's connection lacks a key or the person as whom candidates are added.",
	ledger.CauseDecryptFailed:    "The company's stored key cannot be opened.",
	ledger.CauseUntested:         "The company's credential has not passed the connection test yet.",
	ledger.CausePaused:           "We have paused the company.",
	ledger.CauseAuthRejected:     "Greenhouse refuses the company's key or the person as whom candidates are added.",
	ledger.CausePermissionDenied: "Greenhouse does not let the company's key or person add candidates.",
}

func (f facts) waiting(add addCheck) {
	if f.Held != nil {
		add("company", false, "%s It is sent once that ends (%s).", heldFor[*f.Held], *f.Held)
	} else {
		add("company", true, "The company may send.")
	}
	switch {
	case *f.State == ledger.StateQueued:
		add("turn", true, "It has a job and goes as soon as a worker is free.")
	case f.BlockedAt != nil:
		add("turn", false, "It waits since %s for another export of the same candidate%s.", moment(*f.BlockedAt), f.others())
	case f.DueAt != nil && f.DueAt.After(f.Now) && f.Failures > 0:
		add("due", false, "It failed %d times (%s) and goes again at %s. %s", f.Failures, f.Cause, moment(*f.DueAt), f.Detail)
	case f.DueAt != nil && f.DueAt.After(f.Now):
		add("due", false, "It goes again at %s%s.", moment(*f.DueAt), choose(f.Cause != "", " ("+string(f.Cause)+")", ""))
	default:
		f.due(add)
	}
	add("in Greenhouse", false, "It has not been sent.")
}

// due says what keeps an export that is due: nothing is wrong while that is its turn.
func (f facts) due(add addCheck) {
	switch {
	case f.Kept == nil:
		add("due", true, "It is due, and goes when the company's budget and turn allow.")
	case f.Kept.Keeper == KeptByRelay && f.Kept.would[*f.ID] && !f.Kept.Stands:
		add("due", true, "It is due, and goes with the relay's next pass.")
	case f.Kept.ExportID == *f.ID || f.Kept.would[*f.ID]:
		add("due", !f.Kept.Stands, "It is due since %s: %s (%s).", moment(*f.DueAt), f.Kept.Says(), f.Kept.Keeper)
	default:
		add("due", !f.Kept.Stands, "It is due since %s, and others of the company come first; of the first, export %d: %s (%s).",
			moment(*f.DueAt), f.Kept.ExportID, f.Kept.Says(), f.Kept.Keeper)
	}
}

func (f facts) fate(add addCheck) {
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
			at = " since " + moment(*f.SentAt)
		}
		add("in Greenhouse", true, "It is in Greenhouse%s.%s A recruiter who does not see it may lack rights, or it was merged there.", at, where)
	}
}

func (f facts) others() string {
	if len(f.Siblings) == 0 {
		return ""
	}
	ids := make([]string, len(f.Siblings))
	for i, id := range f.Siblings {
		ids[i] = fmt.Sprint(id)
	}
	return " (export " + strings.Join(ids, ", ") + ")"
}

func answer(who string, said *bool, what string) string {
	switch {
	case said == nil:
		return who + " has not answered yet."
	case *said:
		return who + " " + what + "."
	default:
		return who + " said no."
	}
}

func choose(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// moment is a time within a sentence for people.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
