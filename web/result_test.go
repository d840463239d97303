package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TestBrowser_NothingTypedIsLost comes back to a form whose session was over when it was sent.
func TestBrowser_NothingTypedIsLost(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.sendingCompany("acme")
	s.export("acme", "iv_1", ledger.StatePending, "")
	b := s.browser("kim")
	b.open("/orgs/acme")
	b.click("Pause")
	b.in("form[action$=pause]").fill("Reason", "mia@acme.example asked")
	s.exec("DELETE FROM ghexport.console_sessions")
	b.in("form[action$=pause]").click("Pause")
	b.sees("Please log in.")
	b.click("Log in, and go back to where you were")
	assert.Equal(t, "/login?next=%2Forgs%2Facme", b.path(), "what was typed is in no address")
	b.fill("Name", "kim")
	b.fill("Password", password)
	b.in("main").click("Log in")
	assert.Equal(t, "/orgs/acme", b.path())
	b.waitFor("What you typed is here again.")
	assert.Equal(t, "mia@acme.example asked", eval[string](b, `document.querySelector("#pause-reason").value`))
	b.axe()
	b.in("form[action$=pause]").click("Pause")
	b.sees("Paused. Nothing more is sent")
	assert.True(t, eval[bool](b, `document.activeElement.matches("#act [role=status]")`), "the result is where the act was, with the focus")
	b.open("/orgs/acme")
	assert.Empty(t, eval[string](b, `sessionStorage.getItem("ghexport-draft") ?? ""`), "and is kept no longer")
}
