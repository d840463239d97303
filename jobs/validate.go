package jobs

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Validate returns nil for a result that [Enqueue] would hand over, and a [*ValidationError] with everything that is wrong otherwise.
func Validate(r InterviewResult) error {
	_, err := encode(r)
	return err
}

// encode writes the message and applies the one set of rules to what was written, as SQL will.
func encode(r InterviewResult) (string, error) {
	found := replaceUnstorable(&r)
	message, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("write interview result: %w", err)
	}
	_, err = Decode(message)
	var refused *ValidationError
	if errors.As(err, &refused) {
		for _, f := range refused.Fields {
			if !slices.ContainsFunc(found, func(g FieldError) bool { return g.Field == f.Field }) {
				found = append(found, f)
			}
		}
	}
	if len(found) > 0 {
		return "", &ValidationError{Fields: found}
	}
	return string(message), nil
}

// replaceUnstorable finds the texts that a Go string can hold and jsonb cannot, while their fields can still be named: the JSON
// encoder would replace invalid UTF-8 without a word. They become a mark, so that the other rules can be applied to the rest.
func replaceUnstorable(r *InterviewResult) []FieldError {
	var found []FieldError
	for _, t := range []struct {
		field string
		text  *string
	}{
		{"org_id", &r.OrgID},
		{"interview_id", &r.InterviewID},
		{"time_zone", &r.TimeZone},
		{"interviewer.name", &r.Interviewer.Name},
		{"interviewer.email", &r.Interviewer.Email},
		{"candidate.id", &r.Candidate.ID},
		{"candidate.full_name", &r.Candidate.FullName},
		{"candidate.first_name", &r.Candidate.FirstName},
		{"candidate.last_name", &r.Candidate.LastName},
		{"candidate.email", &r.Candidate.Email},
		{"candidate.linkedin", &r.Candidate.LinkedIn},
		{"freeform_feedback", &r.FreeformFeedback},
		{"job", &r.Job},
		{"traceparent", &r.Traceparent},
	} {
		switch {
		case !utf8.ValidString(*t.text):
			found = append(found, FieldError{t.field, "must be valid UTF-8"})
		case strings.ContainsRune(*t.text, 0):
			found = append(found, FieldError{t.field, "must not contain U+0000, which Postgres cannot store"})
		default:
			continue
		}
		*t.text = "?"
	}
	return found
}
