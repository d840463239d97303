package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ron is a user of acme's Greenhouse, Ron Weasley.
const ron = "ron@acme.example"

// TestSettings_FromNothingToOn is what a company's admin does who follows the guide, up to the candidate in Greenhouse.
func TestSettings_FromNothingToOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.start()
	b := s.browser("mia of acme")

	b.open("/orgs/acme/settings")
	b.sees("Off. Nothing is sent to Greenhouse.", "Configure > Users > your name", "Can manage ALL organization’s API Credentials",
		"Create New API Key", "interviewing.io as the client application", "Interviewed on interviewing.io by Interviewer Name on")
	b.axe()
	b.shot("settings-nothing")

	b.fill("“Created by” email", ron) // the key comes another day
	b.click("Test and save")
	b.sees("You can go on later", "Needs details: the API key is missing.")
	b.shot("settings-half")

	b.open("/orgs/acme/settings")
	b.fill("API key", acmeKey)
	b.click("Test and save")
	b.sees("Saved, and the test passed.", "Ready", "Candidates will look as if Ron Weasley added them", "Ron Weasley sees 2 open jobs", "set by mia of acme")
	b.seesNot(acmeKey)
	b.axe()
	b.shot("settings-ready")

	b.click("Turn on")
	b.click("Turn on now")
	b.sees("Turned on.", "On. Candidates will look as if Ron Weasley added them.")
	s.interview("acme", "iv_1", "")
	got := s.arrived(acmeKey, 1)
	assert.Equal(t, "Ada", got[0].FirstName)

	b.waitFor("Last candidate sent just now")
	b.axe()
	b.shot("settings-on")
	require.Equal(t, 200, b.open("/orgs/acme"))
	b.sees("On. Last candidate sent")
	b.axe()
	b.shot("company-on")
}

// TestSettings_WithoutScript goes the same way where no script runs.
func TestSettings_WithoutScript(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.start()
	s.interview("acme", "iv_early", "")
	b := s.browser("mia of acme").withoutScript()

	b.open("/orgs/acme/settings")
	b.fill("API key", "  "+acmeKey+" ")
	b.fill("“Created by” email", ron)
	b.fill("Time zone", "Asia/Tokyo")
	b.click("Show preview")
	b.sees("Added as a prospect")
	b.fill("API key", "  "+acmeKey+" ")
	b.click("Test connection")
	b.sees("The test passed", "Nothing is saved yet: paste the key again and save.")
	assert.Equal(t, "Asia/Tokyo", eval[string](b, `document.querySelector("#time_zone").value`), "nothing that was typed is lost")
	assert.Empty(t, eval[string](b, `document.querySelector("#key").value`), "a key is never shown again")
	b.fill("API key", acmeKey)
	b.click("Test and save")
	b.sees("Ready", "1 candidate waits")
	b.click("Turn on")
	b.click("Turn on now")
	b.sees("Choose one of the two: nothing was turned on.")
	b.shot("settings-ask")
	b.click("Send 1 They appear in Greenhouse within minutes.")
	b.click("Turn on now")
	b.sees("What waited is being sent.")
	s.arrived(acmeKey, 1)
}
