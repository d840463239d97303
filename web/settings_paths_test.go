package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// connectAcme connects acme as if its admin had, with Ron Weasley as the user, and turns it on.
func (s *site) connectAcme() {
	s.t.Helper()
	c := store.ConnectionChange{Key: acmeKey, CreatedBy: ron, Enable: true}
	_, err := s.speaks.Save(s.t.Context(), "acme", c, store.By{Actor: "mia of acme", From: "test"})
	require.NoError(s.t, err)
}

// TestSettings_FailingPaths goes every wrong way that the guide warns of.
func TestSettings_FailingPaths(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser("mia of acme")
	b.open("/orgs/acme/settings")

	b.fill("API key", "a key with blanks")
	b.fill("“Created by” email", "ron at acme")
	b.fill("Time zone", "Mars/Olympus")
	b.click("Test and save")
	b.sees("Nothing was saved: 3 entries need a look.", "Must be an IANA name")
	assert.True(t, eval[bool](b, `document.activeElement.matches(".panel [role=alert]")`), "the focus is at what is wrong, in its section")
	b.in("[role=alert]").click("Time zone")
	assert.Equal(t, "time_zone", eval[string](b, `location.hash.slice(1)`))

	b.fill("Time zone", "Europe/Rome")
	b.fill("API key", "some-key-of-another-type")
	b.fill("“Created by” email", ron)
	b.click("Test and save")
	b.sees("The test failed, so nothing was saved.", "refused (401)", "Harvest", "Configure > Dev Center > API Credential Management", "paste it again")
	assert.Equal(t, ron, eval[string](b, `document.querySelector("#created_by").value`))
	assert.Equal(t, "Europe/Rome", eval[string](b, `document.querySelector("#time_zone").value`))
	assert.Empty(t, eval[string](b, `document.querySelector("#key").value`))
	b.axe()
	b.shot("settings-failed")

	b.fill("API key", "some-key-of-another-type")
	b.click("Save without a test") // to go on another day
	b.sees("Saved without a test.", "Needs details: key and email are saved, and no test has passed yet.")
	b.click("Test connection")
	b.sees("The test failed", "refused (401)")

	b.click("Replace key")
	b.fill("New API key", acmeKey)
	b.click("Save")
	b.sees("Saved, and the test passed.", "Ready")

	b.fill("“Created by” email", "nobody@acme.example")
	b.click("Save")
	b.sees("refused (401): the email", "Configure > Users")

	s.wait(time.Minute) // a few tests a minute are a company's
	s.sim.Plan(greenhousesim.Fault{On: "GET jobs", Status: http.StatusForbidden})
	b.fill("“Created by” email", ron)
	b.click("Test connection")
	b.sees("refused (403)", "ask a Site Admin")

	s.sim.Plan(greenhousesim.Fault{On: "GET current_user", Cut: greenhousesim.CutBefore})
	b.click("Test connection")
	b.sees("no answer", "https://status.greenhouse.io")

	b.fill("Whom we mail when something needs you", "mia@acme.example\n"+ron)
	b.click("Save")
	b.sees("Nothing was saved", "which need not have an inbox")
}

func TestSettings_ReplacesTheKey(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connectAcme()
	s.start()
	const newKey = "acme-ingestion-key-67890"
	account := greenhousesim.Account{Name: "acme", Key: newKey, Users: []greenhousesim.User{{Email: ron, Name: "Ron Weasley"}}}
	b := s.browser("mia of acme")

	b.open("/orgs/acme/settings")
	b.sees("On. Candidates will look as if Ron Weasley added them.", "…12345, set by mia of acme")
	b.click("Replace key")
	b.fill("New API key", newKey)
	b.click("Save")
	b.sees("The test failed, so nothing was saved.", "the new key", "…12345, set by mia of acme")
	b.shot("settings-key-refused")

	s.sim.AddAccount(account)
	b.fill("New API key", newKey)
	b.click("Save")
	b.sees("Saved, and the test passed.", "…67890, set by mia of acme", "On.")
	s.interview("acme", "iv_1", "")
	s.arrived(newKey, 1)
}

