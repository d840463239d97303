package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// TestFacts hold what there is to say about how a test candidate goes. Of one that is not folded yet State is nil.
type TestFacts struct {
	State      *ledger.State
	Cause      *ledger.Cause
	Held       *ledger.Cause
	Rejected   bool
	Elsewhere  bool // it goes, or went, to the test address
	ProfileURL string
}

// TestCandidate says in sentences how a test candidate goes, to whoever sent it.
func TestCandidate(f TestFacts) string {
	because := func(c *ledger.Cause) string {
		if c == nil {
			return ""
		}
		return ": " + Cause(*c)
	}
	switch {
	case f.Held != nil:
		return "The test candidate waits" + because(f.Held) + ". It goes as soon as that is over."
	case f.State == nil && f.Rejected:
		return "The test candidate was not taken in. The fault is ours."
	case f.State == nil:
		return "The test candidate is handed over, and not taken in yet."
	}
	switch *f.State {
	case ledger.StateSent:
		where := "Greenhouse"
		if f.Elsewhere {
			where = "the test address, and nothing in Greenhouse"
		}
		if f.ProfileURL == "" {
			return "The test candidate has arrived at " + where + "."
		}
		return "The test candidate has arrived at " + where + ": " + f.ProfileURL
	case ledger.StateDead:
		return "Greenhouse did not take the test candidate" + because(f.Cause) + "."
	case ledger.StateUnknown:
		return "The test candidate was sent, and no readable answer came: look in Greenhouse whether it is there."
	case ledger.StateCancelled:
		return "The test candidate was not sent" + because(f.Cause) + "."
	}
	return "The test candidate is on its way" + because(f.Cause) + "."
}
