package worker

import (
	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// happened is what is known of one attempt to create a candidate.
type happened struct {
	Err      *greenhouse.Error // nil: Greenhouse answered 2xx with an id
	Panicked bool              // our own code failed
	Left     bool              // of a panic: the request may have left

	NamedTarget        bool // the request named a job or a prospect pool
	Doubted            bool // it, or its target, was refused while another export was accepted
	AsksOnServerErrors bool // the company's server_errors setting is "ask"
}

// verdict is what follows.
type verdict struct {
	Outcome ledger.Outcome
	Cause   ledger.Cause
}

// judge is the whole policy about outcomes. Pure; its table test is the specification and is printed in the README.
func judge(h happened) verdict {
	if h.Panicked {
		if h.Left {
			return verdict{ledger.OutcomeUnknown, ledger.CauseOutcomeUnknown}
		}
		return verdict{ledger.OutcomeDead, ledger.CauseBug}
	}
	if h.Err == nil {
		return verdict{ledger.OutcomeSent, ledger.CauseNone}
	}
	switch h.Err.Class {
	case greenhouse.ClassNeverLeft, greenhouse.ClassRedirect:
		return verdict{ledger.OutcomeAgain, ledger.CauseGreenhouseDown}
	case greenhouse.ClassServer:
		if h.AsksOnServerErrors {
			return verdict{ledger.OutcomeUnknown, ledger.CauseOutcomeUnknown}
		}
		return verdict{ledger.OutcomeAgain, ledger.CauseGreenhouseDown}
	case greenhouse.ClassLimited:
		return verdict{ledger.OutcomeLimited, ledger.CauseLimited}
	case greenhouse.ClassAuthRejected:
		return verdict{ledger.OutcomeHold, ledger.CauseAuthRejected}
	case greenhouse.ClassPermissionDenied:
		return forbidden(h)
	case greenhouse.ClassNotFound:
		if h.NamedTarget {
			return verdict{ledger.OutcomeDead, ledger.CauseTargetGone}
		}
		return forbidden(h)
	case greenhouse.ClassInvalid:
		return verdict{ledger.OutcomeDead, ledger.CausePayloadRefused}
	default: // no answer, 408, 504, an unreadable 2xx, and whatever is not known yet: it may exist there
		return verdict{ledger.OutcomeUnknown, ledger.CauseOutcomeUnknown}
	}
}

// forbidden is the company's trouble, until another of its exports was accepted: then it is that of the export, or of its target.
func forbidden(h happened) verdict {
	switch {
	case !h.Doubted:
		return verdict{ledger.OutcomeHold, ledger.CausePermissionDenied}
	case h.NamedTarget:
		return verdict{ledger.OutcomeDead, ledger.CauseTargetRefused}
	default:
		return verdict{ledger.OutcomeDead, ledger.CausePayloadRefused}
	}
}
