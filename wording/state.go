package wording

import (
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// meanings say each state in a few words.
var meanings = map[ledger.State]string{
	ledger.StateIneligible: "not both said yes",
	ledger.StatePending:    "waiting for its turn",
	ledger.StateQueued:     "handed to a worker",
	ledger.StateSending:    "on its way",
	ledger.StateSent:       "in Greenhouse",
	ledger.StateUnknown:    "may be in Greenhouse",
	ledger.StateDuplicate:  "waiting for a decision",
	ledger.StateDead:       "refused, or given up",
	ledger.StateCancelled:  "ended by a person",
}

// Meaning says a state in a few words.
func Meaning(s ledger.State) string { return meanings[s] }

// Standing says where an export stands, and why, as one would say it. Held is why its company may not send; nil when it may.
func Standing(state ledger.State, cause, held *ledger.Cause) string {
	why := ""
	if cause != nil {
		why = Cause(*cause)
	}
	switch {
	case held != nil:
		return "Held: " + Cause(*held) + ". It goes by itself once that is over."
	case state == ledger.StatePending && why != "":
		return "Waiting to be sent again, because " + why + "."
	case state == ledger.StateIneligible:
		return "Nothing is sent: " + why + "."
	case state == ledger.StateUnknown:
		return "It was sent and no readable answer came: it may or may not be in Greenhouse. Look there, then say which. It is never sent again by itself."
	case state == ledger.StateDuplicate:
		return "It waits for a decision: " + why + "."
	case state == ledger.StateDead:
		return "A dead letter: " + why + ". It stays here until somebody replays or discards it."
	case state == ledger.StateCancelled:
		return "Ended: " + why + "."
	}
	return plainSentences[state]
}

var plainSentences = map[ledger.State]string{
	ledger.StatePending: "Waiting for its turn.",
	ledger.StateQueued:  "Handed to a worker, about to be sent.",
	ledger.StateSending: "On its way to Greenhouse right now.",
	ledger.StateSent:    "In Greenhouse. It is never sent again.",
}
