package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// TestPrivacy is what a company's admin chooses about its notes and its personal data.
func TestPrivacy(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	s.connectAcme()
	old := s.export("acme", "iv_old", ledger.StateDead, ledger.CausePayloadRefused)
	s.person(old, digests, "Ada", "Lovelace", "ada@example.com")
	s.exec("UPDATE ghexport.bodies SET created_at = now() - interval '40 days' WHERE id = (SELECT body_id FROM ghexport.exports WHERE id = $1)", old)
	b := s.browser("mia of acme")

	t.Run("ChoosesTheLayoutOfTheNote", func(t *testing.T) {
		b.open("/orgs/acme/settings")
		b.sees("1. Blank lines between, the scale in the first line chosen", "2. A short first line, and bullets")
		note := func(format string) string {
			return eval[string](b, `document.querySelector("#note-`+format+`").textContent`)
		}
		assert.Contains(t, note("1"), " (all numeric scores out of 4, where 4 is best):\n\nTechnical skills: 4\n\nCommunication skills: 3\n\n")
		assert.Regexp(t, `^Interviewed on interviewing.io by Interviewer Name on [0-9/]+:\n• Technical skills: 4\n• Communication skills: 3\n`+
			`• Problem-solving ability: 3\n• Freeform feedback: "Really good overall!"$`, note("2"))
		b.click("A short first line, and bullets Shorter. That scores go up to 4 is said nowhere in it.")
		b.waitFor("2. A short first line, and bullets chosen")
		b.axe()
		b.shot("settings-note")
		b.click("Save all")
		b.sees("Saved.", "2. A short first line, and bullets chosen")
		saved, err := s.store.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, 2, saved.NoteFormat)
	})
	t.Run("ChoosesForHowLongPeopleAreKept", func(t *testing.T) {
		b.sees("Empty: 365 days.", "Kept 365 days, as for every company that sets nothing else. The oldest that is held is from")
		b.fill("Keep what was sent about people for so many days", "3")
		b.click("Save all")
		b.sees("Nothing was saved: 1 entry needs a look.", "Must be 7 to 3650.")
		b.fill("Keep what was sent about people for so many days", "30")
		b.waitFor("2. A short first line, and bullets chosen") // the preview is there again, and the button where it stays
		b.click("Save all")
		b.sees("Saved.", "Kept 30 days. The oldest that is held is from", "1 export is past it and stays until somebody decides, or it is sent: 1 dead.")
		b.axe()
		b.shot("settings-people")
		b.fill("Keep what was sent about people for so many days", "")
		b.click("Save all")
		b.sees("Saved.", "as for every company that sets nothing else")
	})
	t.Run("HearsBackByWebhook", func(t *testing.T) {
		b.open("/orgs/acme/settings")
		b.sees("Hear back from Greenhouse", "http://example.com/hooks/greenhouse/acme", "none yet")
		b.click("How to set webhooks up in Greenhouse")
		b.sees("Configure > Dev Center > Web Hooks", "Can manage and configure web hooks", "Candidate has been merged")
		b.click("Make a secret")
		b.click("Make a secret now")
		b.sees("The new secret, shown this once", "Configure > Dev Center > Web Hooks") // the steps beside it are open
		first := b.text("#webhook-secret")
		assert.Len(t, first, 43)
		const event = `{"action":"candidate_stage_change","payload":{"application":{"id":3,"candidate":{"id":4}}}}`
		heard := func(secret, id string) {
			require.Equal(t, http.StatusOK, s.ask("POST", hookPath, event, signedBy(secret, id, event)).StatusCode)
			_, err := webhooks.In(s.store).WorkEvents(t.Context(), "acme", 0, nil)
			require.NoError(t, err)
			b.open("/orgs/acme/settings")
			b.sees("Last event", ", candidate_stage_change")
			b.seesNot(secret)
		}
		heard(first, "1")
		b.click("Make another secret")
		b.click("Make another secret now")
		second := b.text("#webhook-secret")
		assert.NotEqual(t, first, second)
		b.sees("; the one before counts until ")
		b.axe()
		b.shot("settings-webhook")
		heard(first, "2")
		heard(second, "3")
		require.Equal(t, http.StatusUnauthorized, s.ask("POST", hookPath, event, signedBy("another", "4", event)).StatusCode)
		b.open("/orgs/acme/settings")
		b.sees("Wrong signature", "1, the last on ")
		b.seesNot("The runbook")
		b = s.browser("val")
		b.open("/orgs/acme/settings")
		b.in("[aria-labelledby=webhook]").click("The runbook")
		b.sees("A company's Greenhouse tells us nothing, is refused, or is not understood.")
		b.open("/orgs/acme/settings")
		b.sees("Kept 365 days, as for every company", "A short first line, and bullets")
	})
	t.Run("ShowsAllThatIsHeld", func(t *testing.T) {
		b := s.browser("kim")
		b.open("/")
		b.in(".nav").click("What is held")
		b.seesNot("Erase a person", "Look what would go")
		b.axe()
		b.fill("Person", "nobody@example.com")
		b.fill("Why you ask", "PRIV-9")
		b.click("Show what is held")
		b.sees("Nothing is held about this person.")
		b.fill("Person", " ADA@example.com")
		b.fill("Why you ask", "PRIV-9")
		b.click("Show what is held")
		b.sees("exports 1 row, each an interview in the ledger", "bodies 1 row, each what is or was to be sent", "Lovelace", "ada@example.com", "Left out: digests")
		assert.Equal(t, "/erase/held", b.path())
		b.axe()
		b.shot("held")
		assert.Equal(t, 1, s.audits("held")-1, "each time is recorded")
		s.browser("ada").open("/erase")
	})
	t.Run("SendsItAsAFile", func(t *testing.T) {
		kim := s.as("kim")
		a := s.form("/erase/held", kim, "candidate", "ada@example.com", "reason", "PRIV-9", "as", "json")
		assert.Equal(t, `attachment; filename="held.json"`, a.Header.Get("Content-Disposition"))
		assert.Contains(t, a.body, `"table": "bodies"`)
		assert.Contains(t, a.body, `"email": "ada@example.com"`)
		assert.NotContains(t, a.body, "kim")
		for want, fields := range map[string][]string{
			"Say why, for whoever asks later.": {"candidate", "ada@example.com"}, "Say whom": {"reason", "PRIV-9"},
		} {
			a := s.form("/erase/held", kim, fields...)
			assert.Equal(t, 422, a.StatusCode)
			assert.Contains(t, a.body, want)
		}
		assert.Equal(t, 403, s.form("/erase/held", s.as("val"), "candidate", "ada@example.com", "reason", "x").StatusCode, "who may not reveal may not ask")
		assert.Equal(t, 404, s.form("/erase/held", s.asCompany("acme"), "candidate", "ada@example.com", "reason", "x").StatusCode)
	})
	t.Run("TellsACompanysAdminOfItsOwn", func(t *testing.T) {
		before := s.audits("held")
		b := s.browser("mia of acme")
		b.open("/orgs/acme/people")
		b.click("What is held about one of them")
		b.fill("Person", "nobody@example.com")
		b.click("Show what is held")
		b.sees("Nothing is held about this person.")
		b.fill("Person", "ada@example.com")
		b.click("Show what is held")
		b.sees("exports 1 row, each an interview in the ledger", "Lovelace", "Left out: digests")
		assert.Equal(t, "/orgs/acme/held", b.path())
		b.axe()
		b.shot("company-held")
		assert.Equal(t, before+2, s.audits("held"))
		for who, status := range map[string]int{"val": 403, "kim": 422} {
			assert.Equal(t, status, s.form("/orgs/acme/held", s.as(who), "candidate", "ada@example.com").StatusCode, who)
		}
		assert.Equal(t, 404, s.form("/orgs/acme/held", s.asCompany("globex"), "candidate", "ada@example.com").StatusCode, "another company's admin")
		assert.Equal(t, 404, s.form("/orgs/acme/held", s.asRecruiter("acme", "rita"), "candidate", "ada@example.com").StatusCode, "a recruiter")
		a := s.form("/orgs/acme/held", s.asCompany("acme"), "candidate", "ada@example.com", "as", "json")
		assert.Contains(t, a.body, `"email": "ada@example.com"`)
		assert.NotContains(t, a.body, `"audit"`)
	})
}
