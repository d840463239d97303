package ledger

// Action names an act in the audit trail. A command's act has the command's name.
type Action string

// The acts.
const (
	ActionReplay         Action = "replay"
	ActionBackfill       Action = "backfill"
	ActionDiscard        Action = "discard"
	ActionEdit           Action = "edit"
	ActionResolvePresent Action = "resolve --present"
	ActionResolveAbsent  Action = "resolve --absent"
	ActionResolveSkip    Action = "resolve --skip"
	ActionResolveCreate  Action = "resolve --create"
	ActionSkip           Action = "skip" // by a company's policy, in a person's place
	ActionReveal         Action = "reveal"
	ActionSearchPeople   Action = "search people"
	ActionErase          Action = "erase"
	ActionHeld           Action = "held"    // asked what is held about a person
	ActionHook           Action = "webhook" // what Greenhouse said did to an export

	ActionRunStart  Action = "run start"
	ActionRunPause  Action = "run pause"
	ActionRunResume Action = "run resume"
	ActionRunGoOn   Action = "run go on" // by itself, after those that went first
	ActionRunStop   Action = "run stop"
	ActionRunEnd    Action = "run end"

	ActionOrgConnect           Action = "org connect"
	ActionOrgSet               Action = "org set"
	ActionOrgTest              Action = "org test"
	ActionOrgEnable            Action = "org enable"
	ActionOrgEnableDropWaiting Action = "org enable --drop-waiting"
	ActionOrgDisable           Action = "org disable"
	ActionOrgPause             Action = "org pause"
	ActionOrgResume            Action = "org resume"
	ActionOrgProbe             Action = "org probe"
	ActionOrgTrack             Action = "org track"
	ActionOrgLink              Action = "org link"
	ActionOrgWebhook           Action = "org webhook"
	ActionOrgLinks             Action = "org links"
	ActionOrgTestCandidate     Action = "org test-candidate"
	ActionOrgTestMode          Action = "org test-mode"

	ActionPauseAll        Action = "pause --all"
	ActionResumeAll       Action = "resume --all"
	ActionFollowPromotion Action = "follow a promotion"
	ActionKeysetRotate    Action = "keyset rotate"
	ActionLogIn           Action = "log in"
	ActionLogInFailed     Action = "log in failed"
	ActionEnter           Action = "enter"
	ActionSessionsEnd     Action = "sessions end"

	ActionRiverRetry  Action = "river.retry"
	ActionRiverCancel Action = "river.cancel"
	ActionRiverDelete Action = "river.delete"
	ActionRiverPause  Action = "river.pause"
	ActionRiverResume Action = "river.resume"
	ActionRiverUpdate Action = "river.update"
)

// Actions lists every act that the trail may name.
var Actions = []Action{
	ActionReplay, ActionBackfill, ActionDiscard, ActionEdit, ActionResolvePresent, ActionResolveAbsent, ActionResolveSkip, ActionResolveCreate, ActionSkip,
	ActionReveal, ActionSearchPeople, ActionErase, ActionHeld, ActionHook,
	ActionRunStart, ActionRunPause, ActionRunResume, ActionRunGoOn, ActionRunStop, ActionRunEnd,
	ActionOrgConnect, ActionOrgSet, ActionOrgTest, ActionOrgEnable, ActionOrgEnableDropWaiting, ActionOrgDisable, ActionOrgPause,
	ActionOrgResume, ActionOrgProbe, ActionOrgTrack, ActionOrgLink, ActionOrgWebhook, ActionOrgLinks,
	ActionOrgTestCandidate, ActionOrgTestMode,
	ActionPauseAll, ActionResumeAll, ActionFollowPromotion, ActionKeysetRotate, ActionLogIn, ActionLogInFailed, ActionEnter,
	ActionSessionsEnd,
	ActionRiverRetry, ActionRiverCancel, ActionRiverDelete, ActionRiverPause, ActionRiverResume, ActionRiverUpdate,
}

// Action returns what the audit trail calls the verb. Retry in River UI is a replay of ours.
func (v Verb) Action() Action {
	switch v {
	case VerbPresent:
		return ActionResolvePresent
	case VerbAbsent:
		return ActionResolveAbsent
	case VerbCreate:
		return ActionResolveCreate
	case VerbSkip:
		return ActionResolveSkip
	case VerbRetry:
		return ActionReplay
	default:
		return Action(v)
	}
}
