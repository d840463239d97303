package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func TestCompanies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser("kim")

	b.open("/orgs")
	b.sees("No company is connected yet")
	b.axe()
	b.shot("orgs-none")

	s.connectAcme()
	s.export("globex", "iv_waits", ledger.StatePending, ledger.CauseNone) // nobody connected it
	s.export("acme", "iv_refused", ledger.StatePending, ledger.CauseNone)
	s.exec(`UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now(), hold_detail = 'Invalid Basic Auth credentials', probe_at = now() + interval '1 minute'
		WHERE org_id = 'acme'`)
	s.exec(`INSERT INTO ghexport.notices (key, kind, org_id, since, waiting, channel, recipient, state, detail)
		VALUES ('h1', 'broken', 'acme', now(), 1, 'mail', 'mia@acme.example', 'dead', 'the mailbox is full'),
		       ('h2', 'refusals', 'acme', now(), 1, 'mail', 'oncall@example.com', 'sent', NULL)`)
	b.open("/orgs")
	b.sees("acme", "globex", "Greenhouse rejects the key", "The company is not turned on.", "On, refused")
	b.axe()
	b.shot("orgs")
	b.click("1 Refused")
	b.sees("acme")
	b.seesNot("globex")
	b.fill("Name", "xyz")
	b.click("Find companies")
	b.sees("No company is like that with “xyz” in its name.")
	assert.Equal(t, http.StatusBadRequest, b.open("/orgs?state=nonsense"))

	b.open("/orgs/acme")
	b.sees("On, and waiting. Greenhouse refuses our sign-in", "1 candidate waits; none is lost", "Invalid Basic Auth credentials", "When Greenhouse refused the key",
		"What we wrote", "Greenhouse began to refuse us", "mia@acme.example", "the mailbox is full")
	b.axe()
	b.shot("company-refused")
	b.click("Probe now")
	b.in("form[action$=probe]").fill("Reason", "mia has asked")
	b.in("form[action$=probe]").click("Probe now")
	b.sees("Greenhouse is asked at once")
	b.click("Pause")
	b.in("form[action$=pause]").fill("Reason", "they move to another tenant")
	b.in("form[action$=pause]").click("Pause")
	b.sees("Paused.", "Paused by us")
	b.click("Resume")
	b.in("form[action$=resume]").fill("Reason", "moved")
	b.in("form[action$=resume]").click("Resume")
	b.sees("Going on.")
	b.click("Link for their people")
	b.fill("For whom", "mia@acme.example")
	b.in("form[action$=link]").fill("Reason", "new key")
	b.click("Make the link")
	b.sees("Whoever has this link gets in", "http://example.com/enter?token=")
	b.axe()
	b.shot("company-link")
	b.tap("Copy")
	b.waitFor("Copied")

	b.open("/orgs/globex/settings") // ours may set a company's key, and say so
	b.fill("“Created by” email", ron)
	b.click("Test and save")
	b.sees("You can go on later")
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Org: "globex"})
	require.NoError(t, err)
	require.NotEmpty(t, trail)
	assert.Equal(t, "kim", trail[0].Actor)
	trail, err = query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Org: "acme", Actor: "kim"})
	require.NoError(t, err)
	var acts []string
	for _, entry := range trail {
		acts = append(acts, string(entry.Action)+": "+*entry.Reason)
	}
	assert.Equal(t, []string{"org link: new key", "org resume: moved", "org pause: they move to another tenant", "org probe: mia has asked"}, acts)

	val := s.browser("val")
	val.open("/orgs/acme/settings")
	val.sees("Your role reads only.", "…12345", ron)
	assert.Zero(t, eval[int](val, `document.querySelectorAll("main form").length`), "a viewer sees no forms")
	val.axe()
	val.shot("settings-viewer")
	val.open("/orgs/acme")
	assert.Zero(t, eval[int](val, `document.querySelectorAll("main form[method=post]").length`))

	mia := s.browser("mia of acme")
	mia.open("/orgs/acme")
	mia.sees("Greenhouse refuses our sign-in", "Is somebody missing in Greenhouse?")
	mia.sees("What we wrote", "mia@acme.example")
	mia.seesNot("Probe", "kim", "Runbook", "they move to another tenant", "the mailbox is full", "oncall@example.com")
	mia.axe()
	mia.shot("company-mia")
	assert.Equal(t, http.StatusNotFound, mia.open("/orgs/globex/settings"))
	mia.sees("There is no such page.")
}
