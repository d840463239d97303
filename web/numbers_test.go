package web_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

// tried has attempts of two companies, of now and of three weeks ago.
func (s *site) tried() {
	s.t.Helper()
	sent := s.export("acme", "iv_sent", ledger.StateSent, "")
	dead := s.export("globex", "iv_dead", ledger.StateDead, ledger.CausePayloadRefused)
	s.exec("UPDATE ghexport.exports SET committed_at = now() - interval '10 s'")
	for range 9 {
		s.attempted(sent, ledger.OutcomeSent, ledger.CauseNone, 0)
	}
	s.attempted(sent, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, 5*time.Hour)
	s.attempted(dead, ledger.OutcomeDead, ledger.CausePayloadRefused, 0)
	for range 5 {
		s.attempted(dead, ledger.OutcomeDead, ledger.CausePayloadRefused, 21*24*time.Hour)
	}
	require.NoError(s.t, figures.In(s.store).SumUpHours(s.t.Context()))
}

func TestNumbersPage(t *testing.T) {
	t.Parallel()
	s := setup(t)
	val, mia := s.as("val"), s.asCompany("acme")
	assert.Contains(t, s.ask("GET", "/numbers", "", val).body, "Nothing was tried in 24 hours.")
	s.tried()
	for path, says := range map[string][]string{
		"/numbers":                       {"<strong>81.8 %</strong> <span>Success", "<strong>9</strong> <span>Sent", "Greenhouse refused what was sent", `href="/runbooks/payload.refused"`},
		"/numbers?range=30d":             {"<strong>9</strong> <span>Sent", "16 attempts, of which 9 were sent"},
		"/orgs/acme/numbers?range=7d":    {"<strong>90 %</strong> <span>Success", `href="/orgs/acme/numbers?range=30d"`},
		"/orgs/globex/numbers":           {"1 attempt, of which 0 were sent"},
		"/orgs/globex/numbers?range=30d": {"6 attempts, of which 0 were sent"},
		"/orgs/nobody/numbers":           {"Nothing was tried in 24 hours."},
	} {
		page := s.ask("GET", path, "", val)
		require.Equal(t, http.StatusOK, page.StatusCode, path)
		for _, text := range says {
			assert.Contains(t, page.body, text, path)
		}
	}
	own := s.ask("GET", "/orgs/acme/numbers", "", mia)
	assert.Contains(t, own.body, "<strong>90 %</strong> <span>Success")
	assert.NotContains(t, own.body, "/runbooks/")
	assert.NotContains(t, own.body, "refused")
	assert.Equal(t, http.StatusNotFound, s.ask("GET", "/numbers", "", mia).StatusCode)
	assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/numbers?range=1y", "", val).StatusCode)
	assert.Equal(t, "/orgs/acme/numbers?range=7d", s.ask("GET", "/numbers?range=7d&company=acme", "", val).Header.Get("Location"))

	t.Run("AsCSV", func(t *testing.T) {
		a := s.ask("GET", "/orgs/globex/numbers/csv?range=30d", "", val)
		lines, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, []string{"began", "company", "outcome", "cause", "attempts", "p50_s", "p95_s", "p99_s"}, lines[0])
		assert.Len(t, lines, 1+31+2, "a line for each day, and one for each cause of a day")
		assert.Contains(t, a.body, ",globex,failed,payload.refused,5,")
	})
}

func TestBrowser_Numbers(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser("kim")
	b.open("/numbers")
	b.sees("Nothing was tried in 24 hours.")
	b.axe()
	s.tried()
	b.open("/")
	b.click("Numbers")
	b.sees("Success", "95 % within", "99 % within", "Greenhouse refused what was sent")
	b.click("30 days")
	assert.Equal(t, "/numbers?range=30d", b.path())
	b.click("Causes in figures")
	b.sees("Whose doing")
	b.axe()
	b.shot("numbers")
	b.fill("Company", "acme")
	b.click("Show its numbers")
	assert.Equal(t, "/orgs/acme/numbers?range=30d", b.path())
	b.axe()
	b.shot("numbers-acme")
}
