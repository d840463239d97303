package web_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// someLedger has an export of every kind that the pages tell apart, and one with a history.
func (s *site) someLedger(digests *seal.Digests) (dead, doubt, waits int64) {
	s.t.Helper()
	s.exec("INSERT INTO ghexport.integrations (org_id) VALUES ('acme')")
	_, waits = s.twins("acme", "twin", digests)
	doubt = s.doubt("acme", "iv_doubt", digests)
	dead = s.export("acme", "iv_dead", ledger.StateDead, ledger.CausePayloadRefused)
	s.person(dead, digests, "Grace", "Hopper", "grace@example.com")
	s.export("acme", "iv_no", ledger.StateIneligible, ledger.CauseDecisionNo)
	s.exec("UPDATE ghexport.exports SET candidate_continues = false WHERE interview_id = 'iv_no'")
	s.export("acme", "iv_gone", ledger.StateCancelled, ledger.CauseDiscarded)
	s.export("globex", "iv_held", ledger.StatePending, "")
	s.exec(`UPDATE ghexport.exports SET detail = 'emails: is invalid', attempts = 2, flags = '{name_padded,resent_after_5xx}', job = 'backend-engineer',
	        advanced_at = now() - interval '3 hours', continued_at = now() - interval '2 hours', created_at = now() - interval '3 hours' WHERE id = $1`, dead)
	s.exec(`INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause, status, detail, next_at, budget_limit, budget_remaining, credential_version)
	        VALUES (gen_random_uuid(), $1, 1, now() - interval '2 h', now() - interval '119 min', 'again', 'greenhouse.down', 503, 'try later', now() - interval '110 min', 50, 49, 3),
	               (gen_random_uuid(), $1, 2, now() - interval '110 min', now() - interval '110 min' + interval '400 ms', 'dead', 'payload.refused', 422, 'emails: is invalid', NULL, 50, 12, 3)`, dead)
	return dead, doubt, waits
}

func TestBrowser_OnCallFindsAndFixes(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	b := s.browser("kim")
	b.open("/exports")
	b.sees("There are no exports yet.")
	b.axe()
	dead, _, _ := s.someLedger(digests)

	b.open("/exports")
	b.sees("iv_dead", "iv_held", "Greenhouse refused what was sent")
	b.seesNot("Hopper", "grace@")
	b.axe()
	b.shot("exports")
	b.fill("Search", "grace@example.com")
	b.click("Search")
	b.sees("Your search found 1 export.", "iv_dead")
	assert.Equal(t, fmt.Sprintf("/exports?found=%d", dead), b.path(), "the address holds no person")
	b.click(fmt.Sprint(dead))

	b.sees("A dead letter: Greenhouse refused what was sent.", "The interviewer said yes", "The candidate said yes", "next try at", "12 of 50 left", "G••• H•••")
	b.axe()
	b.shot("export")
	b.fill("Why you look", "ticket 7")
	b.click("Show")
	b.sees("Grace Hopper", "grace@example.com", "the note of Grace")
	b.axe()
	b.shot("export-shown")
	b.click("Send it again…")
	b.in("details[open]").fill("Reason", "fixed in the product")
	b.shot("export-replay")
	b.in("details[open]").click("Send it again")
	b.sees("Done: it is due now", "Sent again by hand: fixed in the product")
	b.seesNot("Grace Hopper")
	b.axe()

	b.open("/why?q=iv_no")
	b.sees("here it ends")
	b.axe()
	b.shot("why")
	b.open("/exports/4711")
	b.sees("There is no such export.")
	b.axe()
}

func TestBrowser_ACompanyDecides(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	_, doubt, waits := s.someLedger(digests)
	b := s.browser("mia of acme").withoutScript()

	b.open("/orgs/acme/exports")
	b.sees("Grace Hopper", "iv_doubt")
	b.seesNot("iv_held")
	b.shot("company-exports")
	b.click("Decisions")
	b.sees("Kid Ory", "iv_doubt@example.com", "Open in Greenhouse")
	b.shot("company-decisions")
	card := b.in(fmt.Sprintf("#export-%d", doubt))
	card.click("It is there…")
	card.fill("Address of the profile in Greenhouse", "https://app.greenhouse.io/people/17")
	card.in(fmt.Sprintf("#export-%d details[open]", doubt)).click("It is there")
	b.sees("Done: 1 export is found in Greenhouse.")
	assert.Equal(t, "sent", s.state(doubt))
	card = b.in(fmt.Sprintf("#export-%d", waits))
	card.click("Create a second profile…")
	card.in(fmt.Sprintf("#export-%d details[open]", waits)).click("Create a second profile")
	b.sees("Nothing waits for a decision")
	assert.Equal(t, "pending", s.state(waits))
	b.open("/orgs/acme/why")
	b.fill("Interview, or the candidate’s email or id", "grace@example.com")
	b.click("Ask")
	b.sees("It was given up at attempt 2")
}

func TestBrowser_DecidesAllAtOnce(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	s.someLedger(digests)
	_, other := s.twins("globex", "other", digests)
	b := s.browser("ada")
	b.open("/decisions")
	b.axe()
	b.shot("decisions")
	b.click("Leave all 2 duplicates…")
	b.sees("This concerns 2 exports")
	b.axe()
	b.shot("decide")
	b.fill("Reason", "they know these people")
	b.fill("Type 2 to go on", "2")
	b.click("Leave it")
	b.sees("Done: 2 exports are ended.")
	assert.Equal(t, "cancelled", s.state(other))

	reads := s.browser("val")
	reads.open("/decisions")
	reads.sees("Your role only reads.")
	reads.axe()
	reads.open("/decisions/all?answer=skip&state=duplicate")
	reads.sees("which only reads")
	company := s.browser("mia of acme")
	company.open("/orgs/acme/decisions")
	company.axe()
	company.open("/orgs/acme/exports")
	company.axe()
}
