package ledger

// judgeBackfill lets go what never went for a reason that is gone: what was dropped when its company was turned on, and what a policy
// skipped that is the company's no more. Whatever a person decided, or either side of the interview, stands.
func judgeBackfill(e Export) (Move, string) {
	switch e.State {
	case StateCancelled:
	case StateIneligible:
		return Move{}, ineligibleStill[e.Cause]
	case StateDead:
		return Move{}, "it is a dead letter: replay it"
	case StateUnknown, StateDuplicate:
		return Move{}, "it waits for a decision: resolve it"
	case StateSent:
		return Move{}, "it is in Greenhouse"
	default:
		return Move{}, "it is on its way"
	}
	switch {
	case e.Test:
		return Move{}, "it is a test candidate"
	case e.Erased || e.Cause == CauseErased:
		return Move{}, "its personal data is gone, so there is nothing to send"
	case e.MayExist:
		return Move{}, "it may exist in Greenhouse; use resolve --present or --absent"
	case e.Cause == CauseDiscarded:
		return Move{}, "somebody discarded it"
	case e.Cause == CauseSkipped && !e.Policy:
		return Move{}, "somebody decided not to send it, or its company skips second interviews"
	case e.HasAside && e.AsideNo:
		return Move{}, "a newer result says no longer both yes"
	}
	return judgeReplay(e)
}

// ineligibleStill says of each cause that the ledger would have noticed if it were gone.
var ineligibleStill = map[Cause]string{
	CauseDecisionMissing: "not both have decided",
	CauseDecisionNo:      "one of the two said no",
	CauseWithdrawn:       "a yes was withdrawn",
	CausePractice:        "it was a practice interview",
	CauseNone:            "not both said yes",
}
