package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// SentExport is an export that the ledger says is in Greenhouse.
type SentExport struct {
	ID          int64  `json:"id"`
	OrgID       string `json:"org_id"`
	InterviewID string `json:"interview_id"`
	CandidateID int64  `json:"greenhouse_candidate_id"`
}

// SentSince lists what was sent since a moment, company by company.
func (r Reader) SentSince(ctx context.Context, org string, since time.Time) ([]SentExport, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT e.id, e.org_id, e.interview_id, e.greenhouse_candidate_id
		  FROM ghexport.exports e
		 WHERE e.state = 'sent' AND NOT `+store.IsTest+` AND e.sent_at >= $1 AND e.greenhouse_candidate_id IS NOT NULL AND ($2 = '' OR e.org_id = $2)
		 ORDER BY e.org_id, e.id`, since, org)
	if err != nil {
		return nil, fmt.Errorf("list what was sent: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[SentExport])
}

// UnsentExport is one that will be sent, or a message that may become one.
type UnsentExport struct {
	ID          *int64    `json:"id"` // null while the message waits in the outbox
	OrgID       string    `json:"org_id"`
	InterviewID string    `json:"interview_id"`
	State       string    `json:"state"` // of the export, or "outbox"
	Since       time.Time `json:"since"`
}

// Unsent lists what will go once everything may: in a ledger that was restored, each may have been sent after the backup was made.
func (r Reader) Unsent(ctx context.Context, org string) ([]UnsentExport, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT e.id, e.org_id, e.interview_id, e.state, e.updated_at
		  FROM ghexport.exports e
		 WHERE (e.due_at IS NOT NULL OR e.job_id IS NOT NULL OR e.blocked_at IS NOT NULL AND e.state = 'pending') AND ($1 = '' OR e.org_id = $1)
		 UNION ALL
		SELECT NULL, o.org_id, o.interview_id, 'outbox', min(o.enqueued_at)
		  FROM ghexport.outbox o
		 WHERE $1 = '' OR o.org_id = $1
		 GROUP BY o.org_id, o.interview_id
		 ORDER BY 2, 5`, org)
	if err != nil {
		return nil, fmt.Errorf("list what will be sent: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[UnsentExport])
}
