package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/web"
)

// findsPeople gives a console what it needs to find people by their email.
func findsPeople(t *testing.T) (*seal.Digests, func(*web.Config)) {
	t.Helper()
	digests, err := seal.NewDigests(seal.NewDigestKey())
	require.NoError(t, err)
	return digests, func(c *web.Config) { c.Digests = digests }
}

// person gives an export somebody whom it is about.
func (s *site) person(export int64, digests *seal.Digests, first, last, email string) {
	s.t.Helper()
	s.exec(`WITH b AS (INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format)
	        SELECT org_id, interview_id, $2, $3, $4, 'the note of ' || $2, 1 FROM ghexport.exports WHERE id = $1 RETURNING id)
	        UPDATE ghexport.exports SET body_id = (SELECT id FROM b), email_digest = $5, candidate_digest = $6 WHERE id = $1`,
		export, first, last, email, digests.Email(email), digests.Candidate(email))
}

// form sends a form as a page of ours does.
func (s *site) form(path string, as func(*http.Request), fields ...string) answer {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return s.ask("POST", path, values.Encode(), as, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
}

// audits counts what the trail says was done.
func (s *site) audits(action string) int {
	s.t.Helper()
	trail, err := query.In(s.store).AuditTrail(s.t.Context(), query.AuditFilter{Action: ledger.Action(action)})
	require.NoError(s.t, err)
	return len(trail)
}

func TestExports(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	val, kim, mia := s.as("val"), s.as("kim"), s.asCompany("acme")

	t.Run("Empty", func(t *testing.T) {
		assert.Contains(t, s.ask("GET", "/exports", "", val).body, "There are no exports yet.")
		assert.Contains(t, s.ask("GET", "/exports?state=dead", "", val).body, "No export matches.")
	})

	sent := s.export("acme", "iv_sent", ledger.StateSent, "")
	dead := s.export("acme", "iv_dead", ledger.StateDead, ledger.CausePayloadRefused)
	held := s.export("globex", "iv_held", ledger.StatePending, "")
	s.person(sent, digests, "Ada", "Lovelace", "ada@example.com")
	s.person(held, digests, "Ada", "Byron", "ada@example.com")

	t.Run("FiltersInTheAddress", func(t *testing.T) {
		for query, want := range map[string][]string{
			"": {"iv_sent", "iv_dead", "iv_held"}, "?state=sent": {"iv_sent"}, "?org=globex": {"iv_held", ">Held<"}, "?cause=off": {"iv_held"},
			"?cause=payload.refused": {"iv_dead"}, "?q=_DEA": {"iv_dead"}, "?since=2099-01-01": {"No export matches."},
			"?until=2017-01-01": {"No export matches."}, fmt.Sprintf("?found=%d.%d", sent, held): {"iv_sent", "iv_held", "Your search found 2 exports."},
			"?found=.": {"Your search found 0 exports."},
		} {
			page := s.ask("GET", "/exports"+query, "", val)
			require.Equal(t, http.StatusOK, page.StatusCode, query)
			for _, interview := range []string{"iv_sent", "iv_dead", "iv_held"} {
				assert.Equal(t, strings.Contains(strings.Join(want, " "), interview), strings.Contains(page.body, ">"+interview+"<"), "%s in %s", interview, query)
			}
			for _, says := range want {
				assert.Contains(t, page.body, says, query)
			}
			assert.NotContains(t, page.body, "Lovelace", query)
		}
	})
	t.Run("CountsByState", func(t *testing.T) {
		assert.Regexp(t, `(?s)href="/exports\?state=dead"[^>]*><strong>1</strong> <span>Dead`, s.ask("GET", "/exports", "", val).body)
		assert.Regexp(t, `(?s)state=dead"[^>]*><strong>0</strong> <span>Dead`, s.ask("GET", "/orgs/globex/exports", "", val).body)
	})
	t.Run("RefusesWhatIsNoList", func(t *testing.T) {
		for _, query := range []string{"state=lost", "cause=none", "after=x", "before=-1", "since=yesterday", "found=1.x"} {
			assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/exports?"+query, "", val).StatusCode, query)
		}
	})
	t.Run("FindsPeopleForWhoMay", func(t *testing.T) {
		for _, c := range []struct {
			who      func(*http.Request)
			path     string
			q        string
			location string
		}{
			{val, "/exports", "iv_d", "/exports?q=iv_d"},
			{val, "/exports", "ada@example.com", "/exports?q=ada%40example.com"}, // taken for an id
			{kim, "/exports", "ADA@example.com ", fmt.Sprintf("/exports?found=%d.%d", held, sent)},
			{kim, "/orgs/acme/exports", "love", fmt.Sprintf("/orgs/acme/exports?found=%d", sent)},
			{kim, "/orgs/acme/exports", "nobody", "/orgs/acme/exports?found=."},
			{mia, "/orgs/acme/exports", "ada@example.com", fmt.Sprintf("/orgs/acme/exports?found=%d", sent)},
		} {
			a := s.form(c.path, c.who, "q", c.q)
			assert.Equal(t, http.StatusSeeOther, a.StatusCode, c.q)
			assert.Equal(t, c.location, a.Header.Get("Location"), c.q)
		}
		assert.Equal(t, 4, s.audits("search people"))
	})
	t.Run("ACompanySeesItsOwnAndTheirNames", func(t *testing.T) {
		page := s.ask("GET", "/orgs/acme/exports", "", mia)
		for _, says := range []string{"iv_sent", "iv_dead", "Ada Lovelace"} {
			assert.Contains(t, page.body, says)
		}
		for _, hides := range []string{"iv_held", "Byron", "/runbooks/", "ghexport show"} {
			assert.NotContains(t, page.body, hides)
		}
		for _, query := range []string{"?org=globex", fmt.Sprintf("?found=%d", held), "?q=iv_held"} {
			assert.NotContains(t, s.ask("GET", "/orgs/acme/exports"+query, "", mia).body, ">iv_held<", query)
		}
		for _, path := range []string{"/exports", "/orgs/globex/exports", fmt.Sprintf("/exports/%d", held), "/exports/csv", "/decisions", "/why"} {
			assert.Equal(t, http.StatusNotFound, s.ask("GET", path, "", mia).StatusCode, path)
		}
		assert.Equal(t, http.StatusOK, s.ask("GET", fmt.Sprintf("/exports/%d", dead), "", mia).StatusCode)
	})
}

func TestExports_PageOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	val := s.as("val")
	for i := range 101 {
		s.export("acme", fmt.Sprintf("iv_%03d", i), ledger.StateDead, ledger.CauseBug)
	}
	s.export("acme", "newest", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	next := func(page answer, text string) answer {
		_, rest, found := strings.Cut(page.body, `<a rel="`+map[string]string{"Older": "next", "Newer": "prev"}[text]+`" href="`)
		require.True(t, found, page.body)
		path, _, _ := strings.Cut(rest, `"`)
		return s.ask("GET", strings.ReplaceAll(path, "&amp;", "&"), "", val)
	}
	first := s.ask("GET", "/exports?state=dead", "", val)
	assert.Equal(t, 50, strings.Count(first.body, ">iv_"))
	assert.NotContains(t, first.body, ">Newest<")
	second := next(first, "Older")
	assert.Equal(t, 50, strings.Count(second.body, ">iv_"))
	assert.Contains(t, second.body, ">iv_050<")
	third := next(second, "Older")
	assert.Equal(t, 1, strings.Count(third.body, ">iv_"))
	assert.NotContains(t, third.body, `rel="next"`)
	assert.Equal(t, 50, strings.Count(next(third, "Newer").body, ">iv_"))
}

func TestExportsCSV(t *testing.T) {
	t.Parallel()
	digests, with := findsPeople(t)
	s := setup(t, with)
	evil := s.export("acme", `=cmd|' /C calc'!A0`, ledger.StateDead, ledger.CausePayloadRefused)
	s.exec("UPDATE ghexport.exports SET candidate_id = '@SUM(1)', detail = E'\\tname: is \"bad\", -1' WHERE id = $1", evil)
	s.person(evil, digests, "Ada", "Lovelace", "ada@example.com")
	s.export("globex", "iv_held", ledger.StatePending, "")

	a := s.ask("GET", "/exports/csv", "", s.as("val"))
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Equal(t, "text/csv; charset=utf-8", a.Header.Get("Content-Type"))
	assert.Contains(t, a.Header.Get("Content-Disposition"), "attachment")
	lines, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 3)
	row := map[string]string{}
	for i, name := range lines[0] {
		row[name] = lines[2][i]
	}
	assert.Equal(t, `'=cmd|' /C calc'!A0`, row["interview"])
	assert.Equal(t, "'@SUM(1)", row["candidate"])
	assert.Equal(t, "'\tname: is \"bad\", -1", row["detail"])
	assert.Equal(t, "payload.refused", row["cause"])
	assert.Equal(t, "off", lines[1][5], "held for")
	for _, hides := range []string{"Ada", "Lovelace", "ada@", "the note"} {
		assert.NotContains(t, a.body, hides)
	}
	own := s.ask("GET", "/orgs/acme/exports/csv?org=globex", "", s.asCompany("acme"))
	assert.NotContains(t, own.body, "globex")
	assert.Contains(t, own.body, "acme")
	assert.Equal(t, 1, strings.Count(s.ask("GET", "/exports/csv?state=sent", "", s.as("val")).body, "\n"))
	assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/exports/csv?state=lost", "", s.as("val")).StatusCode)
}
