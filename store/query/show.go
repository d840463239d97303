package query

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// ExportDetail is all that is known about one export, under the names of `show --json`. It holds personal data.
type ExportDetail struct {
	ExportRow
	Version           int64         `json:"version"`
	InterviewedAt     time.Time     `json:"interviewed_at"`
	Advances          *bool         `json:"interviewer_advances"`
	Continues         *bool         `json:"candidate_continues"`
	Practice          bool          `json:"practice"`
	Job               *string       `json:"job"`
	FirstName         *string       `json:"first_name"`
	LastName          *string       `json:"last_name"`
	Email             *string       `json:"email"`
	LinkedIn          *string       `json:"linkedin"`
	Note              *string       `json:"note"`
	RiverJobID        *int64        `json:"river_job_id"`
	LaterNote         *string       `json:"later_note"`      // of a newer result that came after it was sent; never sent itself
	Answer            *store.Answer `json:"answer"`          // what Greenhouse last answered where it did not accept, in its own words
	HasNewerMessage   bool          `json:"newer_message"`   // one waits to be folded, or was kept aside
	Unsettled         *time.Time    `json:"unsettled_until"` // until when its last attempt may still tell how it ended
	ByWord            bool          `json:"by_word"`         // it is sent because a person said so, who may take that back
	Siblings          []Sibling     `json:"siblings"`
	Timeline          []Event       `json:"timeline"`
	AttemptLog        []AttemptRow  `json:"attempt_log"`
	committedAt       time.Time
	advancedAt        *time.Time
	continuedAt       *time.Time
	attemptStartedAt  *time.Time
	attemptInProgress bool
	answered          bool
	elsewhere         bool
	attentionAt       *time.Time
	erasedAt          *time.Time
	now               time.Time
}

// Ledger is the export as the verbs see it.
func (d *ExportDetail) Ledger() ledger.Export {
	return ledger.Export{
		ID: d.ID, State: d.State, Erased: d.erasedAt != nil, MayExist: slices.Contains(d.Flags, ledger.FlagMayExist),
		HasBody: d.Note != nil, HasAside: d.HasNewerMessage, Due: d.DueAt != nil, Unsettled: d.Unsettled,
		ByWord: d.ByWord, Answered: d.answered, Elsewhere: d.elsewhere,
	}
}

// Show reads one export with its person, note, history and attempts, or returns [store.ErrNotFound].
func (r Reader) Show(ctx context.Context, id int64) (*ExportDetail, error) {
	d := &ExportDetail{}
	row := r.reads.QueryRow(ctx, exportColumnsShown+`,
		       e.version, e.interviewed_at, e.interviewer_advances, e.candidate_continues, e.practice, e.job,
		       b.first_name, b.last_name, b.email, b.linkedin, b.note, l.note, e.job_id,
		       `+store.NewerMessage+` OR EXISTS (SELECT FROM ghexport.aside a WHERE a.export_id = e.id),
		       `+store.UnsettledUntil+`,
		       `+store.ByWordColumns+`, e.committed_at, e.advanced_at, e.continued_at, e.attempt_started_at, e.state = 'sending',
		       e.attention_at, e.erased_at, clock_timestamp()`+store.ExportsHeld+`
		  LEFT JOIN ghexport.bodies b ON b.id = e.body_id
		  LEFT JOIN ghexport.bodies l ON l.id = e.later_body_id
		 WHERE e.id = $1`, id)
	err := row.Scan(&d.ID, &d.OrgID, &d.InterviewID, &d.CandidateID, &d.State, &d.Cause, &d.Detail, &d.Flags, &d.Attempts,
		&d.CandidateGHID, &d.ApplicationID, &d.ProfileURL, &d.CreatedAt, &d.DueAt, &d.SentAt, &d.Held,
		&d.Version, &d.InterviewedAt, &d.Advances, &d.Continues, &d.Practice, &d.Job,
		&d.FirstName, &d.LastName, &d.Email, &d.LinkedIn, &d.Note, &d.LaterNote, &d.RiverJobID, &d.HasNewerMessage,
		&d.Unsettled, &d.ByWord, &d.answered, &d.elsewhere, &d.committedAt, &d.advancedAt, &d.continuedAt, &d.attemptStartedAt, &d.attemptInProgress, &d.attentionAt, &d.erasedAt, &d.now)
	if err != nil {
		return nil, fmt.Errorf("show export %d: %w", id, store.NotFound(err))
	}
	if d.Answer, err = store.OneAnswer(r.reads.Query(ctx, store.ReadAnswer, id)); err != nil {
		return nil, err
	}
	if d.AttemptLog, err = r.attempts(ctx, id, d.fieldsSent()); err != nil {
		return nil, err
	}
	siblings, err := r.siblingsOf(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	d.Siblings = siblings[id]
	d.Timeline, err = r.history(ctx, d)
	return d, err
}
