package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// ExportDetail is all that is known about one export, under the names of `show --json`. It holds personal data.
type ExportDetail struct {
	ExportRow
	Version           int64        `json:"version"`
	InterviewedAt     time.Time    `json:"interviewed_at"`
	Advances          *bool        `json:"interviewer_advances"`
	Continues         *bool        `json:"candidate_continues"`
	Practice          bool         `json:"practice"`
	Job               *string      `json:"job"`
	FirstName         *string      `json:"first_name"`
	LastName          *string      `json:"last_name"`
	Email             *string      `json:"email"`
	LinkedIn          *string      `json:"linkedin"`
	Note              *string      `json:"note"`
	RiverJobID        *int64       `json:"river_job_id"`
	HasNewerMessage   bool         `json:"newer_message"` // one waits to be folded, or was kept aside
	Timeline          []Event      `json:"timeline"`
	AttemptLog        []AttemptRow `json:"attempt_log"`
	committedAt       time.Time
	attemptStartedAt  *time.Time
	attemptInProgress bool
	attentionAt       *time.Time
	erasedAt          *time.Time
}

// Event is one line of an export's history.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	Who  *string   `json:"who"` // null for the service itself
}

// AttemptRow is one finished attempt. Request and Answer tell what went over the wire without its content: neither names nor notes.
type AttemptRow struct {
	Number     int             `json:"number"`
	StartedAt  time.Time       `json:"started_at"`
	FinishedAt time.Time       `json:"finished_at"`
	Outcome    Outcome         `json:"outcome"`
	Status     *int            `json:"status"` // HTTP; null when no answer came
	Cause      *Cause          `json:"cause"`
	Detail     *string         `json:"detail"`
	Silent     bool            `json:"silent"` // its worker never told how it ended
	Late       bool            `json:"late"`   // its answer came after it had been given up
	Request    RedactedRequest `json:"request"`
	Answer     *RedactedAnswer `json:"answer"` // null when none came
}

// RedactedRequest names what a request carried, without the values.
type RedactedRequest struct {
	Method string   `json:"method"`
	Path   string   `json:"path"`
	Fields []string `json:"fields"` // of the export itself; empty once its personal data is gone
}

// RedactedAnswer is what Greenhouse's answer was kept as: its status, and the names of fields with the messages about them.
type RedactedAnswer struct {
	Status   int    `json:"status"`
	Messages string `json:"messages"`
}

// Show reads one export with its person, note, history and attempts, or returns [ErrNotFound].
func (s *Store) Show(ctx context.Context, id int64) (*ExportDetail, error) {
	d := &ExportDetail{}
	row := s.Pool.QueryRow(ctx, exportColumnsShown+`,
		       e.version, e.interviewed_at, e.interviewer_advances, e.candidate_continues, e.practice, e.job,
		       b.first_name, b.last_name, b.email, b.linkedin, b.note, e.job_id,
		       `+newerMessage+` OR EXISTS (SELECT FROM ghexport.aside a WHERE a.export_id = e.id),
		       e.committed_at, e.attempt_started_at, e.state = 'sending', e.attention_at, e.erased_at`+exportsHeld+`
		  LEFT JOIN ghexport.bodies b ON b.id = e.body_id
		 WHERE e.id = $1`, id)
	err := row.Scan(&d.ID, &d.OrgID, &d.InterviewID, &d.CandidateID, &d.State, &d.Cause, &d.Detail, &d.Flags, &d.Attempts,
		&d.CandidateGHID, &d.ApplicationID, &d.ProfileURL, &d.CreatedAt, &d.DueAt, &d.SentAt, &d.Held,
		&d.Version, &d.InterviewedAt, &d.Advances, &d.Continues, &d.Practice, &d.Job,
		&d.FirstName, &d.LastName, &d.Email, &d.LinkedIn, &d.Note, &d.RiverJobID, &d.HasNewerMessage,
		&d.committedAt, &d.attemptStartedAt, &d.attemptInProgress, &d.attentionAt, &d.erasedAt)
	if err != nil {
		return nil, fmt.Errorf("show export %d: %w", id, notFound(err))
	}
	if d.AttemptLog, err = s.attempts(ctx, id, d.fieldsSent()); err != nil {
		return nil, err
	}
	trail, err := s.AuditTrail(ctx, AuditFilter{ExportID: id})
	if err != nil {
		return nil, err
	}
	d.Timeline = d.history(trail)
	return d, nil
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

func (s *Store) attempts(ctx context.Context, export int64, fields []string) ([]AttemptRow, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT number, started_at, finished_at, outcome, status, cause, detail, silent, late
		  FROM ghexport.attempts
		 WHERE export_id = $1 -- attempts_pkey
		 ORDER BY number, started_at
		 LIMIT 10000`, export)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	list := []AttemptRow{}
	var a AttemptRow
	fill := []any{&a.Number, &a.StartedAt, &a.FinishedAt, &a.Outcome, &a.Status, &a.Cause, &a.Detail, &a.Silent, &a.Late}
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

// history puts what the ledger, the attempts and the audit trail know into one line of time.
func (d *ExportDetail) history(trail []AuditEntry) []Event {
	events := []Event{{At: d.CreatedAt, What: "the first result arrived in the ledger"}}
	if d.committedAt.After(d.CreatedAt) {
		events = append(events, Event{At: d.committedAt, What: fmt.Sprintf("the producer committed version %d", d.Version)})
	}
	for _, a := range d.AttemptLog {
		what := fmt.Sprintf("attempt %d ended: %s", a.Number, a.Outcome)
		if a.Status != nil {
			what += fmt.Sprintf(", HTTP %d", *a.Status)
		}
		if a.Cause != nil {
			what += " (" + string(*a.Cause) + ")"
		}
		events = append(events, Event{At: a.StartedAt, What: fmt.Sprintf("attempt %d began", a.Number)}, Event{At: a.FinishedAt, What: what})
	}
	if d.attemptInProgress && d.attemptStartedAt != nil {
		events = append(events, Event{At: *d.attemptStartedAt, What: fmt.Sprintf("attempt %d began", d.Attempts)})
	}
	add := func(at *time.Time, what string) {
		if at != nil {
			events = append(events, Event{At: *at, What: what})
		}
	}
	add(d.attentionAt, "it needs a look: "+string(d.State))
	add(d.SentAt, "it is in Greenhouse")
	add(d.erasedAt, "its personal data was erased")
	for _, entry := range trail {
		who := entry.Actor
		what := entry.Action
		if entry.Reason != nil {
			what += ": " + *entry.Reason
		}
		events = append(events, Event{At: entry.At, What: what, Who: &who})
	}
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
	return events
}
