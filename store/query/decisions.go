package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Decision is an export that waits for a person to say what it is: one in doubt (unknown), or a possible duplicate.
type Decision struct {
	ExportRow
	Since         time.Time  // it waits for a person
	InterviewedAt time.Time  // of this interview
	Job           *string    // the producer's name of the role
	AttemptAt     *time.Time // when the last attempt began: of one in doubt, the one of which nobody knows the outcome
	Unsettled     *time.Time // until when its worker may still tell, and it cannot be called absent
	Siblings      []Sibling
}

// Decisions lists what waits for a decision, the longest waiting first, at most limit of them, and whether there is more. Of the filter
// count State (unknown, duplicate or both), Org, IDs, and BeforeID: only those newer than it, for the next page.
func (r Reader) Decisions(ctx context.Context, f store.Filter, limit int) (list []Decision, more bool, err error) {
	w := decisionsWhere(f)
	err = r.reads.Read(ctx, "list decisions", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, exportColumnsShown+", e.attention_at, e.interviewed_at, e.job, e.attempt_started_at, "+store.UnsettledUntil+
			store.ExportsHeld+w.SQL()+" ORDER BY e.id LIMIT "+w.Arg(limit+1), w.Args...)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanDecision)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(list) > limit; more {
		list = list[:limit]
	}
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	siblings, err := r.siblingsOf(ctx, ids)
	for i := range list {
		list[i].Siblings = siblings[list[i].ID]
	}
	return list, more, err
}

func decisionsWhere(f store.Filter) store.Where {
	w := store.Filter{State: f.State, Org: f.Org, IDs: f.IDs, BeforeID: f.BeforeID}.Where()
	w.AddIf(true, "e.attention_at IS NOT NULL AND e.state = ANY (%s)", []ledger.State{ledger.StateUnknown, ledger.StateDuplicate})
	return w
}

func scanDecision(row pgx.CollectableRow) (Decision, error) {
	var d Decision
	err := row.Scan(&d.ID, &d.OrgID, &d.InterviewID, &d.CandidateID, &d.State, &d.Cause, &d.Detail, &d.Flags, &d.Attempts, &d.CandidateGHID,
		&d.ApplicationID, &d.ProfileURL, &d.CreatedAt, &d.DueAt, &d.SentAt, &d.Held,
		&d.Since, &d.InterviewedAt, &d.Job, &d.AttemptAt, &d.Unsettled)
	return d, err
}

// OfCompany are those of the exports that are this company's, in the order of their numbers. What somebody may not touch is left out
// as what does not exist.
func (r Reader) OfCompany(ctx context.Context, org string, exports []int64) ([]int64, error) {
	rows, err := r.reads.Query(ctx, "SELECT e.id FROM ghexport.exports e WHERE e.id = ANY ($1) AND e.org_id = $2 ORDER BY e.id", exports, org)
	if err != nil {
		return nil, fmt.Errorf("look whose exports these are: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("look whose exports these are: %w", err)
	}
	return ids, nil
}
