package worker

import (
	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
)

// happened is what is known of one attempt to create a candidate.
type happened struct {
	Err      *greenhouse.Error // nil: Greenhouse answered 2xx with an id
	Panicked bool              // our own code failed
	Left     bool              // of a panic: the request may have left

	NamedTarget        bool // the request named a job or a prospect pool
	AsksOnServerErrors bool // the company's server_errors setting is "ask"
}

// verdict is what follows.
type verdict struct {
	Outcome store.Outcome
	Cause   store.Cause
}

// judge is the whole policy about outcomes. Pure; its table test is the specification and is printed in the README.
func judge(h happened) verdict {
	if h.Panicked {
		if h.Left {
			return verdict{store.OutcomeUnknown, store.CauseOutcomeUnknown}
		}
		return verdict{store.OutcomeDead, store.CauseBug}
	}
	if h.Err == nil {
		return verdict{store.OutcomeSent, store.CauseNone}
	}
	switch h.Err.Class {
	case greenhouse.ClassNeverLeft, greenhouse.ClassRedirect:
		return verdict{store.OutcomeAgain, store.CauseGreenhouseDown}
	case greenhouse.ClassServer:
		if h.AsksOnServerErrors {
			return verdict{store.OutcomeUnknown, store.CauseOutcomeUnknown}
		}
		return verdict{store.OutcomeAgain, store.CauseGreenhouseDown}
	case greenhouse.ClassLimited:
		return verdict{store.OutcomeLimited, store.CauseLimited}
	case greenhouse.ClassAuthRejected:
		return verdict{store.OutcomeHold, store.CauseAuthRejected}
	case greenhouse.ClassPermissionDenied:
		return verdict{store.OutcomeHold, store.CausePermissionDenied}
	case greenhouse.ClassNotFound:
		if h.NamedTarget {
			return verdict{store.OutcomeDead, store.CauseTargetGone}
		}
		return verdict{store.OutcomeHold, store.CausePermissionDenied}
	case greenhouse.ClassInvalid:
		return verdict{store.OutcomeDead, store.CausePayloadRefused}
	default: // no answer, 408, 504, an unreadable 2xx, and whatever is not known yet: it may exist there
		return verdict{store.OutcomeUnknown, store.CauseOutcomeUnknown}
	}
}
