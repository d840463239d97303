package wording_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func TestHookEvents_EveryEventHasWords(t *testing.T) {
	t.Parallel()
	for n, e := range wording.HookEvents(ledger.HookActions) {
		assert.Equal(t, ledger.HookActions[n], e.Action)
		assert.NotEmpty(t, e.Named, e.Action)
		assert.NotEmpty(t, e.Does, e.Action)
	}
}
