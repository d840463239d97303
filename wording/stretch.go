package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Stretch says what an export did for some time. Pure.
func Stretch(s ledger.Stretch) string {
	switch s.Kind {
	case ledger.StretchFold:
		return "Committed, and taken in"
	case ledger.StretchHeld:
		return "Held: " + Cause(s.Cause)
	case ledger.StretchAgain:
		if s.Cause == "" {
			return "Waited to be tried again"
		}
		return "Waited to be tried again, because " + Cause(s.Cause)
	case ledger.StretchTurn:
		return "Due, and waited for its turn"
	case ledger.StretchQueue:
		return "Dispatched, and waited for a worker"
	}
	if s.Lasts {
		return fmt.Sprintf("Attempt %d: under way", s.Attempt)
	}
	switch {
	case s.Status != 0:
		return fmt.Sprintf("Attempt %d: intent, request, answer HTTP %d, settled as %s", s.Attempt, s.Status, s.Outcome)
	default:
		return fmt.Sprintf("Attempt %d: intent, request, no answer, settled as %s", s.Attempt, s.Outcome)
	}
}
