package store

import (
	"slices"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Filter selects exports. Its zero value is every one.
type Filter struct {
	IDs         []int64
	State       ledger.State
	Org         string
	InterviewID string
	Cause       ledger.Cause // the row's own, or the reason for which its company is held
	Since       time.Time    // only what changed at this moment or later
	Until       time.Time    // only what last changed before this moment
	Fingerprint string       // only dead ones that died of this, see [query.DeadGroup]
	EmailDigest []byte       // only exports about this address, see [Digests.Email]
	AfterID     int64        // only older exports than this one, for the next page
	BeforeID    int64        // only newer ones, for the page before
	Limit       int          // how many at most; 0 is all
}

// ExportsHeld joins each export with the reason for which its company may not send. Only rows that wait for that have one. Of control it
// says that there is one row: without statistics a planner takes it for hundreds, and then every page for a short one.
const ExportsHeld = `
	  FROM ghexport.exports e
	 CROSS JOIN (SELECT k.stopped_at FROM ghexport.control k WHERE k.one LIMIT 1) c
	  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN e.state IN ('pending', 'queued') THEN ghexport.held_reason(i, c.stopped_at IS NOT NULL) END AS held
	 ) h`

// ExportsAlone is ExportsHeld for rows that no hold concerns, such as dead ones: without the look at their companies.
const ExportsAlone = `
	  FROM ghexport.exports e
	 CROSS JOIN LATERAL (SELECT NULL::text AS held) h`

func (f Filter) Where() Where {
	w := Where{}
	w.AddIf(f.IDs != nil, "e.id = ANY (%s)", f.IDs)
	w.AddIf(f.State != "", "e.state = %s", f.State)
	w.AddIf(StateRows[f.State] != "", StateRows[f.State])
	w.AddIf(f.Org != "", "e.org_id = %s", f.Org)
	w.AddIf(f.InterviewID != "", "e.interview_id = %s", f.InterviewID)
	if slices.Contains(ledger.HoldCauses, f.Cause) { // of what waits; the indexes of what is due, waits for a sibling or is in flight
		w.AddIf(true, "(e.due_at IS NOT NULL OR e.blocked_at IS NOT NULL OR e.job_id IS NOT NULL) AND h.held = %s", f.Cause)
	} else {
		w.AddIf(f.Cause != "", "h.held IS NULL AND e.cause = %s", f.Cause) // exports_by_cause
	}
	w.AddIf(!f.Since.IsZero(), "e.updated_at >= %s", f.Since)
	w.AddIf(!f.Until.IsZero(), "e.updated_at < %s", f.Until)
	w.AddIf(f.Fingerprint != "", "e.state = 'dead' AND e.attention_at IS NOT NULL AND "+Fingerprint+" = %s", f.Fingerprint)
	w.AddIf(f.EmailDigest != nil, "e.email_digest = %s", f.EmailDigest)
	w.AddIf(f.AfterID != 0, "e.id < %s", f.AfterID)
	w.AddIf(f.BeforeID != 0, "e.id > %s", f.BeforeID)
	return w
}

// StateRows says a state once more, in words that name an index which holds little beside its rows. A state that is most of the
// ledger needs none.
var StateRows = map[ledger.State]string{
	ledger.StateIneligible: causesOf(ledger.StateIneligible), // exports_by_cause
	ledger.StatePending:    "(e.due_at IS NOT NULL OR e.blocked_at IS NOT NULL)",
	ledger.StateQueued:     "e.job_id IS NOT NULL",
	ledger.StateSending:    "e.job_id IS NOT NULL",
	ledger.StateUnknown:    "e.attention_at IS NOT NULL",
	ledger.StateDuplicate:  "e.attention_at IS NOT NULL",
	ledger.StateDead:       "e.attention_at IS NOT NULL",
	ledger.StateCancelled:  causesOf(ledger.StateCancelled),
}

func causesOf(s ledger.State) string {
	var words []string
	for _, cause := range ledger.CausesOf(s) {
		words = append(words, "'"+string(cause)+"'")
	}
	return "e.cause IN (" + strings.Join(words, ", ") + ")"
}
