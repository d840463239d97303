package ledger

// State tells where an export stands. The database's `ghexport.sound` lists the same words.
type State string

// The states of an export; docs/causes.md says what leads out of each.
const (
	StateIneligible State = "ineligible"
	StatePending    State = "pending"
	StateQueued     State = "queued"
	StateSending    State = "sending"
	StateSent       State = "sent"
	StateUnknown    State = "unknown"
	StateDuplicate  State = "duplicate"
	StateDead       State = "dead"
	StateCancelled  State = "cancelled"
)

// States lists every state in the order of an export's life.
var States = []State{
	StateIneligible, StatePending, StateQueued, StateSending, StateSent, StateUnknown, StateDuplicate, StateDead, StateCancelled,
}

// Cause says why an export stands where it does, or why a company is held. A closed list, see [Catalogue].
type Cause string

// The causes.
const (
	CauseNone Cause = ""

	// Of an ineligible export.
	CauseDecisionMissing Cause = "decision.missing"
	CauseDecisionNo      Cause = "decision.no"
	CauseWithdrawn       Cause = "withdrawn"
	CausePractice        Cause = "practice"

	// Of a pending export that waits again; greenhouse.down also of a dead one.
	CauseGreenhouseDown Cause = "greenhouse.down"
	CauseLimited        Cause = "limited"

	CauseOutcomeUnknown    Cause = "outcome.unknown"
	CauseDuplicatePossible Cause = "duplicate.possible"

	// Of a dead export.
	CausePayloadRefused Cause = "payload.refused"
	CauseTargetGone     Cause = "target.gone"
	CauseTargetRefused  Cause = "target.refused"
	CauseBug            Cause = "bug"

	// Of a cancelled export.
	CauseDiscarded Cause = "discarded"
	CauseSkipped   Cause = "skipped"
	CauseDropped   Cause = "dropped"
	CauseErased    Cause = "erased"

	// Of a company that is held, in the order in which one hides the next.
	CauseStopped          Cause = "stopped"
	CauseOff              Cause = "off"
	CauseIncomplete       Cause = "incomplete"
	CauseDecryptFailed    Cause = "decrypt.failed"
	CauseUntested         Cause = "untested"
	CauseTestMode         Cause = "test.mode"
	CausePaused           Cause = "paused"
	CauseAuthRejected     Cause = "auth.rejected"
	CausePermissionDenied Cause = "permission.denied"
	CauseRefusing         Cause = "refusing"

	// Of an outbox message that could not be folded.
	CauseMessageInvalid Cause = "message.invalid"
)
