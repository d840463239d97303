package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
)

// jobLinks holds what the API answers about tracking links.
type jobLinks struct {
	List    []store.JobLink     `json:"list"`
	Refused []store.RefusedLink `json:"refused"`
}

// asked counts the simulator's requests for tracking links.
func (s *site) asked() int {
	return len(slices.DeleteFunc(s.sim.Requests(), func(r greenhousesim.Request) bool { return !strings.HasSuffix(r.Path, "/tracking_link") }))
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := setup(t)
	mia := s.asCompany("acme")
	assert.Equal(t, http.StatusNotFound, s.api(mia, "GET", acmeAPI+"/links", "").StatusCode, "nobody has connected it")
	assert.Equal(t, http.StatusNotFound, s.api(mia, "POST", acmeAPI+"/links", `{}`).StatusCode)
	s.connectAcme()

	t.Run("AreMadeAsTheCreatedByUserAndKept", func(t *testing.T) {
		before := into[jobLinks](s, s.api(mia, "GET", acmeAPI+"/links", ""), 200)
		require.Len(t, before.List, 2)
		assert.Nil(t, before.List[0].Link)
		assert.Zero(t, s.asked())
		made := into[jobLinks](s, s.api(mia, "POST", acmeAPI+"/links", `{"job_ids": [101]}`), 200)
		require.NotNil(t, made.List[0].Link)
		link := made.List[0].Link
		assert.Regexp(t, `^https://app\.greenhouse\.io/links/101-`, link.URL)
		assert.Equal(t, []string{"Ron Weasley", ron, "mia"}, []string{link.Referrer, link.CreatedBy, link.MadeBy})
		assert.True(t, link.Current)
		assert.Nil(t, made.List[1].Link)
		assert.Equal(t, 1, s.asked())
		assert.Equal(t, 200, s.api(mia, "POST", acmeAPI+"/links", `{"job_ids": [101]}`).StatusCode)
		page := s.ask("GET", "/orgs/acme/settings", "", mia)
		assert.Contains(t, page.body, link.URL)
		assert.Contains(t, page.body, "Make a link")
		assert.Equal(t, 1, s.asked(), "what is known is asked for no more")
		assert.Equal(t, 1, s.audits("org links"))
		assert.Equal(t, 422, s.api(mia, "POST", acmeAPI+"/links", `{"job_ids": ["101"], "agian": true}`).StatusCode)
	})

	t.Run("ForEveryJobThatLacksOne", func(t *testing.T) {
		a := s.form("/orgs/acme/settings/links", mia)
		assert.Equal(t, "/orgs/acme/settings?done=links", a.Header.Get("Location"), a.body)
		assert.Equal(t, 2, s.asked(), "one had one")
		assert.Equal(t, 303, s.form("/orgs/acme/settings/links", mia, "job", "101", "again", "yes").StatusCode)
		assert.Equal(t, 3, s.asked())
		assert.Equal(t, 400, s.form("/orgs/acme/settings/links", mia, "job", "x").StatusCode)
	})

	kim := s.as("kim")
	t.Run("AJobThatClosed", func(t *testing.T) {
		s.sim.CloseJob(acmeKey, 102)
		a := s.form("/orgs/acme/settings/links", kim, "job", "102", "again", "yes")
		assert.Equal(t, 422, a.StatusCode)
		for _, says := range []string{"<strong>Designer</strong>: Greenhouse says: “Resource not found” (404).", "is not open any more, or ron@acme.example may not see it"} {
			assert.Contains(t, a.body, says)
		}
		s.exec("UPDATE ghexport.integrations SET jobs_seen_at = jobs_seen_at - interval '1 minute'")
		page := s.ask("GET", "/orgs/acme/settings", "", kim)
		assert.Contains(t, page.body, "whoever follows the link finds it closed")
		assert.Contains(t, page.body, "/links/102-")
		list := into[jobLinks](s, s.api(kim, "GET", acmeAPI+"/links", ""), 200).List
		assert.Equal(t, []bool{true, false}, []bool{list[0].Open, list[1].Open})
	})

	t.Run("NoneInTestMode", func(t *testing.T) {
		s.exec("UPDATE ghexport.integrations SET test_since = now() WHERE org_id = 'acme'")
		before := s.asked()
		refused := into[problem](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [101], "again": true}`), 422)
		assert.Contains(t, refused.Message, "the company is in test mode")
		assert.Equal(t, before, s.asked())
		s.exec("UPDATE ghexport.integrations SET test_since = NULL WHERE org_id = 'acme'")
	})

	t.Run("AUserWhoMayNot", func(t *testing.T) {
		s.sim.ChangeUser(acmeKey, ron, func(u *greenhousesim.User) { u.Level = greenhousesim.Basic })
		refused := into[problem](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [101, 7], "again": true}`), 422)
		assert.Contains(t, refused.Message, "You do not have permission to do this.")
		assert.Contains(t, refused.Message, "A Basic user may make no tracking links")
		s.sim.DisableUser(acmeKey, ron)
		before := s.asked()
		refused = into[problem](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [101, 7], "again": true}`), 422)
		assert.Contains(t, refused.Message, "the connection test says which")
		assert.Equal(t, before+1, s.asked(), "the second would be refused as the first")
		s.sim.EnableUser(acmeKey, ron)
		s.sim.ChangeUser(acmeKey, ron, func(u *greenhousesim.User) { u.Level = greenhousesim.SiteAdmin })
	})

	t.Run("SomeAreMadeAndOneIsNot", func(t *testing.T) {
		got := into[jobLinks](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [102, 101], "again": true}`), 200)
		require.Len(t, got.Refused, 1)
		assert.Equal(t, int64(102), got.Refused[0].JobID)
	})

	t.Run("AnotherCreatedByUser", func(t *testing.T) {
		_, err := s.speaks.Save(t.Context(), "acme", store.ConnectionChange{CreatedBy: acmeLee}, store.By{Actor: "mia of acme", From: "test"})
		require.NoError(t, err)
		page := s.ask("GET", "/orgs/acme/settings", "", kim)
		assert.Contains(t, page.body, "“Created by” is somebody else now")
		assert.Equal(t, 303, s.form("/orgs/acme/settings/links", kim).StatusCode)
		list := into[jobLinks](s, s.api(kim, "GET", acmeAPI+"/links", ""), 200).List
		assert.Equal(t, "Lee Doe", list[0].Link.Referrer)
	})

	t.Run("TwentyAtATimeWithinTheBudget", func(t *testing.T) {
		var ids []string
		for id := range 22 {
			ids = append(ids, fmt.Sprint(id+1000))
		}
		before := s.asked()
		refused := into[problem](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [`+strings.Join(ids, ",")+`]}`), 422)
		assert.Contains(t, refused.Message, "Resource not found")
		assert.Equal(t, before+20, s.asked())
		s.exec("UPDATE ghexport.budgets SET limit_ = 1, blocked_until = clock_timestamp() + interval '1 hour'")
		refused = into[problem](s, s.api(kim, "POST", acmeAPI+"/links", `{"job_ids": [101], "again": true}`), 422)
		assert.Contains(t, refused.Message, "what Greenhouse allows this key at the moment is used up")
		assert.Equal(t, before+20, s.asked())
	})

	t.Run("ACompanyAsksSixTimesAMinute", func(t *testing.T) {
		s.wait(2 * time.Minute)
		for range 6 {
			require.NotEqual(t, 429, s.api(mia, "POST", acmeAPI+"/links", `{"job_ids": [101]}`).StatusCode)
		}
		assert.Equal(t, 429, s.api(mia, "POST", acmeAPI+"/links", `{"job_ids": [101]}`).StatusCode)
		a := s.form("/orgs/acme/settings/links", mia, "job", "101")
		assert.Equal(t, 429, a.StatusCode)
		assert.NotEmpty(t, a.Header.Get("Retry-After"))
		assert.Contains(t, a.body, "asked Greenhouse often")
	})
}
