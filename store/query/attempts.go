package query

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// AttemptRow is one finished attempt. Request and Answer tell what went over the wire without its content: neither names nor notes.
type AttemptRow struct {
	Number     int             `json:"number"`
	StartedAt  time.Time       `json:"started_at"`
	FinishedAt time.Time       `json:"finished_at"`
	Outcome    ledger.Outcome  `json:"outcome"`
	Status     *int            `json:"status"` // HTTP; null when no answer came
	Cause      *ledger.Cause   `json:"cause"`
	Detail     *string         `json:"detail"`
	Silent     bool            `json:"silent"`     // its worker never told how it ended
	Late       bool            `json:"late"`       // its answer came after it had been given up
	NextAt     *time.Time      `json:"next_at"`    // when the export was due again by itself
	Credential *int64          `json:"credential"` // version of the company's credential that it was made with
	RiverJobID *int64          `json:"river_job_id"`
	Limit      *int            `json:"budget_limit"`     // requests a window, as the answer said
	Remaining  *int            `json:"budget_remaining"` // of them left after it
	Request    RedactedRequest `json:"request"`
	Answer     *RedactedAnswer `json:"answer"` // null when none came
}

// RedactedRequest names what a request carried, without the values.
type RedactedRequest struct {
	Method string   `json:"method"`
	Path   string   `json:"path"`
	Fields []string `json:"fields"` // of the export itself; empty once its personal data is gone
}

// RedactedAnswer holds what Greenhouse's answer was kept as: its status, and the names of fields with the messages about them.
type RedactedAnswer struct {
	Status   int    `json:"status"`
	Messages string `json:"messages"`
}

// fieldsSent are the fields that a request about this export carries, whatever its company adds.
func (d *ExportDetail) fieldsSent() []string {
	if d.Note == nil {
		return []string{}
	}
	fields := []string{"prospect", "first_name", "last_name", "external_id", "emails"}
	if d.LinkedIn != nil {
		fields = append(fields, "social_media")
	}
	return append(fields, "notes")
}

func (r Reader) attempts(ctx context.Context, export int64, fields []string) ([]AttemptRow, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT number, started_at, finished_at, outcome, status, cause, detail, silent, late, next_at, credential_version,
		       job_id, budget_limit, budget_remaining
		  FROM ghexport.attempts
		 WHERE export_id = $1 -- attempts_pkey
		 ORDER BY number, started_at
		 LIMIT 10000`, export)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	list := []AttemptRow{}
	var a AttemptRow
	fill := []any{
		&a.Number, &a.StartedAt, &a.FinishedAt, &a.Outcome, &a.Status, &a.Cause, &a.Detail, &a.Silent, &a.Late, &a.NextAt, &a.Credential,
		&a.RiverJobID, &a.Limit, &a.Remaining,
	}
	_, err = pgx.ForEachRow(rows, fill, func() error {
		one := a
		one.Request = RedactedRequest{Method: "POST", Path: "/v1/partner/candidates", Fields: fields}
		if a.Status != nil {
			one.Answer = &RedactedAnswer{Status: *a.Status}
			if a.Detail != nil {
				one.Answer.Messages = *a.Detail
			}
		}
		list = append(list, one)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	return list, nil
}
