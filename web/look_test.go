package web_test

import (
	"testing"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TestLook looks at the pages that have no test of their own.
func TestLook(t *testing.T) {
	t.Parallel()
	s := setup(t)
	dead := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)
	s.export("acme", "iv_2", ledger.StateDuplicate, ledger.CauseDuplicatePossible)
	s.export("globex", "iv_3", ledger.StatePending, "")
	b := s.browser("ada")
	for _, page := range []struct{ path, says, name string }{
		{"/", "Overview", "overview"}, {exportPath(dead), "A dead letter", "export"}, {"/nothing", "There is no such page.", "nothing"},
	} {
		b.open(page.path)
		b.sees(page.says)
		b.axe()
		b.shot(page.name)
	}
	b = s.browser("")
	b.open("/login")
	b.axe()
	b.shot("login")
}
