package ledger

import (
	"fmt"
	"time"
)

// Verb names what a person can do to an export.
type Verb string

// The verbs. Retry is the button of River UI; the others are commands and buttons of ours.
const (
	VerbPresent Verb = "present" // it exists in Greenhouse, under a profile that a person names
	VerbAbsent  Verb = "absent"  // a person looked, and it does not exist there
	VerbCreate  Verb = "create"  // a second profile of the candidate is wanted
	VerbSkip    Verb = "skip"    // no decision is wanted: it ends
	VerbReplay  Verb = "replay"  // it goes again as it is
	VerbEdit    Verb = "edit"    // it goes again with another name, email or LinkedIn
	VerbDiscard Verb = "discard" // it is not to be sent
	VerbRetry   Verb = "retry"   // River UI: replay what is dead, hurry what is pending

	VerbBackfill Verb = "backfill" // in a run alone: it never went, for a reason that is gone
)

// Verbs lists what pages and commands offer, in the order in which they offer it.
var Verbs = []Verb{VerbPresent, VerbAbsent, VerbCreate, VerbSkip, VerbReplay, VerbEdit, VerbDiscard}

// Export holds what the verbs look at. Its zero value but for a state is a row without a body.
type Export struct {
	ID        int64
	State     State
	Erased    bool
	MayExist  bool // it left unknown without an answer
	HasBody   bool
	HasAside  bool       // a newer message waits until the row leaves its state
	Due       bool       // pending and not waiting for a sibling
	Unsettled *time.Time // until when the newest attempt's worker may still tell how it ended; nil when it told or the time is over
	ByWord    bool       // it is sent because a person said so, and no answer named that profile
	Answered  bool       // an answer made it a candidate in Greenhouse, whichever
	Elsewhere bool       // by word: another export of its candidate was sent, is on its way, or may exist
	Named     bool       // the profile that is being named is the one that it has
	TakenBy   int64      // another candidate's export that has the profile that is being named; 0 for none
	Cause     Cause
	Test      bool // a test candidate
	Policy    bool // skipped by a policy of its company that is its policy no more
	AsideNo   bool // the message that waits for it does not say yes twice
}

// Move holds what a verb makes of a row. Its clock of failures is reset unless it keeps it.
type Move struct {
	To         State
	Cause      Cause
	MayExist   bool // the doubt whether it exists in Greenhouse is kept, or begins
	Create     bool // a second profile is wanted
	KeepsClock bool // failures before it still count
	KeepsAside bool // what was kept aside stays there: the move leads from one such state into another
}

// InDoubt tells whether only a person can say if the export exists in Greenhouse.
func (e Export) InDoubt() bool {
	return e.State == StateUnknown || e.State == StateCancelled && e.MayExist
}

// Judge says what the verb makes of the export, or refuses with a whole clause that says why it does not apply. Pure: the store's
// refusals, the buttons of pages, the printed commands and the selection of runs all come from here.
func (v Verb) Judge(e Export) (Move, string) {
	switch v {
	case VerbPresent:
		return judgePresent(e)
	case VerbAbsent:
		return judgeAbsent(e)
	case VerbCreate:
		return judgeCreate(e)
	case VerbSkip:
		return judgeSkip(e)
	case VerbReplay:
		return judgeReplay(e)
	case VerbEdit:
		return judgeEdit(e)
	case VerbDiscard:
		return judgeDiscard(e)
	case VerbRetry:
		return judgeRetry(e)
	case VerbBackfill:
		return judgeBackfill(e)
	}
	return Move{}, "there is no such verb: " + string(v)
}

// Allowed lists what may be done to an export as it stands, in the order of [Verbs].
func Allowed(e Export) []Verb {
	var list []Verb
	for _, v := range Verbs {
		if _, refusal := v.Judge(e); refusal == "" {
			list = append(list, v)
		}
	}
	return list
}

// said tells whether the export is sent by a person's word alone, which a person may take back. What Greenhouse answered nobody can.
func (e Export) said() bool { return e.State == StateSent && e.ByWord }

