package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

// A recruiter may use what shows the company's people, and beside that what everybody has. Nothing of it changes anything.
func TestRoutes_ARecruiterOnlyReads(t *testing.T) {
	t.Parallel()
	var may []string
	for _, route := range web.Routes() {
		if route.Allows("recruiter") && !route.AnyOrg {
			may = append(may, route.Pattern)
		}
	}
	assert.Equal(t, []string{"GET /orgs/{org}/people"}, may)
}

func TestPeople(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	s.connected("acme")
	of := func(org, interview string, state ledger.State, cause ledger.Cause, first string) int64 {
		id := s.export(org, interview, state, cause)
		s.person(id, digests, first, "Doe", strings.ToLower(first)+"@example.com")
		return id
	}
	rita := s.asRecruiter("acme", "rita@acme.example")
	assert.Contains(t, s.ask("GET", "/orgs/acme/people", "", rita).body, "Nobody yet.")

	there := s.sees("acme", 101, ledger.Observation{Applications: []ledger.Application{{Status: "active", Stage: "Phone Screen", Job: "Engineer"}}})
	s.person(there, digests, "Theo", "Doe", "theo@example.com")
	s.exec("UPDATE ghexport.exports SET job = 'backend', profile_url = 'https://app.greenhouse.io/people/101', flags = '{withdrawn_after_send}' WHERE id = $1", there)
	left := s.sees("acme", 102, ledger.Observation{As: ledger.ObservedMissing})
	s.person(left, digests, "Lena", "Doe", "lena@example.com")
	of("acme", "iv_doubt", ledger.StateUnknown, ledger.CauseOutcomeUnknown, "Dora")
	of("acme", "iv_twice", ledger.StateDuplicate, ledger.CauseDuplicatePossible, "Twain")
	refused := of("acme", "iv_refused", ledger.StateDead, ledger.CausePayloadRefused, "Rufus")
	s.exec("UPDATE ghexport.exports SET detail = 'emails: is invalid' WHERE id = $1", refused)
	of("acme", "iv_skipped", ledger.StateCancelled, ledger.CauseSkipped, "Skip")
	of("acme", "iv_waits", ledger.StatePending, ledger.CauseNone, "Wanda")
	of("acme", "iv_no", ledger.StateIneligible, ledger.CauseDecisionNo, "Nora")
	of("globex", "iv_foreign", ledger.StateSent, ledger.CauseNone, "Fred")

	t.Run("SaysWhoArrivedAndWhoWaitsAndWhy", func(t *testing.T) {
		page := s.ask("GET", "/orgs/acme/people", "", rita)
		require.Equal(t, http.StatusOK, page.StatusCode)
		for _, says := range []string{
			"Theo Doe", "the note of Theo", "Active, Phone Screen, for Engineer.", `href="https://app.greenhouse.io/people/101"`, "A yes was taken back",
			"Greenhouse does not tell us where they stand", "May be in Greenhouse, or not", "whether a second profile is made",
			"Greenhouse refused them: emails: is invalid. We look into it.", "no second profile was wanted", "Waits for its turn.",
		} {
			assert.Contains(t, page.body, says)
		}
		for _, hidden := range []string{"Nora", "Fred", "iv_foreign", "/exports/", "/decisions", "/settings", "/search", "Nobody is added", "method=\"get\""} {
			assert.NotContains(t, page.body, hidden)
		}
		assert.Equal(t, 1, strings.Count(page.body, `method="post"`), "log out")
		s.ask("GET", "/orgs/acme/people", "", rita)
		looks, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Action: "reveal"})
		require.NoError(t, err)
		require.Len(t, looks, 1, "once for the hour")
		assert.Equal(t, "rita@acme.example of acme", looks[0].Actor)
	})

	t.Run("Lists", func(t *testing.T) {
		for show, who := range map[string]string{"there": "Theo Lena", "waiting": "Wanda", "stuck": "Dora Twain Rufus", "ended": "Skip"} {
			page := s.ask("GET", "/orgs/acme/people?show="+show, "", rita).body
			for _, name := range strings.Fields("Theo Lena Dora Twain Rufus Skip Wanda") {
				assert.Equal(t, strings.Contains(who, name), strings.Contains(page, name+" Doe"), "%s: %s", show, name)
			}
		}
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/orgs/acme/people?show=x", "", rita).StatusCode)
		assert.Contains(t, s.ask("GET", fmt.Sprintf("/orgs/acme/people?before=%d", there), "", rita).body, "Nobody yet.")
	})

	t.Run("WhatHoldsTheCompany", func(t *testing.T) {
		_, err := s.store.PauseOrg(t.Context(), "acme", store.By{Actor: "kim", Reason: "they pay late"})
		require.NoError(t, err)
		page := s.ask("GET", "/orgs/acme/people", "", rita).body
		assert.Contains(t, page, "Nobody is added at present. We have paused the connection to Greenhouse for a while.")
		assert.Contains(t, page, "We have paused the connection to Greenhouse for a while. They are added once that is over; nothing is lost.")
		assert.NotContains(t, page, "they pay late")
	})

	t.Run("OursSeeNoNames", func(t *testing.T) {
		page := s.ask("GET", "/orgs/acme/people", "", s.as("val")).body
		assert.Contains(t, page, "T••• D•••")
		for _, hidden := range []string{"Theo", "the note of"} {
			assert.NotContains(t, page, hidden)
		}
		assert.Contains(t, s.ask("GET", "/orgs/acme/people", "", s.asCompany("acme")).body, "the note of Theo", "the company's admin sees what its recruiters do")
	})

	t.Run("TheLinkIsMadeWithARole", func(t *testing.T) {
		kim := s.as("kim")
		assert.Equal(t, 422, s.form("/orgs/acme/link", kim, "for", "rob@acme.example", "reason", "asked", "as", "oncall").StatusCode)
		made := s.form("/orgs/acme/link", kim, "for", "rob@acme.example", "reason", "asked", "as", "recruiter")
		require.Equal(t, 200, made.StatusCode)
		assert.Contains(t, made.body, "the page for recruiters of acme, where nothing can be changed")
		token, _, _ := strings.Cut(strings.SplitN(made.body, "/enter?token=", 2)[1], "<")
		assert.Contains(t, s.ask("GET", "/enter?token="+token, "").body, "and change nothing")
		assert.Regexp(t, `rob@acme.example</a></th>\s*<td data-label="Role">recruiter`, s.ask("GET", "/sessions", "", s.as("ada")).body)
		entered := s.enter(token)
		assert.Equal(t, "/orgs/acme/people", entered.Header.Get("Location"))
		rob := func(r *http.Request) { r.AddCookie(entered.Cookies()[0]) }
		assert.Equal(t, "/orgs/acme/people", s.ask("GET", "/login", "", rob).Header.Get("Location"))
		assert.Regexp(t, `rob@acme.example</a></th>\s*<td data-label="Role">recruiter`, s.ask("GET", "/sessions", "", s.as("ada")).body)
		for action, who := range map[string]string{"org link": "kim", "enter": "rob@acme.example of acme"} {
			trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Action: ledger.Action(action), Actor: who})
			require.NoError(t, err)
			require.Len(t, trail, 1, action)
			assert.Contains(t, string(trail[0].Detail), `"as": "recruiter"`, action)
		}
		s.wait(8 * time.Hour)
		assert.Equal(t, http.StatusSeeOther, s.ask("GET", "/orgs/acme/people", "", rob).StatusCode, "it is over")
	})

	t.Run("TheCompanysAdminMakesLinksForRecruiters", func(t *testing.T) {
		mia := s.asCompany("acme")
		assert.Contains(t, s.ask("GET", "/orgs/acme/people", "", mia).body, "Link for a recruiter")
		assert.NotContains(t, s.ask("GET", "/orgs/acme/people", "", s.as("val")).body, "Link for a recruiter")
		assert.Equal(t, 422, s.form("/orgs/acme/people/link", mia, "for", " ").StatusCode)
		assert.Equal(t, 422, s.form("/orgs/acme/people/link", s.as("kim"), "for", "rob@acme.example").StatusCode, "ours say why")
		made := s.form("/orgs/acme/people/link", mia, "for", "ron@acme.example", "as", "company")
		require.Equal(t, 200, made.StatusCode, made.body)
		assert.NotContains(t, made.body, `href="/orgs"`)
		token, _, _ := strings.Cut(strings.SplitN(made.body, "/enter?token=", 2)[1], "<")
		assert.Equal(t, "/orgs/acme/people", s.enter(token).Header.Get("Location"), "and no admin's")
		trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Action: "org link", Actor: "mia of acme"})
		require.NoError(t, err)
		assert.Len(t, trail, 1)
	})

	t.Run("AnotherCompanysRecruiter", func(t *testing.T) {
		rob := s.entered(s.token(auth.NewLink("globex", "rob", s.clock(), time.Minute).For(auth.RoleRecruiter), linkSecret))
		assert.Equal(t, http.StatusNotFound, s.ask("GET", "/orgs/acme/people", "", rob).StatusCode)
		assert.Contains(t, s.ask("GET", "/orgs/globex/people", "", rob).body, "Fred Doe")
	})
}
