package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
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

const exportColumnsShown = `
	SELECT e.id, e.org_id, e.interview_id, e.candidate_id, e.state, CASE WHEN h.held IS NULL THEN e.cause END AS cause, e.detail, e.flags,
	       e.attempts, e.greenhouse_candidate_id, e.greenhouse_application_id, e.profile_url, e.created_at, e.due_at, e.sent_at, h.held`

// exportsPage sets how many rows one query of a long list brings.
const exportsPage = 1000

// Exports lists what matches, newest first, all in memory; see [Reader.ExportsEach] for lists without an end.
func (r Reader) Exports(ctx context.Context, f store.Filter) ([]ExportRow, error) {
	list := []ExportRow{}
	err := r.ExportsEach(ctx, f, func(row ExportRow) error {
		list = append(list, row)
		return nil
	})
	return list, err
}

// ExportsEach calls each for every match, newest first, and ends with the first error of each. It reads page by page, so no query
// runs long and no snapshot is held: a row that changes on the way is shown as it was when its page was read, and none twice.
func (r Reader) ExportsEach(ctx context.Context, f store.Filter, each func(ExportRow) error) error {
	left := f.Limit
	for {
		page := exportsPage
		if f.Limit > 0 {
			page = min(page, left)
		}
		rows, err := r.exportsPage(ctx, f, page)
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

func (r Reader) exportsPage(ctx context.Context, f store.Filter, page int) ([]ExportRow, error) {
	w := f.Where()
	rows, err := r.reads.Query(ctx, exportColumnsShown+store.ExportsHeld+w.SQL()+`
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
