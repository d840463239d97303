package wording

import (
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Hold says why a company may not send, to people. No word of them is about a candidate.
type Hold struct {
	Cause  ledger.Cause `json:"cause"`
	Since  *time.Time   `json:"since"`
	What   string       `json:"what"`   // one sentence for the company's admin
	Why    string       `json:"why"`    // what is behind it, as far as is known
	Do     []string     `json:"do"`     // what the admin can do, in order; empty where it is ours to end
	Says   string       `json:"says"`   // Greenhouse's own words; "" for none
	Proven bool         `json:"proven"` // history proves which of key and user it is
	Staff  string       `json:"staff"`  // for us: what goes on by itself, and what to look at
}

// OfHold puts into words why a company may not send; nil facts, of one that may, have none. Pure.
func OfHold(facts *ledger.HoldFacts) *Hold {
	if facts == nil {
		return nil
	}
	f := holdFacts{*facts}
	w := Hold{Cause: f.Cause, Since: f.Since, Do: []string{}}
	switch f.Cause {
	case ledger.CauseAuthRejected:
		f.unauthorized(&w)
	case ledger.CausePermissionDenied:
		f.forbidden(&w)
	case ledger.CauseRefusing:
		f.refusing(&w)
	default:
		f.ours(&w)
	}
	return &w
}

// holdFacts are facts that can be put into words.
type holdFacts struct{ ledger.HoldFacts }

func (f holdFacts) ours(w *Hold) {
	switch f.Cause {
	case ledger.CauseStopped:
		w.What, w.Why = "We have stopped sending, for all companies.", "We look into something that concerns everybody. What waits is sent when we go on; nothing is lost."
		w.Staff = "Ends with ghexport resume --all."
	case ledger.CauseOff:
		if f.KeyLast5 == "" && f.CreatedBy == "" {
			w.What, w.Why = "The connection to Greenhouse is not set up.", "Nobody has entered an API key yet."
			w.Do = []string{"Enter the API key and the “Created by” email, and test the connection.", "Turn it on, and say whether what waits is to be sent or dropped."}
			w.Staff = "Theirs to set up: ghexport org link makes a link for their admin; ghexport org connect does it for them."
			return
		}
		w.What, w.Why = "The connection to Greenhouse is off.", "Nobody has turned it on, or it was turned off."
		w.Do = []string{"Turn it on, and say whether what waits is to be sent or dropped."}
		w.Staff = "Theirs to turn on; ghexport org enable does it for them."
	case ledger.CauseIncomplete:
		w.What, w.Why = "The connection to Greenhouse is not complete.", "It lacks the API key or the email of the Greenhouse user as whom candidates are added."
		w.Do = []string{"Enter both, and test the connection."}
		w.Staff = "Half-finished setup may last for days. What becomes eligible waits."
	case ledger.CauseUntested:
		w.What, w.Why = "The connection has not been tested.", "Nothing is sent before a test has passed with the present key and email."
		w.Do = []string{"Press Test connection."}
		w.Staff = "Saved without a test; ghexport org connect tests."
	case ledger.CauseTestMode:
		w.What, w.Why = "The connection is in test mode.", "Nothing goes to Greenhouse, and there is no test address to send to. What becomes eligible waits; nothing is lost."
		w.Do = []string{"Turn test mode off, and say whether what waits is to be sent or dropped."}
		w.Staff = "Ends with ghexport org test-mode ORG off, or once every node that sends has GREENHOUSE_TEST_BASE_URL."
	case ledger.CausePaused:
		w.What, w.Why = "We have paused the connection.", "What waits is sent when we end the pause; nothing is lost."
		w.Staff = "Ends with ghexport org resume." + after(" Paused because: ", f.Detail)
	case ledger.CauseDecryptFailed:
		w.What, w.Why = "We cannot open the stored API key.", "The fault is ours, and we have been told. Nothing is lost."
		w.Do = []string{"Nothing, or enter the key again, which ends it at once."}
		w.Staff = "The keyset knows the key's id and the value does not open: it was altered, or copied from another company or database. Restore the row, or connect the company anew. It is tried again by itself."
	}
}
