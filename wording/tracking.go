package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Tracked says where a sent candidate stands, as a clause. Pure.
func Tracked(t ledger.Tracked) string {
	switch {
	case t.End == ledger.EndDeleted:
		return "deleted in Greenhouse"
	case t.End == ledger.EndAnonymised:
		return "anonymised in Greenhouse"
	case t.End == ledger.EndErased:
		return "erased here, and not asked about any more"
	case !t.MissingSince.IsZero():
		return "left out of Greenhouse’s answers since " + Time(t.MissingSince)
	case t.SeenAt.IsZero():
		return "not looked at yet"
	case t.Status == ledger.TrackHired:
		return "hired"
	case t.Stage == "":
		return trackStatus(t.Status)
	default:
		return trackStatus(t.Status) + ", " + t.Stage
	}
}

func trackStatus(s ledger.TrackStatus) string {
	if s == "" {
		return "there"
	}
	return string(s)
}

// trackChanges say what happened to a candidate, as a clause.
var trackChanges = map[ledger.TrackChange]string{
	ledger.ChangeSeen:       "first seen",
	ledger.ChangeMoved:      "moved",
	ledger.ChangeRejected:   "rejected",
	ledger.ChangeUnrejected: "no longer rejected",
	ledger.ChangeHired:      "hired",
	ledger.ChangeUnhired:    "no longer hired",
	ledger.ChangeMerged:     "merged into another profile",
	ledger.ChangeGone:       "deleted or anonymised",
}

// TrackChange says what happened to a candidate. One without words is shown by its name.
func TrackChange(c ledger.TrackChange) string {
	if words, known := trackChanges[c]; known {
		return words
	}
	return string(c)
}

// The pages about Greenhouse that does not say where candidates stand, and about one that tells nothing by webhook.
const (
	RunbookTracking = "tracking"
	RunbookWebhook  = "webhook"
)

// MissingReasons are why Greenhouse may leave a candidate out of an answer. It does not say which, so nothing is sent again for it.
var MissingReasons = []string{
	"The “Created by” user was deactivated in Greenhouse, or lost the right to see candidates.",
	"The user may not see the candidate’s job (it takes Job Admin or more), or lacks the right “manage unattached prospects”.",
	"The profile was deleted.",
	"The profile’s source was changed to another than interviewing.io.",
	"The profile was merged into another one, which has another id.",
}

// TrackingTrouble says why nothing is known of a company's candidates; empty where something is. Blind: Greenhouse answers and shows
// nobody, of so many. Refused is the HTTP status with which it refuses to be asked, 0 for none. Pure.
func TrackingTrouble(blind bool, missing int64, refused int) string {
	switch {
	case refused == 401:
		return "Greenhouse refuses our sign-in (401), so that we cannot ask where candidates stand."
	case refused != 0:
		return fmt.Sprintf("Greenhouse does not let the “Created by” user read candidates (%d). A Basic user may add candidates and not see them: give the user another role in Greenhouse, or choose another user here. Candidates are added all the same.", refused)
	case blind:
		return fmt.Sprintf("Greenhouse answers, and shows none of the company’s %s. Most likely the “Created by” user lacks the right “manage unattached prospects”, which reading prospects on no job takes, of a Site Admin too. Once the user has it, they appear here by themselves. Candidates are added all the same.",
			Plural(missing, "candidate", "candidates"))
	default:
		return ""
	}
}