func judgePresent(e Export) (Move, string) {
	switch {
	case !e.InDoubt() && !e.said():
		return Move{}, "only an export in doubt, or one that is sent by a person's word, can be resolved as present"
	case e.said() && e.Named:
		return Move{}, "it was resolved as present under this profile before"
	case e.TakenBy != 0:
		return Move{}, fmt.Sprintf("the profile is that of export %d, which is another candidate's", e.TakenBy)
	}
	return Move{To: StateSent}, ""
}

func judgeAbsent(e Export) (Move, string) {
	switch {
	case !e.InDoubt() && !e.said():
		return Move{}, "only an export in doubt, or one that is sent by a person's word, can be resolved as absent"
	case e.said() && e.Answered:
		return Move{}, "an answer of Greenhouse came later and names another profile: it is there, so name that one with resolve --present"
	case e.said() && e.Elsewhere:
		return Move{}, "another export of the same candidate was sent, is on its way, or may exist: name its profile with resolve --present"
	case e.Unsettled != nil:
		return Move{}, fmt.Sprintf("its last attempt never said how it ended and may still arrive until %s; look in Greenhouse again after that",
			e.Unsettled.UTC().Format(time.RFC3339))
	case e.HasBody:
		return Move{To: StatePending}, ""
	case e.HasAside && !e.Erased:
		return Move{To: StateIneligible, Cause: CauseDecisionMissing}, "" // until that message is folded
	default: // its personal data is gone: all that can end is the doubt
		return Move{To: StateCancelled, Cause: CauseErased}, ""
	}
}

func judgeCreate(e Export) (Move, string) {
	if e.State != StateDuplicate {
		return Move{}, "only a possible duplicate can be created all the same"
	}
	return Move{To: StatePending, Create: true}, ""
}

func judgeSkip(e Export) (Move, string) {
	switch e.State {
	case StateUnknown:
		return Move{To: StateCancelled, Cause: CauseSkipped, MayExist: true, KeepsAside: true}, ""
	case StateDuplicate:
		return Move{To: StateCancelled, Cause: CauseSkipped, KeepsAside: true}, ""
	default:
		return Move{}, "only an export that waits for a decision can be skipped"
	}
}

func judgeReplay(e Export) (Move, string) {
	const gone = "its personal data is gone, so there is nothing to send"
	switch {
	case e.State != StateDead && e.State != StateCancelled:
		return Move{}, "only dead and cancelled exports can be replayed"
	case e.Erased, e.State == StateDead && !e.HasBody:
		return Move{}, gone
	case e.State == StateDead:
		return Move{To: StatePending}, ""
	case e.MayExist:
		return Move{}, "it may exist in Greenhouse; use resolve --present or --absent"
	case e.HasBody:
		return Move{To: StatePending}, ""
	case e.HasAside:
		// It was never folded: its message was dropped out of the outbox. As ineligible it takes that message as any other.
		return Move{To: StateIneligible, Cause: CauseDecisionMissing}, ""
	default:
		return Move{}, gone
	}
}

func judgeEdit(e Export) (Move, string) {
	m, refusal := judgeReplay(e)
	if refusal == "" && !e.HasBody {
		return Move{}, "nothing is rendered yet that could be edited"
	}
	return m, refusal
}

func judgeDiscard(e Export) (Move, string) {
	switch e.State {
	case StatePending, StateDead:
		return Move{To: StateCancelled, Cause: CauseDiscarded}, ""
	case StateQueued, StateSending:
		return Move{}, "it is on its way; pause the company first, or look again in a minute"
	case StateUnknown, StateDuplicate:
		return Move{}, "it waits for a decision; use resolve --skip"
	case StateIneligible:
		return Move{}, "there is nothing to send that could be discarded"
	default:
		return Move{}, "only pending and dead exports can be discarded"
	}
}

func judgeRetry(e Export) (Move, string) {
	switch {
	case e.State == StateDead:
		return judgeReplay(e)
	case e.State == StatePending && e.Due:
		return Move{To: StatePending, KeepsClock: true}, ""
	case e.State == StatePending:
		return Move{}, "it waits for another export of the same candidate"
	default:
		return Move{}, "Retry applies to dead and pending exports only"
	}
}
