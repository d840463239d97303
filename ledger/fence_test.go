package ledger

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

func TestFence(t *testing.T) {
	t.Parallel()
	mine, other := uuid.New(), uuid.New()
	seven := int64(7)
	said := func(outcome Outcome) Answer {
		return Answer{Token: mine, Outcome: outcome, CandidateID: 7}
	}
	for name, c := range map[string]struct {
		o                      Owner
		in                     Answer
		applies, late, doubled bool
	}{
		"ItsOwn":                       {Owner{State: StateSending, Attempt: &mine}, said(OutcomeDead), true, false, false},
		"SaidAgain":                    {Owner{State: StatePending, Attempt: &mine, Logged: true}, said(OutcomeAgain), false, false, false},
		"SentSaidAgain":                {Owner{State: StateSent, Attempt: &mine, SentID: &seven, Logged: true}, said(OutcomeSent), false, false, false},
		"AnIDIsNeverDisbelieved":       {Owner{State: StatePending, Attempt: &other, Logged: true}, said(OutcomeSent), true, true, false},
		"LateAnswerToItsUnknown":       {Owner{State: StateUnknown, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeDead), true, true, false},
		"LateNoAnswerToItsUnknown":     {Owner{State: StateUnknown, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeUnknown), false, true, false},
		"LateAnswerToAnothersUnknown":  {Owner{State: StateUnknown, Attempt: &other}, said(OutcomeDead), false, true, false},
		"LateIDWhileAnotherSends":      {Owner{State: StateSending, Attempt: &other}, said(OutcomeSent), true, true, false},
		"LateIDOfACancelled":           {Owner{State: StateCancelled, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeSent), true, true, false},
		"LateIDOfOneSentByAnother":     {Owner{State: StateSent, Attempt: &other, SentID: new(int64)}, said(OutcomeSent), true, true, true},
		"LateIDOfTheSameCandidate":     {Owner{State: StateSent, Attempt: &other, SentID: &seven}, said(OutcomeSent), true, true, false},
		"LateFailureWhileAnotherSends": {Owner{State: StateSending, Attempt: &other}, said(OutcomeAgain), false, true, false},
		"NeverGranted":                 {Owner{State: StateQueued}, said(OutcomeAgain), false, true, false},
	} {
		applies, late, doubled := Fence(c.o, c.in)
		assert.Equal(t, []bool{c.applies, c.late, c.doubled}, []bool{applies, late, doubled}, name)
	}
}
