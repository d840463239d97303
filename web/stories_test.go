package web_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TestStories are what people come to the console for, each with how many clicks it may cost them.
func TestStories(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with, withEdits(t))
	told := func(b *browser, most int) {
		b.t.Helper()
		t.Logf("%d clicks", *b.clicks)
		assert.LessOrEqual(b.t, *b.clicks, most, "clicks")
	}

	t.Run("ConnectsACompanyFromALinkWithTwoMistakes", func(t *testing.T) {
		b := s.browser("")
		b.open("/enter?token=" + s.link("initech", "mia@initech.example", 15*time.Minute))
		b.click("Continue")
		b.click("Enter key and email")
		b.fill("API key", acmeKey)
		b.fill("“Created by” email", "ron at acme")
		b.click("Test and save")
		b.sees("1 entry needs a look", "“Created by” email: Must be")
		b.fill("API key", "a-key-of-another-type")
		b.fill("“Created by” email", ron)
		b.click("Test and save")
		b.sees("The test failed, so nothing was saved.")
		b.fill("API key", acmeKey)
		b.click("Test and save")
		b.sees("Saved, and the test passed.")
		b.click("Turn on")
		b.click("Turn on now")
		b.sees("Turned on.")
		told(b, 9)
	})

	t.Run("ThreeInTheMorningAnd1500Dead", func(t *testing.T) {
		s.sendingCompany("massive")
		s.exec(`INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, detail, interviewed_at, interviewer_advances,
		               candidate_continues, practice, attention_at, attempts, failures, first_failed_at, committed_at, body_id)
		        SELECT 'massive', 'iv_' || n, 'cand_' || n, 5, '\x00', 'dead', 'payload.refused', 'custom_fields: is required', now(), true, true, false, now() - interval '1 minute', 1, 1,
		               now(), now(), n FROM generate_series(1, 1500) n`)
		b := s.browser("kim")
		b.open("/")
		b.sees("massive", "1,500")
		b.in("#overview").click("Company: massive")
		b.sees("On, 1,500 dead", "1,500 × custom_fields: is required")
		b.click("Plan a replay of 1,500")
		b.sees("1,500 exports of 1 company would go")
		b.fill("Why", "they made the field optional")
		b.click("Replay 1,500 exports")
		b.sees("0 of 1,500 settled", "they made the field optional")
		told(b, 6)
	})

	dead, doubt, waits := s.someLedger(digests)
	t.Run("ARecruiterAsks", func(t *testing.T) {
		b := s.browser("kim")
		b.open("/")
		b.fill("Find anything", "grace@example.com")
		b.click("Find")
		b.sees("iv_dead", "Dead")
		b.in("main").click("Why: interview iv_dead")
		b.sees("It was given up at attempt 2")
		told(b, 2)
	})

	t.Run("DecidesAnUnknownAndADuplicate", func(t *testing.T) {
		b := s.browser("mia of acme")
		b.open("/orgs/acme/decisions")
		card := b.in(fmt.Sprintf("#export-%d", doubt))
		card.click("It is there…")
		card.fill("Address of the profile in Greenhouse", "https://app.greenhouse.io/people/17")
		card.in(fmt.Sprintf("#export-%d details[open]", doubt)).click("It is there")
		b.in(fmt.Sprintf("#export-%d", waits)).click("Leave it…")
		b.in(fmt.Sprintf("#export-%d details[open]", waits)).click("Leave it")
		b.sees("Nothing waits for a decision")
		assert.Equal(t, []string{"sent", "cancelled"}, []string{s.state(doubt), s.state(waits)})
		told(b, 4)
	})

	t.Run("ErasesAPerson", func(t *testing.T) {
		b := s.browser("ada")
		b.open("/")
		b.in(".nav").click("Erase")
		b.fill("Candidate", "grace@example.com")
		b.click("Look what would go")
		b.sees("1 export", "iv_dead", "cancelled, and never sent")
		b.axe()
		b.shot("erase")
		b.fill("Reason", "PRIV-7")
		b.fill("Type 1 to go on", "1")
		b.click("Erase 1 export")
		b.sees("Erased: 1 export", "Request: PRIV-7", "was dead, is cancelled")
		b.seesNot("grace@")
		assert.Equal(t, "/erase/now", b.path())
		b.tap("Copy")
		told(b, 4)
		b.axe()
		b.shot("erased")
		var left int
		require.NoError(t, s.store.Pool.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.bodies WHERE email = 'grace@example.com'").Scan(&left))
		assert.Zero(t, left)
		assert.Equal(t, "cancelled", s.state(dead))
	})
}

func TestErase_Refuses(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	id := s.export("acme", "iv_1", ledger.StateSent, "")
	s.person(id, digests, "Grace", "Hopper", "grace@example.com")
	ada := s.as("ada")
	for says, fields := range map[string][]string{
		"Say whom":                   {"candidate", " ", "reason", "PRIV-1", "count", "1"},
		"Say why":                    {"candidate", "grace@example.com", "count", "1"},
		"Nothing was erased: type 1": {"candidate", "grace@example.com", "reason", "PRIV-1", "count", "2"},
		"names this candidate":       {"candidate", "nobody@example.com", "reason", "PRIV-1", "count", "2"},
	} {
		a := s.form("/erase/now", ada, fields...)
		assert.Equal(t, 422, a.StatusCode, says)
		assert.Contains(t, a.body, says)
	}
	a := s.form("/erase/now", s.as("kim"), "candidate", "grace@example.com", "reason", "PRIV-1", "count", "1")
	assert.Equal(t, 403, a.StatusCode, "only admins erase")
	a = s.form("/erase/now", ada, "candidate", "grace@example.com", "reason", "PRIV-1", "count", "1")
	assert.Equal(t, 200, a.StatusCode)
	assert.Contains(t, a.body, "Please delete this profile there")
	assert.Contains(t, a.body, "https://app.greenhouse.io/people/7")
	assert.NotContains(t, a.body, "grace@")
}
