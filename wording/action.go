package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// actions say in the past what each act is, to follow a name or to stand alone.
var actions = map[ledger.Action]string{
	ledger.ActionReplay:         "sent again by hand",
	ledger.ActionDiscard:        "discarded",
	ledger.ActionEdit:           "edited, to be sent again",
	ledger.ActionResolvePresent: "decided: it is in Greenhouse",
	ledger.ActionResolveAbsent:  "decided: it is not in Greenhouse, to be sent again",
	ledger.ActionResolveSkip:    "decided: not to be sent",
	ledger.ActionResolveCreate:  "decided: a second profile is to be made",
	ledger.ActionSkip:           "not sent, since the company skips second interviews",
	ledger.ActionReveal:         "looked at personal data",
	ledger.ActionSearchPeople:   "searched for a person",
	ledger.ActionErase:          "erased personal data",
	ledger.ActionHook:           "told by webhook what happened there",

	ledger.ActionRunStart:  "started a run",
	ledger.ActionRunPause:  "paused a run",
	ledger.ActionRunResume: "resumed a run",
	ledger.ActionRunGoOn:   "let a run go on after its first ones",
	ledger.ActionRunStop:   "stopped a run",
	ledger.ActionRunEnd:    "ended a run",

	ledger.ActionOrgConnect:           "saved the connection",
	ledger.ActionOrgSet:               "changed settings",
	ledger.ActionOrgTest:              "tested the connection",
	ledger.ActionOrgEnable:            "turned the company on",
	ledger.ActionOrgEnableDropWaiting: "dropped what waited when the company was turned on",
	ledger.ActionOrgDisable:           "turned the company off",
	ledger.ActionOrgPause:             "paused the company",
	ledger.ActionOrgResume:            "resumed the company",
	ledger.ActionOrgProbe:             "asked for a look at Greenhouse",
	ledger.ActionOrgTrack:             "asked for a look at the candidates",
	ledger.ActionOrgLink:              "made a link into the console",
	ledger.ActionOrgWebhook:           "made a secret for webhooks",
	ledger.ActionOrgLinks:             "had Greenhouse make a tracking link",

	ledger.ActionPauseAll:        "stopped everything",
	ledger.ActionResumeAll:       "let everything go on",
	ledger.ActionFollowPromotion: "followed a promoted standby",
	ledger.ActionKeysetRotate:    "re-wrapped the stored keys",
	ledger.ActionLogIn:           "logged in",
	ledger.ActionLogInFailed:     "could not log in",
	ledger.ActionSessionsEnd:     "ended sessions",
	ledger.ActionEnter:           "came by a link",

	ledger.ActionRiverRetry:  "pressed Retry in River UI",
	ledger.ActionRiverCancel: "pressed Cancel in River UI",
	ledger.ActionRiverDelete: "pressed Delete in River UI",
	ledger.ActionRiverPause:  "paused a River queue",
	ledger.ActionRiverResume: "resumed a River queue",
	ledger.ActionRiverUpdate: "changed a River queue",
}

// Action says in the past what an act is. One without words is shown by its name.
func Action(a ledger.Action) string {
	if words, known := actions[a]; known {
		return words
	}
	return string(a)
}
