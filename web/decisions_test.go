package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
)

// twins puts an export that was sent into the ledger, and one of the same person that waits for a decision.
func (s *site) twins(org, name string, digests *seal.Digests) (sent, waits int64) {
	s.t.Helper()
	sent = s.export(org, name+"_first", ledger.StateSent, "")
	waits = s.export(org, name+"_second", ledger.StateDuplicate, ledger.CauseDuplicatePossible)
	for _, id := range []int64{sent, waits} {
		s.person(id, digests, "Ada", "Lovelace", name+"@example.com")
	}
	s.exec("UPDATE ghexport.exports SET job = 'backend' WHERE id = $1", sent)
	return sent, waits
}

// doubt puts an export of unknown outcome into the ledger.
func (s *site) doubt(org, name string, digests *seal.Digests) int64 {
	s.t.Helper()
	id := s.export(org, name, ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	s.person(id, digests, "Kid", "Ory", name+"@example.com")
	return id
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	kim, mia := s.as("kim"), s.asCompany("acme")
	for path, who := range map[string]func(*http.Request){"/decisions": kim, "/orgs/acme/decisions": mia} {
		assert.Contains(t, s.ask("GET", path, "", who).body, "Nothing waits for a decision")
	}
	sent, waits := s.twins("acme", "twin", digests)
	doubt := s.doubt("acme", "iv_doubt", digests)
	_, foreign := s.twins("globex", "other", digests)

	t.Run("ShowsBothSideBySide", func(t *testing.T) {
		page := s.ask("GET", "/decisions", "", kim)
		for _, says := range []string{
			"twin_second", "twin_first", "https://app.greenhouse.io/people/7", "backend", "iv_doubt", "other_second", "A••• L•••", "K••• O•••",
			fmt.Sprintf("Earlier or other: export %d", sent),
		} {
			assert.Contains(t, page.body, says)
		}
		for _, hides := range []string{"Lovelace", "Ory", "@example.com</dd>"} {
			assert.NotContains(t, strings.ReplaceAll(page.body, "•••@example.com", ""), hides)
		}
		assert.NotContains(t, s.ask("GET", "/decisions?state=unknown", "", kim).body, "twin_second")
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/decisions?state=dead", "", kim).StatusCode)
		reads := s.ask("GET", "/decisions", "", s.as("val"))
		assert.Contains(t, reads.body, "Your role only reads.")
		assert.NotContains(t, reads.body, "<summary")
	})
	t.Run("ACompanySeesItsOwnAndWhoItIs", func(t *testing.T) {
		page := s.ask("GET", "/orgs/acme/decisions", "", mia)
		for _, says := range []string{"Ada Lovelace", "Kid Ory", "iv_doubt@example.com"} {
			assert.Contains(t, page.body, says)
		}
		assert.NotContains(t, page.body, "other_")
	})
	t.Run("OneByOneAndBack", func(t *testing.T) {
		a := s.form(fmt.Sprintf("/exports/%d/resolve", doubt), mia, "answer", "skip", "back", "company")
		require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
		assert.Equal(t, "/orgs/acme/decisions?done=skip&n=1", a.Header.Get("Location"))
		page := s.ask("GET", a.Header.Get("Location"), "", mia)
		assert.Contains(t, page.body, "Done: 1 export is ended.")
		assert.NotContains(t, page.body, "iv_doubt")
		assert.Equal(t, "cancelled", s.state(doubt))
		assert.Contains(t, s.ask("GET", fmt.Sprintf("/exports/%d", doubt), "", mia).body, "It is there")
	})
	t.Run("AlwaysDoThis", func(t *testing.T) {
		s.exec("INSERT INTO ghexport.integrations (org_id) VALUES ('acme')")
		assert.Contains(t, s.ask("GET", "/orgs/acme/decisions", "", mia).body, "ask each time")
		assert.Equal(t, http.StatusNotFound, s.form("/orgs/globex/decisions/policy", mia, "policy", "skip").StatusCode)
		assert.Equal(t, http.StatusForbidden, s.form("/orgs/acme/decisions/policy", s.as("val"), "policy", "skip").StatusCode)
		assert.Equal(t, http.StatusUnprocessableEntity, s.form("/orgs/acme/decisions/policy", mia, "policy", "burn").StatusCode)
		a := s.form("/orgs/acme/decisions/policy", mia, "policy", "create")
		require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
		page := s.ask("GET", a.Header.Get("Location"), "", mia)
		assert.Contains(t, page.body, "create a second profile without asking")
		assert.Equal(t, 1, s.audits("org set"))
	})
	assert.Equal(t, "duplicate", s.state(waits))
	assert.Equal(t, "duplicate", s.state(foreign))
}

var frozenIDs = regexp.MustCompile(`name="ids" value="([^"]*)"`)

func TestDecisions_All(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	kim, mia := s.as("kim"), s.asCompany("acme")
	var own []int64
	for i := range 3 {
		_, id := s.twins("acme", fmt.Sprintf("own%d", i), digests)
		own = append(own, id)
	}
	_, foreign := s.twins("globex", "other", digests)
	assert.Contains(t, s.ask("GET", "/orgs/acme/decisions", "", mia).body, `href="/orgs/acme/decisions/all?answer=skip&amp;state=duplicate"`)
	assert.Equal(t, http.StatusForbidden, s.ask("GET", "/decisions/all?answer=skip&state=duplicate", "", s.as("val")).StatusCode)
	for _, query := range []string{"", "?answer=present&state=unknown", "?answer=skip", "?answer=skip&state=dead"} {
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/decisions/all"+query, "", kim).StatusCode, query)
	}

	plan := s.ask("GET", "/orgs/acme/decisions/all?answer=skip&state=duplicate", "", mia)
	assert.Contains(t, plan.body, "This concerns 3 exports")
	ids := frozenIDs.FindStringSubmatch(plan.body)[1]
	assert.Equal(t, fmt.Sprintf("%d.%d.%d", own[0], own[1], own[2]), ids)
	_, late := s.twins("acme", "late", digests) // nobody saw it
	decide := func(who func(*http.Request), path, ids, count string) answer {
		return s.form(path, who, "answer", "skip", "state", "duplicate", "ids", ids, "count", count, "reason", "they know them")
	}
	wrong := decide(mia, "/orgs/acme/decisions/all", ids, "4")
	assert.Equal(t, http.StatusUnprocessableEntity, wrong.StatusCode)
	assert.Contains(t, wrong.body, "type 3, the number of exports that this concerns")
	assert.Equal(t, ids, frozenIDs.FindStringSubmatch(wrong.body)[1], "the set stays")

	a := decide(mia, "/orgs/acme/decisions/all", fmt.Sprintf("%s.%d", ids, foreign), "3") // another company's slipped in
	require.Equal(t, http.StatusSeeOther, a.StatusCode, a.body)
	assert.Equal(t, "/orgs/acme/decisions?done=skip&n=3&refused=0", a.Header.Get("Location"))
	for _, id := range own {
		assert.Equal(t, "cancelled", s.state(id))
	}
	assert.Equal(t, "duplicate", s.state(foreign))
	assert.Equal(t, "duplicate", s.state(late))
	again := decide(mia, "/orgs/acme/decisions/all", ids, "3")
	assert.Equal(t, "/orgs/acme/decisions?done=skip&n=0&refused=3", again.Header.Get("Location"), "sent twice")
	assert.Contains(t, s.ask("GET", again.Header.Get("Location"), "", mia).body, "3 were passed over")
	assert.Equal(t, 3, s.audits("resolve --skip"))

	assert.Equal(t, http.StatusNotFound, decide(mia, "/orgs/globex/decisions/all", fmt.Sprint(foreign), "1").StatusCode)
	assert.Equal(t, http.StatusBadRequest, decide(kim, "/decisions/all", "1.x", "1").StatusCode)
	both := decide(kim, "/decisions/all", fmt.Sprintf("%d.%d", foreign, late), "2")
	assert.Equal(t, http.StatusSeeOther, both.StatusCode)
	assert.Equal(t, "cancelled", s.state(foreign))

	doubt := s.doubt("acme", "iv_doubt", digests)
	s.exec("UPDATE ghexport.exports SET attempt = gen_random_uuid(), attempt_started_at = now(), job_timeout = '1 hour' WHERE id = $1", doubt)
	s.doubt("acme", "iv_other", digests)
	plan = s.ask("GET", "/decisions/all?answer=absent&state=unknown", "", kim)
	assert.Contains(t, plan.body, "This concerns 1 export ")
	assert.Contains(t, plan.body, "look in Greenhouse again after that")
	assert.Contains(t, plan.body, "Greenhouse gets a second profile")
}

func TestWhy(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	kim, mia := s.as("kim"), s.asCompany("acme")
	sent, _ := s.twins("acme", "twin", digests)
	s.twins("globex", "twin", digests)
	s.export("acme", "iv_no", ledger.StateIneligible, ledger.CauseDecisionNo)
	s.exec("UPDATE ghexport.exports SET candidate_continues = false WHERE interview_id = 'iv_no'")

	assert.Contains(t, s.ask("GET", "/why", "", kim).body, "Enter the id of an interview")
	page := s.ask("GET", "/why?q=iv_no", "", s.as("val"))
	assert.Contains(t, page.body, "Candidate: here it ends")
	assert.Contains(t, page.body, "The candidate said no.")
	assert.Contains(t, s.ask("GET", "/why?q=lost", "", kim).body, "Nothing is known under this id")
	for q, says := range map[string]string{"c_iv_no": "The candidate said no.", "\u200bc_iv_no\u00a0": "The candidate said no."} {
		s.exec("UPDATE ghexport.exports SET candidate_id = 'c_iv_no' WHERE interview_id = 'iv_no'")
		assert.Contains(t, s.ask("GET", "/orgs/acme/why?q="+url.QueryEscape(q), "", mia).body, says, "a candidate's id")
		assert.Contains(t, s.ask("GET", "/orgs/globex/why?q="+url.QueryEscape(q), "", kim).body, "Nothing is known under this id")
	}
	a := s.form("/why", kim, "q", "twin_first")
	assert.Equal(t, "/why?q=twin_first", a.Header.Get("Location"))
	assert.Equal(t, 2, strings.Count(s.ask("GET", "/why?q=twin_first", "", kim).body, "<h2>Interview"))
	assert.Equal(t, 1, strings.Count(s.ask("GET", "/orgs/acme/why?q=twin_first", "", mia).body, "<h2>Interview"))
	assert.Zero(t, s.audits("search people"))

	byEmail := s.form("/orgs/acme/why", mia, "q", "Ada Twin <mailto:TWIN@example.com>")
	require.Equal(t, http.StatusOK, byEmail.StatusCode)
	assert.Contains(t, byEmail.body, fmt.Sprintf(`href="/exports/%d"`, sent))
	assert.Equal(t, 2, strings.Count(byEmail.body, "<h2>Interview"))
	assert.NotContains(t, byEmail.body, "globex")
	list := s.form("/orgs/acme/why", mia, "q", "Nobody <nobody@example.com>, Ada <twin@example.com>")
	assert.Equal(t, 2, strings.Count(list.body, "<h2>Interview"), "one of several addresses is known")
	assert.Contains(t, s.form("/why", kim, "q", "nobody@example.com").body, "ask by the interview’s id")
	assert.Equal(t, 3, s.audits("search people"))
	assert.NotContains(t, s.form("/why", s.as("val"), "q", "twin@example.com").body, fmt.Sprintf(`href="/exports/%d"`, sent))
}
