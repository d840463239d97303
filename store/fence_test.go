package store

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
)

func TestFence(t *testing.T) {
	t.Parallel()
	mine, other := uuid.New(), uuid.New()
	seven := int64(7)
	said := func(outcome Outcome) Settle { return Settle{Token: mine, Outcome: outcome, CandidateID: 7} }
	for name, c := range map[string]struct {
		o                      owner
		in                     Settle
		applies, late, doubled bool
	}{
		"ItsOwn":                       {owner{State: StateSending, Attempt: &mine}, said(OutcomeDead), true, false, false},
		"SaidAgain":                    {owner{State: StatePending, Attempt: &mine, Logged: true}, said(OutcomeAgain), false, false, false},
		"SentSaidAgain":                {owner{State: StateSent, Attempt: &mine, SentID: &seven, Logged: true}, said(OutcomeSent), false, false, false},
		"AnIDIsNeverDisbelieved":       {owner{State: StatePending, Attempt: &other, Logged: true}, said(OutcomeSent), true, true, false},
		"LateAnswerToItsUnknown":       {owner{State: StateUnknown, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeDead), true, true, false},
		"LateNoAnswerToItsUnknown":     {owner{State: StateUnknown, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeUnknown), false, true, false},
		"LateAnswerToAnothersUnknown":  {owner{State: StateUnknown, Attempt: &other}, said(OutcomeDead), false, true, false},
		"LateIDWhileAnotherSends":      {owner{State: StateSending, Attempt: &other}, said(OutcomeSent), true, true, false},
		"LateIDOfACancelled":           {owner{State: StateCancelled, Attempt: &mine, Logged: true, Silent: true}, said(OutcomeSent), true, true, false},
		"LateIDOfOneSentByAnother":     {owner{State: StateSent, Attempt: &other, SentID: new(int64)}, said(OutcomeSent), true, true, true},
		"LateIDOfTheSameCandidate":     {owner{State: StateSent, Attempt: &other, SentID: &seven}, said(OutcomeSent), true, true, false},
		"LateFailureWhileAnotherSends": {owner{State: StateSending, Attempt: &other}, said(OutcomeAgain), false, true, false},
		"NeverGranted":                 {owner{State: StateQueued}, said(OutcomeAgain), false, true, false},
	} {
		applies, late, doubled := fence(c.o, c.in)
		assert.Equal(t, []bool{c.applies, c.late, c.doubled}, []bool{applies, late, doubled}, name)
	}
}
