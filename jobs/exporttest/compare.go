package exporttest

import (
	"bytes"
	"encoding/json"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// same tells whether two results make the same message, their traces aside.
func same(a, b jobs.InterviewResult) bool {
	a.Traceparent, b.Traceparent = "", ""
	one, err := json.Marshal(a)
	other, otherErr := json.Marshal(b)
	return err == nil && otherErr == nil && bytes.Equal(one, other)
}

// vanished tells whether a decision that was answered before is unanswered now.
func vanished(before, now jobs.InterviewResult) bool {
	return before.InterviewerAdvances != nil && now.InterviewerAdvances == nil || before.CandidateContinues != nil && now.CandidateContinues == nil
}
