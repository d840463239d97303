package runs

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/interviewing-io/greenhouse-export/store"
)

// The fates of what a selection matches. Only the first goes.
const (
	fateGo       = "go"
	fateState    = "state"
	fateDecision = "decision"
	fateSibling  = "sibling"
	fateGone     = "gone"
	fateRun      = "run"
	fateLimit    = "limit"

	// Of a back-fill alone.
	fateDead      = "dead"
	fateDiscarded = "discarded"
	fateSkipped   = "skipped"
	fateUndecided = "decision.missing"
	fateNo        = "decision.no"
	fateWithdrawn = "withdrawn"
	fatePractice  = "practice"
	fateUnread    = "unread"
	fateTest      = "test"
)

var fates = map[string]string{
	fateState:    "they are neither dead nor cancelled",
	fateDecision: "they need a decision first: resolve them",
	fateSibling:  "they need a decision first: their candidates were sent to the company before, or may have been; name one to be asked",
	fateGone:     "their personal data is gone, so there is nothing to send",
	fateLimit:    "they are beyond the limit",

	fateDead:      "they are dead letters: ghexport replay sends those",
	fateDiscarded: "somebody discarded them",
	fateSkipped:   "somebody decided not to send them, or the company skips second interviews",
	fateUndecided: "not both have decided",
	fateNo:        "one of the two said no",
	fateWithdrawn: "a yes was withdrawn",
	fatePractice:  "they were practice interviews",
	fateTest:      "they are test candidates",
	fateUnread:    "their messages could not be read: ghexport replay --cause message.invalid puts those back",
}

func leaveOut(out map[LeftOut]*LeftOut, fate string, run *int64, n, sample int64) {
	key := LeftOut{Because: fates[fate]}
	if fate == fateRun {
		key.Because = fmt.Sprintf("they are members of run %d", *run)
	}
	one := out[key]
	if one == nil {
		one = &LeftOut{Because: key.Because, Sample: sample, Run: run}
		out[key] = one
	}
	one.Count += n
	one.Sample = min(one.Sample, sample)
}

func sortedOut(out map[LeftOut]*LeftOut) []LeftOut {
	list := make([]LeftOut, 0, len(out))
	for _, one := range out {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Because, b.Because))
	})
	return list
}

// judged is the beginning of a statement, in which the table "judged" says of each match what would become of it in a run.
type judged struct {
	sql  string
	args []any
}

// judged selects what the run concerns, with what becomes of each.
func (r Request) judged() judged {
	if r.Kind == Backfill {
		return backfilledBy(r.Filter)
	}
	return judgedBy(r.Filter)
}

// judgedBy selects what a run concerns, as [store.Store.Replay] does: dead exports, with a cause also cancelled ones, and those named.
// What matches and waits for a decision is there too, so that a plan can say so. Siblings are looked for last, since that costs the
// most: only of those that would go otherwise, and by email address only where the candidate's id finds none.
func judgedBy(f store.Filter) judged {
	w := f.Where()
	w.AddIf(f.IDs == nil, "NOT "+store.IsTestCandidate)
	switch {
	case f.IDs != nil:
	case f.State == "" && f.Cause == "":
		w.AddIf(true, "e.attention_at IS NOT NULL")
		w.AddIf(true, "e.state IN ('dead', 'unknown', 'duplicate')")
	default:
		w.AddIf(true, "e.state IN ('dead', 'unknown', 'duplicate', 'cancelled')")
	}
	last := limited(&w, f.Limit)
	return judged{args: w.Args, sql: `
		WITH picked AS (
			SELECT e.id, e.org_id, e.state, e.cause, ` + store.DiedVersion + ` AS version, e.attention_at, e.candidate_digest, e.email_digest,
			       e.duplicate_allowed, 'may_exist' = ANY (e.flags) AS doubt,
			       e.erased_at IS NOT NULL
			       OR e.body_id IS NULL AND NOT (e.state = 'cancelled' AND EXISTS (SELECT FROM ghexport.aside s WHERE s.export_id = e.id)) AS gone` +
		store.ExportsAlone + w.SQL() + `
		), told AS (
			SELECT p.*, m.run_id,
			       CASE WHEN p.state IN ('unknown', 'duplicate') OR p.state = 'cancelled' AND p.doubt THEN 'decision'
			            WHEN p.state NOT IN ('dead', 'cancelled') THEN 'state'
			            WHEN p.gone THEN 'gone'
			            WHEN m.run_id IS NOT NULL THEN 'run'
			            WHEN NOT p.duplicate_allowed AND (` + sentBefore("candidate_digest") + ` OR ` + sentBefore("email_digest") + `) THEN 'sibling'
			            ELSE 'go' END AS fate
			  FROM picked p
			  LEFT JOIN ghexport.run_members m ON m.export_id = p.id AND m.state IN ('waiting', 'released') -- run_members_live
			  LEFT JOIN ghexport.integrations i ON i.org_id = p.org_id
		), ` + last}
}

// limited is the table "judged", made of "told": what would go beyond the limit is left out.
func limited(w *store.Where, limit int) string {
	if limit <= 0 {
		return `judged AS (SELECT t.id, t.org_id, t.run_id, t.cause, t.version, t.attention_at, t.fate FROM told t)`
	}
	return `judged AS (
			SELECT t.id, t.org_id, t.run_id, t.cause, t.version, t.attention_at,
			       CASE WHEN t.fate = 'go' AND row_number() OVER (PARTITION BY t.fate = 'go' ORDER BY t.id) > ` + w.Arg(limit) + `
			            THEN 'limit' ELSE t.fate END AS fate
			  FROM told t
		)`
}

// sentBefore asks whether dispatch would ask about the candidate: by one of the two digests that make siblings.
func sentBefore(digest string) string {
	return `EXISTS (
			       SELECT FROM ghexport.exports s
			        WHERE s.org_id = p.org_id AND NOT 'test_address' = ANY (s.flags) AND s.` + digest + ` = p.` + digest + ` AND s.id <> p.id
			          AND (s.state = 'unknown' OR s.state <> 'sent' AND 'may_exist' = ANY (s.flags) OR 'gone' = ANY (s.flags)
			               OR s.state = 'sent' AND coalesce(i.second_interview, 'hold') = 'hold'))`
}
