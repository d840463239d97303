package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
)

// testAddress returns where companies in test mode send: a simulator of its own with acme in it.
func (s *site) testAddress() *greenhousesim.Sim {
	s.t.Helper()
	tests := greenhousesim.New(greenhousesim.Config{})
	tests.AddAccount(greenhousesim.Account{Name: "acme", Key: acmeKey, Users: []greenhousesim.User{{Email: acmeLee, Name: "Lee Doe"}}})
	server := httptest.NewServer(tests)
	s.t.Cleanup(func() {
		tests.Close()
		server.Close()
	})
	s.speaks.Tests = &greenhouse.Client{BaseURL: server.URL}
	return tests
}

// A company's admin sends a test candidate and sees it arrive; one of ours back-fills what was dropped and tries things in test mode, which
// every page says.
func TestTestingAndBackfill(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *web.Config) { c.Simulated = true })
	by := store.By{Actor: "mia of acme"}
	saved, err := s.config.Greenhouse.Save(t.Context(), "acme", store.ConnectionChange{Key: acmeKey, CreatedBy: acmeLee}, by)
	require.NoError(t, err)
	require.True(t, saved.Report.Passed)
	tests := s.testAddress()
	s.start()
	b := s.browser("mia of acme")

	t.Run("ATestCandidateArrives", func(t *testing.T) {
		b.open("/orgs/acme/settings")
		b.sees("It can be sent once the connection is tested and turned on.")
		_, err := s.store.Enable(t.Context(), "acme", store.WaitingSend, by)
		require.NoError(t, err)
		b.open("/orgs/acme/settings")
		b.click("Send a test candidate")
		b.sees("On its way. This page shows how it goes.")
		b.waitFor("The test candidate has arrived at Greenhouse")
		b.sees("To remove it, open the profile in Greenhouse")
		b.axe()
		b.shot("test-candidate")
		there := s.arrived(acmeKey, 1)
		assert.Equal(t, "Test", there[0].FirstName)
		b.click("Open in Greenhouse")
		b.open("/orgs/acme/exports")
		b.sees("test candidate")
		b.open("/exports/1")
		b.sees("It is a test candidate: nobody was interviewed, and it counts nowhere")
		b.open("/orgs/acme")
		b.sees("none yet") // sent, among the figures
	})

	t.Run("WhatWasDroppedIsBackFilled", func(t *testing.T) {
		_, err := s.store.Disable(t.Context(), "acme", by)
		require.NoError(t, err)
		s.interview("acme", "iv_1", "")
		s.interview("acme", "iv_2", "")
		s.export("acme", "iv_no", ledger.StateIneligible, ledger.CauseDecisionNo)
		_, err = s.store.Enable(t.Context(), "acme", store.WaitingDrop, by)
		require.NoError(t, err)
		kim := s.browser("kim")
		kim.open("/orgs/acme")
		kim.click("Back-fill…")
		kim.sees("Back-fill of acme", "2 exports of 1 company would go", "1 export: one of the two said no")
		kim.axe()
		kim.shot("backfill-plan")
		kim.fill("Why", "they want them after all")
		kim.click("Back-fill 2 exports")
		kim.waitFor("Every export of it has settled.")
		kim.sees("Back-fill: run 1", "2 of 2 settled")
		kim.axe()
		kim.shot("backfill-run")
		s.arrived(acmeKey, 3)
		kim.open("/runs")
		kim.sees("back-fill")
		assert.Equal(t, http.StatusBadRequest, kim.open("/orgs/acme/backfill?from=yesterday"))
		kim.open("/orgs/acme/backfill?from=2020-01-01&to=2020-01-31")
		kim.sees("Nothing would go.")
	})

	t.Run("TestModeIsOnEveryPage", func(t *testing.T) {
		require.NoError(t, s.store.SeeNode(t.Context(), ledger.Node{ID: uuid.New(), Host: "node-a", Sends: true, TestAddress: true})) // it is alive
		b.open("/orgs/acme/settings")
		b.click("Turn test mode on")
		b.click("Turn test mode on now")
		b.sees("Test mode is on. Nothing goes to Greenhouse.", "Everything goes to the test address, and nothing to Greenhouse.", "nothing of acme goes to Greenhouse")
		b.axe()
		b.shot("test-mode")
		s.interview("acme", "iv_3", "")
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		require.NoError(t, tests.WaitForCandidates(ctx, acmeKey, 1))
		s.everyPageSaysSo(t)
		kim := s.browser("kim")
		for _, path := range []string{"/orgs", "/exports", "/audit"} {
			kim.open(path)
			kim.in("main").sees("test mode")
		}
		kim.open("/exports")
		kim.sees("test address")
		kim.shot("test-mode-list")
		kim.open("/")
		kim.seesNot("nothing of acme goes to Greenhouse")
	})

	t.Run("TurningItOffAsksWhatBecomesOfWhatWaits", func(t *testing.T) {
		require.NoError(t, s.store.HoldTests(t.Context())) // as a node without a test address does
		s.interview("acme", "iv_4", "")
		b.open("/orgs/acme/settings")
		b.sees("Nothing is sent: there is no test address.", "1 candidate waits")
		b.click("Turn test mode off")
		b.click("Turn test mode off now")
		b.sees("Choose one of the two: nothing was changed.")
		b.axe()
		b.shot("test-mode-off")
		b.click("Send 1 They appear in Greenhouse.")
		b.click("Turn test mode off now")
		b.sees("Test mode is off.")
		b.seesNot("nothing of acme goes to Greenhouse")
		s.arrived(acmeKey, 4)
	})
}

// everyPageSaysSo wants the mark on every page that is about the company, whoever may see it, as the table of routes has them.
func (s *site) everyPageSaysSo(t *testing.T) {
	t.Helper()
	pages := 0
	for _, route := range web.Routes() {
		method, path := walkPath(t, route.Pattern, map[string]string{"org": "acme", "id": "1", "cause": "bug", "name": "default", "job": "1"})
		ofCompany := strings.Contains(route.Pattern, "/orgs/{org}") || strings.Contains(route.Pattern, "/exports/{id}")
		if method != http.MethodGet || !ofCompany || strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/csv") {
			continue
		}
		for name, come := range walkers {
			if !mayWalk(route, name) {
				continue
			}
			a := s.ask(method, path, "", come(s))
			if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				continue
			}
			pages++
			assert.Contains(t, a.body, "nothing of acme goes to Greenhouse", "%s for %s", path, name)
		}
	}
	assert.Greater(t, pages, 25)
}
