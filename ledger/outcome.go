package ledger

// Outcome names what follows from an attempt, as judged by the worker.
type Outcome string

// The outcomes.
const (
	OutcomeSent    Outcome = "sent"    // Greenhouse answered with ids
	OutcomeAgain   Outcome = "again"   // a failure that time cures: pending, due later
	OutcomeLimited Outcome = "limited" // 429: pending, due when the limit is over; counts as no failure
	OutcomeHold    Outcome = "hold"    // the company is refused: pending, the company held; counts as no failure
	OutcomeUnknown Outcome = "unknown" // it may exist there
	OutcomeDead    Outcome = "dead"    // refused for good
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{OutcomeSent, OutcomeAgain, OutcomeLimited, OutcomeHold, OutcomeUnknown, OutcomeDead}

// Causes are those with which an attempt of the outcome settles. A hold without a cause is the node's own trouble, which lacks a key.
func (o Outcome) Causes() []Cause {
	switch o {
	case OutcomeSent:
		return []Cause{CauseNone}
	case OutcomeAgain:
		return []Cause{CauseGreenhouseDown}
	case OutcomeLimited:
		return []Cause{CauseLimited}
	case OutcomeHold:
		return append(causesThat(func(r CauseRow) bool { return r.Hold == HoldRefused || r.Hold == HoldFound }), CauseNone)
	case OutcomeUnknown:
		return CausesOf(StateUnknown)
	default:
		return DeadCauses
	}
}
