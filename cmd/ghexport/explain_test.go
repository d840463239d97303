package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/docs"
	"github.com/interviewing-io/greenhouse-export/ledger"
)

// seen are the pages of what somebody sees without any export having a cause.
var seen = []string{"doubled", "missing", "privacy", "silence", "source", "stuck", "tracking", "webhook"}

func TestRunbook_EveryCauseHasAPageAndEveryPageACause(t *testing.T) {
	t.Parallel()
	var want, have []string
	for _, cause := range ledger.Causes {
		want = append(want, string(cause))
	}
	for _, page := range docs.Runbook() {
		have = append(have, page.Name)
	}
	assert.ElementsMatch(t, append(want, seen...), have)
	assert.True(t, slices.IsSorted(seen))
}
