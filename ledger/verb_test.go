package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestAllowed(t *testing.T) {
	t.Parallel()
	later := time.Now()
	for name, c := range map[string]struct {
		export ledger.Export
		want   []ledger.Verb
	}{
		"Ineligible":           {ledger.Export{State: ledger.StateIneligible}, nil},
		"Pending":              {ledger.Export{State: ledger.StatePending, HasBody: true}, []ledger.Verb{ledger.VerbDiscard}},
		"Queued":               {ledger.Export{State: ledger.StateQueued, HasBody: true}, nil},
		"Sending":              {ledger.Export{State: ledger.StateSending, HasBody: true}, nil},
		"Sent":                 {ledger.Export{State: ledger.StateSent, HasBody: true}, nil},
		"SentByWord":           {ledger.Export{State: ledger.StateSent, HasBody: true, ByWord: true}, []ledger.Verb{ledger.VerbPresent, ledger.VerbAbsent}},
		"SentByWordAnswered":   {ledger.Export{State: ledger.StateSent, HasBody: true, ByWord: true, Answered: true}, []ledger.Verb{ledger.VerbPresent}},
		"SentByWordElsewhere":  {ledger.Export{State: ledger.StateSent, HasBody: true, ByWord: true, Elsewhere: true}, []ledger.Verb{ledger.VerbPresent}},
		"SentByWordUnsettled":  {ledger.Export{State: ledger.StateSent, HasBody: true, ByWord: true, Unsettled: &later}, []ledger.Verb{ledger.VerbPresent}},
		"SentByAnAnswer":       {ledger.Export{State: ledger.StateSent, HasBody: true, Answered: true}, nil},
		"ProfileTaken":         {ledger.Export{State: ledger.StateUnknown, HasBody: true, TakenBy: 7}, []ledger.Verb{ledger.VerbAbsent, ledger.VerbSkip}},
		"ProfileNamedAgain":    {ledger.Export{State: ledger.StateSent, HasBody: true, ByWord: true, Named: true}, []ledger.Verb{ledger.VerbAbsent}},
		"Unknown":              {ledger.Export{State: ledger.StateUnknown, HasBody: true}, []ledger.Verb{ledger.VerbPresent, ledger.VerbAbsent, ledger.VerbSkip}},
		"UnknownUnsettled":     {ledger.Export{State: ledger.StateUnknown, HasBody: true, Unsettled: &later}, []ledger.Verb{ledger.VerbPresent, ledger.VerbSkip}},
		"Duplicate":            {ledger.Export{State: ledger.StateDuplicate, HasBody: true}, []ledger.Verb{ledger.VerbCreate, ledger.VerbSkip}},
		"Dead":                 {ledger.Export{State: ledger.StateDead, HasBody: true}, []ledger.Verb{ledger.VerbReplay, ledger.VerbEdit, ledger.VerbDiscard}},
		"DeadWithoutData":      {ledger.Export{State: ledger.StateDead}, []ledger.Verb{ledger.VerbDiscard}},
		"Cancelled":            {ledger.Export{State: ledger.StateCancelled, HasBody: true}, []ledger.Verb{ledger.VerbReplay, ledger.VerbEdit}},
		"CancelledMayExist":    {ledger.Export{State: ledger.StateCancelled, HasBody: true, MayExist: true}, []ledger.Verb{ledger.VerbPresent, ledger.VerbAbsent}},
		"DroppedBeforeFold":    {ledger.Export{State: ledger.StateCancelled, HasAside: true}, []ledger.Verb{ledger.VerbReplay}},
		"CancelledWithoutData": {ledger.Export{State: ledger.StateCancelled}, nil},
		"Erased":               {ledger.Export{State: ledger.StateCancelled, Erased: true}, nil},
	} {
		assert.Equal(t, c.want, ledger.Allowed(c.export), name)
	}
}

func TestVerb_EveryStateIsJudged(t *testing.T) {
	t.Parallel()
	for _, verb := range append([]ledger.Verb{ledger.VerbRetry, ledger.VerbBackfill}, ledger.Verbs...) {
		assert.Contains(t, ledger.Actions, verb.Action(), "%s has no act", verb)
		for _, state := range ledger.States {
			move, refusal := verb.Judge(ledger.Export{State: state, HasBody: true})
			assert.NotEqual(t, move.To == "", refusal == "", "%s of %s: a move or a refusal", verb, state)
		}
	}
	for _, cause := range ledger.CausesOf(ledger.StateIneligible) {
		_, refusal := ledger.VerbBackfill.Judge(ledger.Export{State: ledger.StateIneligible, Cause: cause})
		assert.NotEmpty(t, refusal, "back-fill of what is ineligible for %s", cause)
	}
	_, refusal := ledger.Verb("fly").Judge(ledger.Export{State: ledger.StateDead})
	assert.NotEmpty(t, refusal)
}
