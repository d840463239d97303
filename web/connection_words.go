package web

import (
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// connectionSentence says how a company's connection stands, as one would say it. LastSent may be nil.
func connectionSentence(i store.Integration, held *wording.Hold, lastSent *time.Time, now time.Time) string {
	asIf := ""
	if i.CreatedByName != nil && i.Tested {
		asIf = " Candidates will look as if " + *i.CreatedByName + " added them."
	}
	switch i.State {
	case ledger.ConnectionOff:
		return "Off. Nothing is sent to Greenhouse. Interviews that finish meanwhile wait, and none is lost."
	case ledger.ConnectionNeedsDetails:
		return "Needs details: " + missingDetail(i) + " Interviews that finish meanwhile wait, and none is lost."
	case ledger.ConnectionReady:
		return "Ready. The test passed, and nothing is sent before you turn it on." + asIf
	case ledger.ConnectionPausedByYou:
		return "Paused by you." + switchedOff(i, now) + " Interviews that finish meanwhile wait, and none is lost."
	case ledger.ConnectionPausedByUs:
		return "Paused by us. What waits is sent when we go on, and none is lost."
	}
	if held != nil {
		return "On, and waiting. " + held.What
	}
	if lastSent == nil {
		return "On." + asIf
	}
	return "On. Last candidate sent " + ago(*lastSent, now) + "." + asIf
}

func missingDetail(i store.Integration) string {
	switch {
	case i.DecryptFailedAt != nil:
		return "we cannot open the saved key. Enter it again."
	case !i.HasKey && i.CreatedBy == nil:
		return "the API key and the “Created by” email are missing."
	case !i.HasKey:
		return "the API key is missing."
	case i.CreatedBy == nil:
		return "the “Created by” email is missing."
	}
	return "key and email are saved, and no test has passed yet."
}

func switchedOff(i store.Integration, now time.Time) string {
	if i.SwitchedAt == nil || i.SwitchedBy == nil {
		return ""
	}
	return fmt.Sprintf(" %s turned it off %s.", *i.SwitchedBy, ago(*i.SwitchedAt, now))
}

// ago says how long something has been.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	if d < time.Minute {
		return "just now"
	}
	return wording.Age(d) + " ago"
}

// connectionTones are the badges' colours.
var connectionTones = map[ledger.ConnectionState]string{
	ledger.ConnectionOff: "none", ledger.ConnectionNeedsDetails: "warn", ledger.ConnectionReady: "info", ledger.ConnectionOn: "good",
	ledger.ConnectionPausedByUs: "warn", ledger.ConnectionPausedByYou: "none",
}
