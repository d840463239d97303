package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ExportRow is an export as lists show it, under the names of `exports --json`. It holds no personal data.
type ExportRow struct {
	ID            int64         `json:"id"`
	OrgID         string        `json:"org_id"`
	InterviewID   string        `json:"interview_id"`
	CandidateID   string        `json:"candidate_id"`
	State         ledger.State  `json:"state"`
	Cause         *ledger.Cause `json:"cause"` // null while its company is held: Held then says why it waits
	Detail        *string       `json:"detail"`
	Flags         []string      `json:"flags"`
	Attempts      int           `json:"attempts"` // intents: how often a request may have left
	CandidateGHID *int64        `json:"greenhouse_candidate_id"`
	ApplicationID *int64        `json:"greenhouse_application_id"`
	ProfileURL    *string       `json:"profile_url"`
	CreatedAt     time.Time     `json:"created_at"`
	DueAt         *time.Time    `json:"due_at"`
	SentAt        *time.Time    `json:"sent_at"`
	Held          *ledger.Cause `json:"held"` // why its company may not send; null unless the row waits for that
}

// Filter selects exports. Its zero value is every one.
type Filter struct {
	IDs         []int64
	State       ledger.State
	Org         string
	InterviewID string
	Cause       ledger.Cause // the row's own, or the reason for which its company is held
	Since       time.Time    // only what changed at this moment or later
	Until       time.Time    // only what last changed before this moment
	Fingerprint string       // only dead ones that died of this, see [DeadGroup]
	EmailDigest []byte       // only exports about this address, see [Digests.Email]
	AfterID     int64        // only older exports than this one, for the next page
	BeforeID    int64        // only newer ones, for the page before
	Limit       int          // how many at most; 0 is all
}

const exportColumnsShown = `
	SELECT e.id, e.org_id, e.interview_id, e.candidate_id, e.state, CASE WHEN h.held IS NULL THEN e.cause END AS cause, e.detail, e.flags,
	       e.attempts, e.greenhouse_candidate_id, e.greenhouse_application_id, e.profile_url, e.created_at, e.due_at, e.sent_at, h.held`

// exportsHeld joins each export with the reason for which its company may not send. Only rows that wait for that have one. Of control it
// says that there is one row: without statistics a planner takes it for hundreds, and then every page for a short one.
const exportsHeld = `
	  FROM ghexport.exports e
	 CROSS JOIN (SELECT k.stopped_at FROM ghexport.control k WHERE k.one LIMIT 1) c
	  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN e.state IN ('pending', 'queued') THEN ghexport.held_reason(i, c.stopped_at IS NOT NULL) END AS held
	 ) h`

func (f Filter) Where() Where {
	w := Where{}
	w.AddIf(f.IDs != nil, "e.id = ANY (%s)", f.IDs)
	w.AddIf(f.State != "", "e.state = %s", f.State)
	w.AddIf(stateRows[f.State] != "", stateRows[f.State])
	w.AddIf(f.Org != "", "e.org_id = %s", f.Org)
	w.AddIf(f.InterviewID != "", "e.interview_id = %s", f.InterviewID)
	if slices.Contains(ledger.HoldCauses, f.Cause) { // of what waits; the indexes of what is due, waits for a sibling or is in flight
		w.AddIf(true, "(e.due_at IS NOT NULL OR e.blocked_at IS NOT NULL OR e.job_id IS NOT NULL) AND h.held = %s", f.Cause)
	} else {
		w.AddIf(f.Cause != "", "h.held IS NULL AND e.cause = %s", f.Cause) // exports_by_cause
	}
	w.AddIf(!f.Since.IsZero(), "e.updated_at >= %s", f.Since)
	w.AddIf(!f.Until.IsZero(), "e.updated_at < %s", f.Until)
	w.AddIf(f.Fingerprint != "", "e.state = 'dead' AND e.attention_at IS NOT NULL AND "+fingerprint+" = %s", f.Fingerprint)
	w.AddIf(f.EmailDigest != nil, "e.email_digest = %s", f.EmailDigest)
	w.AddIf(f.AfterID != 0, "e.id < %s", f.AfterID)
	w.AddIf(f.BeforeID != 0, "e.id > %s", f.BeforeID)
	return w
}

// stateRows says a state once more, in words that name an index which holds little beside its rows. A state that is most of the
// ledger needs none.
var stateRows = map[ledger.State]string{
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

// exportsPage is how many rows one query of a long list brings.
const exportsPage = 1000

// Exports lists what matches, newest first, all in memory; see [Store.ExportsEach] for lists without an end.
func (s *Store) Exports(ctx context.Context, f Filter) ([]ExportRow, error) {
	list := []ExportRow{}
	err := s.ExportsEach(ctx, f, func(row ExportRow) error {
		list = append(list, row)
		return nil
	})
	return list, err
}

// ExportsEach calls each for every match, newest first, and ends with the first error of each. It reads page by page, so no query
// runs long and no snapshot is held: a row that changes on the way is shown as it was when its page was read, and none twice.
func (s *Store) ExportsEach(ctx context.Context, f Filter, each func(ExportRow) error) error {
	left := f.Limit
	for {
		page := exportsPage
		if f.Limit > 0 {
			page = min(page, left)
		}
		rows, err := s.exportsPage(ctx, f, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := each(row); err != nil {
				return err
			}
			f.AfterID = row.ID
		}
		left -= len(rows)
		if len(rows) < page || f.Limit > 0 && left == 0 {
			return nil
		}
	}
}

func (s *Store) exportsPage(ctx context.Context, f Filter, page int) ([]ExportRow, error) {
	w := f.Where()
	rows, err := s.Pool.Query(ctx, exportColumnsShown+exportsHeld+w.SQL()+`
		 ORDER BY e.id DESC
		 LIMIT `+w.Arg(page), w.Args...)
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ExportRow])
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	return list, nil
}