func TestSettings_TurnsOffAndOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connectAcme()
	s.start()
	b := s.browser("mia of acme")

	b.open("/orgs/acme/settings")
	b.click("Turn off")
	b.click("Turn off now")
	b.sees("Turned off.", "Paused by you. mia of acme turned it off just now.")
	s.interview("acme", "iv_dropped", "")
	b.open("/orgs/acme/settings")
	b.sees("1 candidate waits")
	b.click("Turn on")
	b.axe()
	b.shot("settings-off")
	b.click("Drop 1 They are not sent, and stay in the list of exports as cancelled.")
	b.click("Turn on now")
	b.sees("What waited was dropped", "On.")

	b.click("Turn off")
	b.click("Turn off now")
	s.interview("acme", "iv_sent", "")
	b.open("/orgs/acme/settings")
	b.click("Turn on")
	b.click("Send 1 They appear in Greenhouse within minutes.")
	b.click("Turn on now")
	b.sees("What waited is being sent.")
	got := s.arrived(acmeKey, 1)
	assert.Len(t, got, 1)
	assert.Equal(t, "cand_iv_sent", got[0].ExternalID)
}

// TestSettings_MapsRoles chooses all that there is to choose, with the preview following what is typed.
func TestSettings_MapsRoles(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connectAcme()
	s.export("acme", "iv_1", ledger.StateSent, ledger.CauseNone)
	s.exec("UPDATE ghexport.exports SET job = 'backend'")
	b := s.browser("mia of acme")

	b.open("/orgs/acme/settings")
	b.click("As candidates on a job By the role that they were interviewed for. A role without a job is sent as a prospect.")
	b.choose("backend 1 interview", "Backend Engineer")
	b.fill("Another role", "design")
	b.choose("Its job", "Designer")
	b.choose("Prospect pool and stage", "Interviewed › Contacted")
	b.choose("Preview for the role", "backend")
	b.waitFor("Added as a candidate on job 101")
	b.fill("Time zone", "Pacific/Kiritimati")
	b.click("Always the same person Who is named here.")
	b.click("Save")
	b.sees("Nothing was saved", "who gets the credit")
	b.fill("First name", "Minerva")
	b.fill("Last name", "McGonagall")
	b.fill("Email", "minerva@acme.example")
	b.click("Save")
	b.sees("Saved.", "1 person would be added as candidates")
	saved, err := s.store.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"backend": 101, "design": 102}, saved.JobMap)
	assert.Equal(t, int64(52), *saved.PoolStageID)
	assert.Equal(t, "McGonagall", saved.CreditTo.LastName)

	s.sim.CloseJob(acmeKey, 101)
	s.exec("UPDATE ghexport.integrations SET jobs_seen_at = jobs_seen_at - interval '1 hour'")
	b.open("/orgs/acme/settings")
	b.sees("Backend Engineer (closed)", "Closed in Greenhouse since")
	b.axe()
	b.shot("settings-mapped")

	s.exec("UPDATE ghexport.integrations SET revision = revision + 1") // somebody else saves
	b.click("Save")
	b.sees("Somebody else changed these settings")
}

// TestSettings_ByKeyboard is the main way for somebody who has no mouse.
func TestSettings_ByKeyboard(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser("mia of acme")
	b.open("/orgs/acme/settings")
	b.tabTo("API key")
	b.key(acmeKey)
	b.key(kb.Tab)
	b.key(ron)
	b.enter()
	b.sees("Ready")
	b.tabTo("Turn on")
	b.key(kb.Enter)
	b.tabTo("Turn on now")
	b.enter()
	b.sees("On. Candidates will look as if Ron Weasley added them.")
}
