package web

import (
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// exportAct is something that a person can do about an export, with what it will do and what it risks.
type exportAct struct {
	ID     int64  // of the export
	Back   string // where to go afterwards; empty for the export's page
	Name   string // as forms send it
	Post   string // below the export's address
	Button string
	Does   string
	Risk   string // empty where there is none
	Danger bool   // it can make a second profile, or ends the export
	URL    bool   // it needs the address of a profile
	Anyway bool   // it was refused because Greenhouse knows the profile as somebody else, and may be insisted on
	Reason bool   // it needs a reason
	Until  string // it is refused until then; empty where it is not
}

// acts are all of them, by their names.
var acts = map[string]exportAct{
	"replay": {Post: "replay", Button: "Send it again", Does: "It becomes due now, with its clock of failures reset, and goes after live work.",
		Risk: "While the cause is still there it fails again; see the runbook. What is in Greenhouse already is never sent again."},
	"discard": {Post: "discard", Button: "Discard it", Danger: true, Does: "It is not sent, and leaves every list of what needs a look. A replay takes that back."},
	"present": {Post: "resolve", Button: "It is there", URL: true, Does: "It counts as sent, under the profile whose address you paste. Nothing more is sent."},
	"absent": {Post: "resolve", Button: "It is not there: send it again", Danger: true, Does: "It is sent once more, as new.",
		Risk: "If it is there after all, under another spelling or merged into somebody, Greenhouse gets a second profile. Look by name and by email first."},
	"skip":   {Post: "resolve", Button: "Leave it", Danger: true, Does: "It ends here and is not sent."},
	"create": {Post: "resolve", Button: "Create a second profile", Danger: true, Does: "It is sent, and Greenhouse gets a second profile of the same person.", Risk: "Merging two profiles in Greenhouse cannot be undone."},
}

// actsDone say what was done, in the page that follows.
var actsDone = map[string]string{
	"replay":  "Done: it is due now and goes as soon as its company may send.",
	"discard": "Done: it is discarded. A replay takes that back.",
	"present": "Done: it counts as sent, under the profile you named.",
	"absent":  "Done: it is sent again as soon as its company may send.",
	"skip":    "Done: it ends here.",
	"create":  "Done: a second profile will be created as soon as its company may send.",
}

// actsFor are the buttons of an export as it stands: a company's admin decides, and only ours send again or discard. What is absent may
// be said from a moment on, which stands beside the button. The store judges once more when somebody does it.
func actsFor(e *query.ExportDetail, staff bool) []exportAct {
	row := e.Ledger()
	row.Unsettled = nil
	var list []exportAct
	for _, verb := range ledger.Allowed(row) {
		if _, button := acts[string(verb)]; !button || !staff && (verb == ledger.VerbReplay || verb == ledger.VerbDiscard) {
			continue
		}
		act := actFor(string(verb), staff)
		act.ID = e.ID
		if verb == ledger.VerbAbsent && e.Unsettled != nil {
			act.Until = wording.Time(*e.Unsettled)
		}
		list = append(list, act)
	}
	return list
}

// actFor is an act as it is offered; ours say why they do it.
func actFor(name string, staff bool) exportAct {
	act := acts[name]
	act.Name, act.Reason = name, staff
	return act
}
