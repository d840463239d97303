package connections

import (
	"context"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

// Preview returns what would be sent under a company's choices with a change not saved yet, made by the very code that sends. The interview
// is made up; it began at 02:00 UTC today and names no time zone, so that the company's decides the day. It may return every
// [*store.SettingError] joined.
func (c *Connections) Preview(ctx context.Context, org string, draft store.Settings, role string) (store.Preview, error) {
	i, err := c.company(ctx, org)
	if err != nil {
		return store.Preview{}, err
	}
	createdBy := ""
	if i.CreatedBy != nil {
		createdBy = *i.CreatedBy
	}
	chosen, err := draft.Apply(i.Choices, createdBy)
	if err != nil {
		return store.Preview{}, err
	}
	return Preview(chosen, role, time.Now().UTC().Truncate(24*time.Hour).Add(2*time.Hour))
}

func Preview(chosen store.Choices, role string, at time.Time) (store.Preview, error) {
	zone := ""
	if chosen.TimeZone != nil {
		zone = *chosen.TimeZone
	}
	interview := MadeUp(at, role)
	text, err := render.Render(interview, zone, chosen.NoteFormat)
	if err != nil {
		return store.Preview{}, fmt.Errorf("render the preview: %w", err)
	}
	notes, err := notesOf(interview, zone, text.NoteFormat)
	if err != nil {
		return store.Preview{}, err
	}
	granted := &store.Granted{
		CandidateID: interview.Candidate.ID,
		Body: ledger.Body{
			FirstName: text.FirstName, LastName: text.LastName, Email: text.Email, LinkedIn: text.LinkedIn, Note: text.Note,
			NoteFormat: text.NoteFormat, InterviewerName: interview.Interviewer.Name, InterviewerEmail: interview.Interviewer.Email,
		},
		Company: chosen.Sender(role),
	}
	request, err := render.Candidate(granted).Body()
	if err != nil {
		return store.Preview{}, err
	}
	return store.Preview{Role: role, As: addedAs(granted.Company), Note: text.Note, Notes: notes, Request: string(request)}, nil
}

// notesOf is the note of an interview in each format.
func notesOf(interview jobs.InterviewResult, zone string, chosen int) ([]store.PreviewNote, error) {
	var notes []store.PreviewNote
	for _, format := range ledger.NoteFormats {
		text, err := render.Render(interview, zone, format)
		if err != nil {
			return nil, fmt.Errorf("render the preview: %w", err)
		}
		notes = append(notes, store.PreviewNote{Format: format, Chosen: format == chosen, Note: text.Note})
	}
	return notes, nil
}

// MadeUp is a successful interview of nobody.
func MadeUp(at time.Time, role string) jobs.InterviewResult {
	yes := true
	score := func(n int) *int { return &n }
	return jobs.InterviewResult{
		OrgID: "preview", InterviewID: "preview", InterviewedAt: at, Job: role, InterviewerAdvances: &yes, CandidateContinues: &yes,
		Interviewer: jobs.Interviewer{Name: "Interviewer Name", Email: "interviewer@example.com"},
		Candidate: jobs.Candidate{
			ID: "cand_example", FullName: "Ada Lovelace", Email: "ada@example.com", LinkedIn: "https://www.linkedin.com/in/ada-lovelace",
		},
		Scores:           jobs.Scores{TechnicalSkills: score(4), CommunicationSkills: score(3), ProblemSolvingAbility: score(3)},
		FreeformFeedback: "Really good overall!",
	}
}

// addedAs says as what somebody is added.
func addedAs(to store.Sender) string {
	switch {
	case to.JobID != nil:
		return fmt.Sprintf("as a candidate on job %d", *to.JobID)
	case to.PoolID != nil && to.StageID != nil:
		return fmt.Sprintf("as a prospect in pool %d, at stage %d", *to.PoolID, *to.StageID)
	case to.PoolID != nil:
		return fmt.Sprintf("as a prospect in pool %d", *to.PoolID)
	}
	return "as a prospect"
}
