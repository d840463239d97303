package ledger

// Outcome is what follows from an attempt, as judged by the worker.
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
