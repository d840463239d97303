package wording_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func TestAction_EveryActHasWords(t *testing.T) {
	t.Parallel()
	for _, action := range ledger.Actions {
		assert.NotEqual(t, string(action), wording.Action(action), "%q is shown by its name", action)
	}
	assert.Equal(t, "fly", wording.Action("fly"))
}

func TestCommand_EveryVerbHasOne(t *testing.T) {
	t.Parallel()
	for _, verb := range ledger.Verbs {
		assert.Contains(t, wording.Command(verb, 42), " 42 ", verb)
	}
	assert.Equal(t, "ghexport resolve 42 --absent --reason TEXT", wording.Command(ledger.VerbAbsent, 42))
}
