package wording

import (
	"fmt"
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Check is one link of the chain from an interview to a profile in Greenhouse.
type Check struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"` // a sentence without personal data
	First  bool   `json:"first"`  // the first that fails: the answer to the question
}

// Explanation says for one interview of one company why its candidate is in Greenhouse or is not.
type Explanation struct {
	OrgID       string        `json:"org_id"`
	InterviewID string        `json:"interview_id"`
	ExportID    *int64        `json:"export_id"` // null while nothing was folded
	State       *ledger.State `json:"state"`
	Cause       *ledger.Cause `json:"cause"`
	Held        *ledger.Cause `json:"held"`
	ProfileURL  *string       `json:"profile_url"`
	Checks      []Check       `json:"checks"`
}

// Explain puts what is known of interviews into the chain of [Check]s that each stands in. Pure.
func Explain(list []ledger.WhyFacts) []Explanation {
	said := make([]Explanation, 0, len(list))
	for _, f := range list {
		one := Explanation{
			OrgID: f.OrgID, InterviewID: f.InterviewID, ExportID: f.ID, State: f.State, Held: f.Held, ProfileURL: f.ProfileURL,
			Checks: whyFacts{f}.chain(),
		}
		if f.Cause != ledger.CauseNone {
			one.Cause = &f.Cause
		}
		said = append(said, one)
	}
	return said
}

// whyFacts are facts that can be put into words.
type whyFacts struct{ ledger.WhyFacts }

// chain lists the checks in the order in which an export meets them, up to where it stands. Pure.
func (f whyFacts) chain() []Check {
	var list []Check
	add := func(check string, ok bool, format string, args ...any) {
		list = append(list, Check{Check: check, OK: ok, Detail: fmt.Sprintf(format, args...)})
	}
	if f.Unknown() {
		add("committed", false, "Nothing is known under this id, neither as an interview's nor as a candidate's. Is it written as the producer writes it?")
	} else {
		add("committed", true, "A producer committed a result for this interview%s.", f.where())
	}
	if f.Rejected != nil {
		add("readable", false, "A message of its could not be folded: %s. Replay message.invalid once the cause is gone.", *f.Rejected)
	}
	if f.Unfolded != nil {
		add("folded", false, "A message waits since %s to be folded into the ledger.", Time(*f.Unfolded))
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
	f.unread(add) // last: what is known stands in the way first
	for i := range list {
		if !list[i].OK {
			list[i].First = true
			break
		}
	}
	return list
}

type addCheck func(check string, ok bool, format string, args ...any)

func (f whyFacts) decisions(add addCheck) {
	add("real", !f.Practice, "%s", choose(f.Practice, "It is a practice interview, and these are never exported.", "It is no practice interview."))
	add("interviewer", f.Advances != nil && *f.Advances, "%s", answer("The interviewer", f.Advances, "would advance the candidate"))
	add("candidate", f.Continues != nil && *f.Continues, "%s", answer("The candidate", f.Continues, "wants to continue"))
	if f.Cause == ledger.CauseWithdrawn {
		add("standing", false, "Both had said yes, and then one of the two took it back before it was sent.")
	}
}

func (f whyFacts) cancelled(add addCheck) {
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

func (f whyFacts) others() string {
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
