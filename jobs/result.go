package jobs

import (
	"encoding/json"
	"time"
)

// SchemaVersion is the contract that this package knows. Within it only optional fields are ever added.
const SchemaVersion = 1

// InterviewResult is everything about one interview as it stands now, never a change to it. Its zero fields are left out of the
// message; decisions and scores are pointers because false, and no score, are answers of their own.
type InterviewResult struct {
	SchemaVersion int    `json:"schema_version"` // 0 is sent as SchemaVersion
	OrgID         string `json:"org_id"`         // the company
	InterviewID   string `json:"interview_id"`   // with OrgID the idempotency key, for ever
	Version       int64  `json:"version"`        // raised in the transaction that changed the interview; the highest wins

	InterviewedAt time.Time   `json:"interviewed_at"`      // when the interview began
	TimeZone      string      `json:"time_zone,omitempty"` // IANA name; the day printed in the note is the day there
	Interviewer   Interviewer `json:"interviewer,omitzero"`

	InterviewerAdvances *bool `json:"interviewer_advances"` // nil: not answered
	CandidateContinues  *bool `json:"candidate_continues"`  // nil: not answered

	Candidate        Candidate `json:"candidate"`
	Scores           Scores    `json:"scores,omitzero"`
	FreeformFeedback string    `json:"freeform_feedback,omitempty"`

	Practice    bool   `json:"practice,omitempty"`    // never exported
	Job         string `json:"job,omitempty"`         // the role, as the company's job mapping names it
	Traceparent string `json:"traceparent,omitempty"` // W3C trace context; a malformed one is ignored
}

// Interviewer names who held the interview. Both fields may be empty.
type Interviewer struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
}

// Candidate names who was interviewed. ID is opaque and per company, since Greenhouse shows it. All else is needed, and should be
// given, only once both decisions are true; either FullName or FirstName and LastName will do.
type Candidate struct {
	ID        string `json:"id"`
	FullName  string `json:"full_name,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Email     string `json:"email,omitempty"`
	LinkedIn  string `json:"linkedin,omitempty"` // whatever the candidate typed: what is no profile address is left out when sending
}

// Scores are from 1 to 4, where 4 is best; nil is not scored.
type Scores struct {
	TechnicalSkills       *int `json:"technical_skills,omitempty"`
	CommunicationSkills   *int `json:"communication_skills,omitempty"`
	ProblemSolvingAbility *int `json:"problem_solving_ability,omitempty"`
}

// MarshalJSON writes the message that [Enqueue] hands over: SchemaVersion filled in, and a zero InterviewedAt left out. It checks
// nothing; see [Validate].
func (r InterviewResult) MarshalJSON() ([]byte, error) {
	if r.SchemaVersion == 0 {
		r.SchemaVersion = SchemaVersion
	}
	at := ""
	if !r.InterviewedAt.IsZero() {
		if _, offset := r.InterviewedAt.Zone(); offset%60 != 0 { // local mean times; RFC 3339 has no seconds there
			r.InterviewedAt = r.InterviewedAt.UTC()
		}
		at = r.InterviewedAt.Format(time.RFC3339Nano)
	}
	type plain InterviewResult // without this method
	return json.Marshal(struct {
		plain
		InterviewedAt string `json:"interviewed_at,omitempty"` // written by ourselves: time.Time refuses years that Validate names better
	}{plain(r), at})
}
