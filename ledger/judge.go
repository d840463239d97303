package ledger

// Class says what Greenhouse's answer to an attempt is, where it is no readable 2xx. The client of Greenhouse has the same words.
type Class string

// The classes.
const (
	ClassAuthRejected     Class = "auth_rejected"     // 401
	ClassPermissionDenied Class = "permission_denied" // 403
	ClassNotFound         Class = "not_found"         // 404
	ClassInvalid          Class = "invalid"           // 400, 422 and any 4xx not named here
	ClassLimited          Class = "limited"           // 429, 425
	ClassTimedOut         Class = "timed_out"         // 408, 504
	ClassServer           Class = "server"            // any other 5xx
	ClassRedirect         Class = "redirect"          // 3xx
	ClassUnreadable       Class = "unreadable"        // 2xx without an id, or no known status
	ClassNeverLeft        Class = "never_left"        // the request did not leave as a whole
	ClassNoAnswer         Class = "no_answer"         // it left, and no answer came
)

// Classes lists every class.
var Classes = []Class{
	ClassAuthRejected, ClassPermissionDenied, ClassNotFound, ClassInvalid, ClassLimited, ClassTimedOut, ClassServer, ClassRedirect,
	ClassUnreadable, ClassNeverLeft, ClassNoAnswer,
}

// Attempted holds what is known of one attempt to create a candidate.
type Attempted struct {
	Class    Class // "": Greenhouse answered 2xx with an id
	Panicked bool  // our own code failed
	Left     bool  // of a panic: the request may have left

	NamedTarget        bool // the request named a job or a prospect pool
	Doubted            bool // it, or its target, was refused while another export was accepted
	AsksOnServerErrors bool // the company's server_errors setting is "ask"
}

// Judgement holds what follows.
type Judgement struct {
	Outcome Outcome
	Cause   Cause
}

// Judge is the whole policy about outcomes. Pure; its table test is the specification and is printed in the README.
func Judge(a Attempted) Judgement {
	if a.Panicked {
		if a.Left {
			return Judgement{OutcomeUnknown, CauseOutcomeUnknown}
		}
		return Judgement{OutcomeDead, CauseBug}
	}
	switch a.Class {
	case "":
		return Judgement{OutcomeSent, CauseNone}
	case ClassNeverLeft, ClassRedirect:
		return Judgement{OutcomeAgain, CauseGreenhouseDown}
	case ClassServer:
		if a.AsksOnServerErrors {
			return Judgement{OutcomeUnknown, CauseOutcomeUnknown}
		}
		return Judgement{OutcomeAgain, CauseGreenhouseDown}
	case ClassLimited:
		return Judgement{OutcomeLimited, CauseLimited}
	case ClassAuthRejected:
		return Judgement{OutcomeHold, CauseAuthRejected}
	case ClassPermissionDenied:
		return forbidden(a)
	case ClassNotFound:
		if a.NamedTarget {
			return Judgement{OutcomeDead, CauseTargetGone}
		}
		return forbidden(a)
	case ClassInvalid:
		return Judgement{OutcomeDead, CausePayloadRefused}
	default: // no answer, 408, 504, an unreadable 2xx, and whatever is not known yet: it may exist there
		return Judgement{OutcomeUnknown, CauseOutcomeUnknown}
	}
}

// forbidden is the company's trouble, until another of its exports was accepted: then it is that of the export, or of its target.
func forbidden(a Attempted) Judgement {
	switch {
	case !a.Doubted:
		return Judgement{OutcomeHold, CausePermissionDenied}
	case a.NamedTarget:
		return Judgement{OutcomeDead, CauseTargetRefused}
	default:
		return Judgement{OutcomeDead, CausePayloadRefused}
	}
}
