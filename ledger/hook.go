package ledger

// HookAction names an event of Greenhouse's webhooks, as Greenhouse does.
type HookAction string

// The events that something is done about.
const (
	HookPing               HookAction = "ping" // a webhook was saved there
	HookProspectCreated    HookAction = "new_prospect_application"
	HookApplicationCreated HookAction = "new_candidate_application"
	HookStageChanged       HookAction = "candidate_stage_change"
	HookApplicationUpdated HookAction = "application_updated"
	HookRejected           HookAction = "reject_candidate"
	HookUnrejected         HookAction = "unreject_candidate"
	HookHired              HookAction = "hire_candidate"
	HookUnhired            HookAction = "unhire_candidate"
	HookCandidateUpdated   HookAction = "update_candidate"
	HookMerged             HookAction = "merge_candidate"
	HookDeleted            HookAction = "delete_candidate"
	HookAnonymised         HookAction = "candidate_anonymized"
)

// HookActions lists them in the order in which a company sets them up.
var HookActions = []HookAction{
	HookProspectCreated, HookApplicationCreated, HookStageChanged, HookApplicationUpdated, HookRejected, HookUnrejected, HookHired, HookUnhired,
	HookCandidateUpdated, HookMerged, HookDeleted, HookAnonymised,
}

// HookTells names what an event tells of its candidate.
type HookTells int

// What there is to tell. An event that says nothing of use is kept small and counted.
const (
	HookTellsNothing HookTells = iota
	HookTellsPing
	HookTellsPresence // it exists, and how its application stands
	HookTellsMerge
	HookTellsDeletion
	HookTellsAnonymity
)

// Tells says what an event is about. Pure.
func (a HookAction) Tells() HookTells {
	switch a {
	case HookPing:
		return HookTellsPing
	case HookProspectCreated, HookApplicationCreated, HookStageChanged, HookApplicationUpdated, HookRejected, HookUnrejected, HookHired, HookUnhired,
		HookCandidateUpdated:
		return HookTellsPresence
	case HookMerged:
		return HookTellsMerge
	case HookDeleted:
		return HookTellsDeletion
	case HookAnonymised:
		return HookTellsAnonymity
	}
	return HookTellsNothing
}

// HookOutcome names what came of an event.
type HookOutcome string

// The outcomes.
const (
	HookPinged    HookOutcome = "pinged"
	HookSettled   HookOutcome = "settled"   // an export in doubt is sent: its candidate is there
	HookDoubled   HookOutcome = "doubled"   // an export that is sent has a second profile
	HookSeen      HookOutcome = "seen"      // of a candidate of ours, whose status is noted
	HookFollowed  HookOutcome = "followed"  // a candidate of ours is another profile now
	HookGone      HookOutcome = "gone"      // a candidate of ours is no more, and is not added again
	HookErased    HookOutcome = "erased"    // and what we held is gone too
	HookNotOurs   HookOutcome = "not_ours"  // of nobody that the ledger knows
	HookUnused    HookOutcome = "unused"    // of a kind that nothing is done about
	HookAgain     HookOutcome = "again"     // looked at once more, when what is under way has ended
	HookAbandoned HookOutcome = "abandoned" // it failed time after time
)

// HookOutcomes lists every outcome.
var HookOutcomes = []HookOutcome{
	HookPinged, HookSettled, HookDoubled, HookSeen, HookFollowed, HookGone, HookErased, HookNotOurs, HookUnused, HookAgain, HookAbandoned,
}
