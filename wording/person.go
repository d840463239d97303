package wording

import (
	"strings"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// PersonStanding says to a company's recruiters where somebody stands: in a word or two, and in a sentence or two.
type PersonStanding struct {
	Word string
	Says string
}

// OfPerson puts into words for recruiters, who know nothing of exports and can change nothing, where somebody stands, and of whom is not
// in Greenhouse why, and who can do something about it. Pure.
func OfPerson(p ledger.Person) PersonStanding {
	switch p.State {
	case ledger.StatePending, ledger.StateQueued:
		return PersonStanding{"Waits", person{p}.waits()}
	case ledger.StateSending:
		return PersonStanding{"On the way", "On the way to Greenhouse at this moment."}
	case ledger.StateSent:
		return person{p}.there()
	case ledger.StateUnknown:
		return PersonStanding{"In doubt", "May be in Greenhouse, or not: Greenhouse gave no readable answer. If you see them there, tell your admin, who can say so here."}
	case ledger.StateDuplicate:
		return PersonStanding{"Needs a decision", "The same person was added before, or may have been. Your admin decides here whether a second profile is made."}
	case ledger.StateDead:
		return PersonStanding{"Not added", person{p}.refused()}
	case ledger.StateCancelled:
		return PersonStanding{"Not added", person{p}.ended()}
	}
	return PersonStanding{"Not added", "Not both sides said yes."}
}

// person is one who can be put into words.
type person struct{ ledger.Person }

// heldForRecruiters says why nobody of the company is added at present, and whose it is to end.
var heldForRecruiters = map[ledger.Cause]string{
	ledger.CauseStopped:          "We have stopped adding people, for all companies, and look into it.",
	ledger.CauseOff:              "The connection to Greenhouse is off. Your admin can turn it on.",
	ledger.CauseIncomplete:       "The connection to Greenhouse is not set up yet. Your admin can finish that.",
	ledger.CauseUntested:         "The connection to Greenhouse was not tested yet. Your admin can do that.",
	ledger.CauseDecryptFailed:    "We cannot open your company’s key. The fault is ours, and we look into it.",
	ledger.CausePaused:           "We have paused the connection to Greenhouse for a while.",
	ledger.CauseAuthRejected:     "Greenhouse refuses your company’s key, or the user as whom people are added. Your admin can put it right.",
	ledger.CausePermissionDenied: "Greenhouse does not let the user as whom people are added add them. Your admin can put it right.",
	ledger.CauseRefusing:         "Greenhouse refused one person after another for the same reason, so the others wait. We look into it.",
}

// HeldForRecruiters says why nobody of a company is added at present, and who can end that.
func HeldForRecruiters(c ledger.Cause) string { return heldForRecruiters[c] }

const nothingLost = " They are added once that is over; nothing is lost."

func (p person) waits() string {
	switch {
	case p.Held != nil:
		return HeldForRecruiters(*p.Held) + nothingLost
	case p.Blocked:
		return "Another interview of the same person is on its way; this one follows."
	case p.Cause != nil && *p.Cause == ledger.CauseLimited:
		return "Greenhouse asked us to slow down. They are added in a moment."
	case p.Cause != nil:
		return "Greenhouse could not be reached, or failed. It is tried again by itself; nothing is lost."
	case p.State == ledger.StateQueued:
		return "Their turn is now."
	}
	return "Waits for its turn."
}

func (p person) there() PersonStanding {
	t := p.Tracked
	if t == nil || t.End == ledger.EndNone && t.MissingSince.IsZero() && t.SeenAt.IsZero() {
		return PersonStanding{"In Greenhouse", "Added. Where they stand is not known yet."}
	}
	switch {
	case t.End == ledger.EndDeleted:
		return PersonStanding{"Deleted", "Added, and deleted in Greenhouse since."}
	case t.End == ledger.EndAnonymised:
		return PersonStanding{"Anonymised", "Added, and anonymised in Greenhouse since."}
	case t.End == ledger.EndErased:
		return PersonStanding{"In Greenhouse", "Added. Personal data was erased here since."}
	case !t.MissingSince.IsZero():
		return PersonStanding{"In Greenhouse", "Added. Greenhouse does not tell us where they stand: the profile may have been merged or deleted, or is one that we may not see."}
	}
	says := sentence(Tracked(*t))
	if t.Job != "" {
		says += ", for " + t.Job
	}
	return PersonStanding{"In Greenhouse", says + "."}
}

func (p person) refused() string {
	cause := ledger.CauseBug
	if p.Cause != nil {
		cause = *p.Cause
	}
	switch cause {
	case ledger.CauseTargetGone:
		return "The job or prospect pool that they were to be added to is not open in Greenhouse any more. Your admin can choose another one; tell them, or us."
	case ledger.CauseTargetRefused:
		return "The user as whom people are added may not use the job or prospect pool. Your admin can put it right."
	case ledger.CausePayloadRefused:
		says := "Greenhouse refused them"
		if p.Detail != "" {
			says += ": " + strings.TrimSuffix(p.Detail, ".")
		}
		return says + ". We look into it."
	case ledger.CauseGreenhouseDown:
		return "Greenhouse could not be reached for days. We look into it."
	default:
		return "Something went wrong on our side. We look into it."
	}
}

func (p person) ended() string {
	cause := ledger.CauseDiscarded
	if p.Cause != nil {
		cause = *p.Cause
	}
	switch cause {
	case ledger.CauseSkipped:
		return "The same person is in Greenhouse already, and no second profile was wanted."
	case ledger.CauseDropped:
		return "The interview was before the connection was turned on, and your admin chose not to add those."
	case ledger.CauseErased:
		return "Personal data was erased."
	default:
		return "Somebody decided not to add them."
	}
}

// sentence begins a clause with a capital letter.
func sentence(clause string) string { return strings.ToUpper(clause[:1]) + clause[1:] }
