package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// TestVerbs is what the integration is for, each from where somebody begins to what they wanted: source, access, engage and track.
func TestVerbs(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.start()
	b := s.browser("mia of acme")

	t.Run("Source", func(t *testing.T) {
		b.open("/orgs/acme/settings")
		b.fill("API key", acmeKey)
		b.fill("“Created by” email", ron)
		b.click("Test and save")
		b.click("Turn on")
		b.click("Turn on now")
		b.sees("Turned on.")
		s.interview("acme", "iv_1", "backend")
		got := s.arrived(acmeKey, 1)[0]
		assert.Equal(t, []string{"Ada", "interviewing.io", "Ron Weasley"}, []string{got.FirstName, got.Source, got.AddedBy})
	})

	t.Run("Engage", func(t *testing.T) {
		b.open("/orgs/acme/settings")
		b.sees("Tracking links", "Backend Engineer", "Designer", "not on your job board")
		b.click("Make a link for Backend Engineer")
		b.sees("Greenhouse made what was asked for.", "/links/101-", "Ron Weasley")
		b.in("tr:has(#link-101)").tap("Copy")
		b.waitFor("Copied")
		b.axe()
		b.shot("links")
		assert.Len(t, s.requestsFor("/tracking_link"), 1)
	})

	t.Run("Access", func(t *testing.T) {
		of := s.browser("kim")
		of.open("/orgs/acme")
		of.click("Link for their people")
		of.click("Recruiter Sees who arrived, with notes and what waits, and changes nothing.")
		of.in("#link").fill("For whom", "rita@acme.example")
		of.in("#link").fill("Reason", "she asked")
		of.axe()
		of.shot("company-link-role")
		of.click("Make the link")
		_, token, found := strings.Cut(of.text("#link"), "/enter?token=")
		require.True(t, found)
		rita := s.browser("")
		rita.open("/enter?token=" + strings.TrimSpace(token))
		rita.sees("and change nothing")
		rita.click("Continue")
		rita.sees("People for acme", "Ada King Lovelace", "In Greenhouse")
		rita.seesNot("Really good overall!")
		rita.click("Read the note about Ada King Lovelace")
		rita.sees(`Freeform feedback: "Really good overall!"`)
		rita.axe()
		rita.shot("people")
		assert.Equal(t, 404, rita.open("/orgs/acme/settings"))
	})

	t.Run("Track", func(t *testing.T) {
		require.NoError(t, s.sim.Move(greenhousesim.Move{ID: s.sim.Candidates(acmeKey)[0].ID, Stage: "Onsite", JobID: 101}))
		_, err := tracking.In(s.store).TrackNow(t.Context(), "acme", store.By{Actor: "kim", Reason: "asked"})
		require.NoError(t, err)
		s.look("acme")
		b.open("/orgs/acme/tracking")
		b.sees("active, Onsite", "Backend Engineer", "Open in Greenhouse")
		b.click("Onsite")
		b.sees("In stage Onsite.", "iv_1")
	})
}

// requestsFor are the simulator's requests for an endpoint.
func (s *site) requestsFor(path string) (list []string) {
	for _, r := range s.sim.Requests() {
		if strings.HasSuffix(r.Path, path) {
			list = append(list, fmt.Sprint(r.Method, " ", r.Path))
		}
	}
	return list
}
