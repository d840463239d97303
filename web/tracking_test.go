package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// tracked has sent candidates of acme: one in each of two stages, one rejected, one hired and one that is left out; and one of globex,
// which sees nobody.
func (s *site) tracked() (exports []int64) {
	s.t.Helper()
	for n, o := range []ledger.Observation{
		{Applications: []ledger.Application{{Status: "active", Stage: "Phone Screen", Job: "Engineer"}}},
		{Applications: []ledger.Application{{Status: "active", Stage: "Review"}}},
		{Applications: []ledger.Application{{Status: "rejected", Stage: "Review"}}},
		{Applications: []ledger.Application{{Status: "hired", Stage: "Offer"}}},
		{As: ledger.ObservedMissing},
	} {
		exports = append(exports, s.sees("acme", int64(101+n), o))
	}
	s.sees("globex", 201, ledger.Observation{As: ledger.ObservedMissing})
	return exports
}

// sees sends a candidate to a company two hours ago, which then stood in Review but for one that is left out, and lets it be observed.
func (s *site) sees(org string, candidate int64, o ledger.Observation) int64 {
	s.t.Helper()
	id := s.export(org, fmt.Sprint("iv_", candidate), ledger.StateSent, "")
	s.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = $2, sent_at = now() - interval '2 hours' WHERE id = $1", id, candidate)
	o.Candidate, o.At = candidate, time.Now().Add(time.Duration(candidate)*time.Second/10)
	list := []ledger.Observation{o}
	if o.As == "" {
		list[0].As, list[0].Whole = ledger.ObservedThere, true
		list = append(list, ledger.Observation{Candidate: candidate, As: ledger.ObservedThere, At: o.At.Add(-time.Hour), Whole: true,
			Applications: []ledger.Application{{Status: "active", Stage: "Review"}}})
	}
	_, err := tracking.In(s.store).Observe(s.t.Context(), org, list)
	require.NoError(s.t, err)
	return id
}

func TestTrackingPage(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim, val, mia := s.as("kim"), s.as("val"), s.asCompany("acme")
	assert.Contains(t, s.ask("GET", "/orgs/acme/tracking", "", val).body, "Nobody was sent yet.")
	exports := s.tracked()
	page := s.ask("GET", "/orgs/acme/tracking", "", val).body
	for _, text := range []string{
		"<strong>5</strong> <span>Sent", "<strong>2</strong> <span>Active", "<strong>1</strong> <span>Hired", "<strong>1</strong> <span>Left out",
		"came to each stage: Review 4; Phone Screen 1; Offer 1.", "manage unattached prospects", "active, Phone Screen",
	} {
		assert.Contains(t, page, text)
	}
	assert.NotContains(t, page, "shows none of", "somebody is seen")
	assert.NotContains(t, page, "Look now", "a viewer only looks")
	assert.Contains(t, s.ask("GET", "/orgs/globex/tracking", "", val).body, "shows none of the company’s 1 candidate.")
	assert.Equal(t, http.StatusNotFound, s.ask("GET", "/orgs/globex/tracking", "", mia).StatusCode)
	assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/orgs/acme/tracking?status=lost", "", val).StatusCode)

	own := s.ask("GET", "/orgs/acme/tracking?status=hired", "", mia).body
	assert.Contains(t, own, "iv_104")
	assert.NotContains(t, own, "iv_102")
	assert.Contains(t, s.ask("GET", "/orgs/acme/tracking?stage=Phone+Screen", "", val).body, "In stage Phone Screen.")
	assert.Contains(t, s.ask("GET", fmt.Sprintf("/orgs/acme/tracking?before=%d", exports[0]), "", val).body, "No candidate matches.")

	t.Run("AsCSV", func(t *testing.T) {
		a := s.ask("GET", "/orgs/acme/tracking/csv", "", val)
		lines, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 6)
		assert.Contains(t, a.body, ",acme,iv_104,104,https://app.greenhouse.io/people/7,hired,Offer,,")
	})

	t.Run("AnExportSaysWhereItsCandidateStands", func(t *testing.T) {
		one := s.ask("GET", fmt.Sprintf("/exports/%d", exports[0]), "", mia).body
		assert.Contains(t, one, "Active, Phone Screen, for Engineer")
		assert.Contains(t, one, "first seen, Review")
		assert.Contains(t, one, "moved, Phone Screen, Engineer")
		assert.Contains(t, s.ask("GET", fmt.Sprintf("/exports/%d", exports[4]), "", val).body, "Nothing is sent again because of it.")
	})

	t.Run("ByTheAPI", func(t *testing.T) {
		a := s.ask("GET", "/api/orgs/acme/greenhouse/tracking", "", mia)
		assert.Equal(t, http.StatusOK, a.StatusCode, a.body)
		assert.Contains(t, a.body, `"sent":5,"seen":4,"active":2,"rejected":1,"hired":1,"missing":1,"gone":0`)
		assert.Contains(t, s.ask("GET", "/api/orgs/nobody/greenhouse/tracking", "", val).body, `"sent":0`)
		assert.Contains(t, s.ask("GET", "/api/orgs/globex/greenhouse/tracking", "", val).body, `"trouble":"Greenhouse answers`)
	})

	t.Run("OursLookNow", func(t *testing.T) {
		s.connected("acme")
		a := s.form("/orgs/acme/track", kim, "reason", "asked")
		assert.Equal(t, "/orgs/acme?done=track", a.Header.Get("Location"), a.body)
		assert.Equal(t, http.StatusForbidden, s.form("/orgs/acme/track", val, "reason", "asked").StatusCode)
	})
}

func TestBrowser_Tracking(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.connected("acme")
	s.tracked()
	b := s.browser("kim")
	b.open("/orgs/acme")
	b.click("Tracking")
	b.sees("How far they came")
	b.axe()
	b.shot("tracking")
	b.click("Hired")
	b.sees("iv_104")
	b.axe()
}
