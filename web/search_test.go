package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// found follows a search to what it found. Nothing that was typed may stand in the address.
func (s *site) found(path string, as func(*http.Request), q, org string) (address, page string) {
	s.t.Helper()
	a := s.form(path, as, "q", q, "org", org)
	require.Equal(s.t, http.StatusSeeOther, a.StatusCode, a.body)
	address, err := url.QueryUnescape(a.Header.Get("Location"))
	require.NoError(s.t, err)
	shown := s.ask("GET", a.Header.Get("Location"), "", as)
	require.Equal(s.t, http.StatusOK, shown.StatusCode, address)
	return address, shown.body
}

func TestSearch(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	val, kim, mia := s.as("val"), s.as("kim"), s.asCompany("acme")
	s.exec("INSERT INTO ghexport.integrations (org_id) VALUES ('acme'), ('globex')")
	sent := s.export("acme", "iv_sent", ledger.StateSent, "")
	other := s.export("globex", "iv_other", ledger.StateDead, ledger.CauseBug)
	s.person(sent, digests, "Ada", "Lovelace", "ada@example.com")
	s.person(other, digests, "Grace", "Hopper", "ada@example.com")
	s.exec("UPDATE ghexport.exports SET candidate_digest = $2 WHERE id = $1", sent, digests.Candidate("cand_iv_sent"))
	s.exec(`INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, cause, detail, message, enqueued_at)
	        VALUES (1, 'acme', 'iv_bad', 1, 1, 'message.invalid', 'no email', '{}', now())`)

	t.Run("SaysWhatWasFound", func(t *testing.T) {
		for _, c := range []struct {
			who          func(*http.Request)
			path         string
			q, near      string
			address, say string
		}{
			{kim, "/search", fmt.Sprint(sent), "", fmt.Sprintf("/search?asked=1&by.export=%d", sent), "1 export by the number of the export"},
			{kim, "/search", " iv_sent\u200b", "", fmt.Sprintf("/search?asked=1&by.interview=%d", sent), "1 export by the id of the interview"},
			{kim, "/search", "https://app.greenhouse.io/people/7", "", fmt.Sprintf("/search?asked=1&by.greenhouse=%d", sent), "by Greenhouse’s id of the candidate"},
			{kim, "/search", "cand_iv_sent", "", fmt.Sprintf("/search?asked=1&by.candidate=%d", sent), "1 export by the id of the candidate"},
			{kim, "/search", "Ada <ADA@example.com>", "", fmt.Sprintf("/search?asked=1&by.email=%d.%d", other, sent), "2 exports by the email"},
			{kim, "/search", "lovel", "acme", fmt.Sprintf("/search?asked=1&by.name=%d&org=acme", sent), "1 export by a part of the name"},
			{kim, "/search", "lovel", "", "/search?asked=1", "Nothing was found. An email must be whole; to search by name, choose a company."},
			{kim, "/search", "IV_OTH", "", fmt.Sprintf("/search?asked=1&by.part=%d", other), "1 export by a part of an id"},
			{kim, "/search", "iv_bad", "", "/search?asked=1&interview=iv_bad&message=acme", "/orgs/acme/why?q=iv_bad"},
			{kim, "/search", "glob", "", "/search?asked=1&company=globex", `href="/orgs/globex"`},
			{kim, "/search", "nobody@example.com", "acme", "/search?asked=1&org=acme", "Nothing was found at acme"},
			{val, "/search", "ada@example.com", "", "/search?asked=1", "Names and emails are for those on call."},
			{val, "/search", "iv_sent", "", fmt.Sprintf("/search?asked=1&by.interview=%d", sent), "1 export by the id of the interview"},
			{mia, "/orgs/acme/search", "ada@example.com", "", fmt.Sprintf("/orgs/acme/search?asked=1&by.email=%d", sent), "Ada Lovelace"},
			{mia, "/orgs/acme/search", "LOVE", "globex", fmt.Sprintf("/orgs/acme/search?asked=1&by.name=%d", sent), "Ada Lovelace"},
			{mia, "/orgs/acme/search", "iv_other", "", "/orgs/acme/search?asked=1", "Nothing was found at acme"},
			{mia, "/orgs/acme/search", "globex", "", "/orgs/acme/search?asked=1", "Nothing was found at acme"},
		} {
			address, page := s.found(c.path, c.who, c.q, c.near)
			assert.Equal(t, c.address, address, c.q)
			assert.Contains(t, page, c.say, c.q)
		}
	})
	t.Run("IsRecordedWhereItLooksForPeople", func(t *testing.T) {
		before := s.audits("search people")
		s.found("/search", kim, "iv_sent", "")
		assert.Equal(t, before, s.audits("search people"))
		s.found("/search", kim, "ada@example.com", "")
		assert.Equal(t, before+1, s.audits("search people"))
	})
	t.Run("ShowsACompanyItsOwnWhateverTheAddressNames", func(t *testing.T) {
		page := s.ask("GET", fmt.Sprintf("/orgs/acme/search?asked=1&by.email=%d.%d&company=globex&message=globex&interview=iv_x", sent, other), "", mia).body
		assert.Contains(t, page, "Found: 1 export by the email.")
		assert.NotContains(t, page, "globex")
		assert.NotContains(t, page, "iv_other")
	})
	t.Run("IsOnEveryPage", func(t *testing.T) {
		assert.Contains(t, s.ask("GET", "/nothing", "", val).body, `role="search" aria-label="Everything" method="post" action="/search"`)
		assert.Contains(t, s.ask("GET", "/orgs/acme", "", kim).body, `<input type="hidden" name="org" value="acme">`)
		assert.Contains(t, s.ask("GET", "/orgs/acme", "", mia).body, `role="search" aria-label="Everything" method="post" action="/orgs/acme/search"`)
		assert.NotContains(t, s.ask("GET", "/login", "").body, `role="search"`)
	})
	t.Run("RefusesAnAddressThatIsNone", func(t *testing.T) {
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/search?asked=1&by.email=x", "", kim).StatusCode)
		assert.Equal(t, "/search", s.form("/search", kim, "q", "  ").Header.Get("Location"))
	})
}
