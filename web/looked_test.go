package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// A company's admin sees whom its exports are about without asking for each: that they looked is recorded, once a list and hour, and
// before a file is handed out.
func TestCompanyListsAreLooks(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	acme, globex := s.asCompany("acme"), s.asCompany("globex")
	ask := func(path string, as func(*http.Request), sees string) {
		t.Helper()
		page := s.ask("GET", path, "", as)
		require.Equal(t, http.StatusOK, page.StatusCode)
		assert.Contains(t, page.body, sees)
	}
	s.export("acme", "iv_0", ledger.StateIneligible, ledger.CauseDecisionNo)
	ask("/orgs/acme/exports", acme, "iv_0")
	assert.Zero(t, s.audits("reveal"), "nobody is named")

	first := s.export("acme", "iv_1", ledger.StateDuplicate, ledger.CauseDuplicatePossible)
	s.person(first, digests, "Ada", "Lovelace", "ada@example.com")
	for range 2 {
		ask("/orgs/acme/exports", acme, "Ada Lovelace")
	}
	assert.Equal(t, 1, s.audits("reveal"), "seen again within the hour")
	ask("/orgs/acme/decisions", acme, "Ada Lovelace")
	assert.Equal(t, 2, s.audits("reveal"))
	second := s.export("acme", "iv_2", ledger.StateSent, "")
	s.person(second, digests, "Grace", "Hopper", "grace@example.com")
	ask("/orgs/acme/exports", acme, "Grace Hopper")
	assert.Equal(t, 3, s.audits("reveal"), "one who was not shown before")
	ask("/orgs/acme/exports/csv", acme, "cand_iv_2")
	assert.Equal(t, 4, s.audits("reveal"))

	ask("/orgs/globex/exports", globex, "exports")
	ask("/orgs/acme/exports", s.as("kim"), "iv_2")
	ask("/exports/csv", s.as("val"), "iv_2")
	assert.Equal(t, 4, s.audits("reveal"), "ours are shown nobody in lists")

	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{Action: "reveal", Org: "acme", Side: query.AuditTheirs})
	require.NoError(t, err)
	require.Len(t, trail, 4)
	assert.JSONEq(t, `{"shown": "file", "exports": []}`, string(trail[0].Detail))
	assert.NotContains(t, string(trail[1].Detail), "Hopper")
	assert.Equal(t, "mia of acme", trail[1].Actor)
	ask("/orgs/acme/audit", acme, "looked at personal data")
}
