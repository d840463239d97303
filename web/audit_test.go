package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// acts puts a little of everything into the trail: ours, with words of ours alone, and a company's own.
func (s *site) acts() (export int64) {
	s.t.Helper()
	ctx := s.t.Context()
	ada := store.By{Actor: "ada", Reason: "they pay late", From: "203.0.113.9"}
	mia := store.By{Actor: "mia of acme", From: "198.51.100.4"}
	for _, org := range []string{"acme", "globex"} {
		_, err := s.store.Connect(ctx, store.Connect{
			OrgID: org, SealedKey: []byte("sealed"), KeyDigest: []byte("digest " + org), KeyLast5: "a7f2c", CreatedBy: "recruiting@" + org + ".example",
			Tested: true, Enable: true, Waiting: store.WaitingSend,
		}, ada)
		require.NoError(s.t, err)
	}
	zone := "Europe/Berlin"
	require.NoError(s.t, s.store.SetSettings(ctx, "acme", store.Settings{TimeZone: &zone}, mia))
	export = s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)
	_, err := s.store.Discard(ctx, store.Request{Filter: store.Filter{IDs: []int64{export}}, By: store.By{Actor: "ada", Reason: "=SUM(A1)", From: "host/ada"}})
	require.NoError(s.t, err)
	_, err = s.store.StopAll(ctx, ada)
	require.NoError(s.t, err)
	return export
}

// trail returns what people did, but for logging in.
func (s *site) trail(f query.AuditFilter) []query.AuditEntry {
	s.t.Helper()
	list, err := query.In(s.store).AuditTrail(s.t.Context(), f)
	require.NoError(s.t, err)
	return slices.DeleteFunc(list, func(e query.AuditEntry) bool { return e.Action == "log in" })
}

func TestAudit(t *testing.T) {
	t.Parallel()

	t.Run("OursSeeEverything", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		export := s.acts()
		kim := s.as("kim")
		a := s.ask("GET", "/audit", "", kim)
		require.Equal(t, http.StatusOK, a.StatusCode, a.body)
		for _, shown := range []string{
			"logged in", "192.0.2.1", "stopped everything", "ada", "they pay late", "203.0.113.9", "host/ada", "mia of acme", "time zone: Europe/Berlin",
			"state: dead → cancelled", fmt.Sprintf(`href="/exports/%d"`, export), "a7f2c",
		} {
			assert.Contains(t, a.body, shown)
		}
		for query, want := range map[string][2]string{
			"?actor=ada":                     {"stopped everything", "mia of acme"},
			"?action=org+set":                {"mia of acme", "they pay late"},
			"?org=globex":                    {"they pay late", "mia of acme"},
			fmt.Sprint("?export=", export):   {"discarded", "stopped everything<"},
			"?until=2020-01-01":              {"Nothing matches", "they pay late"},
			"?since=2020-01-01&actor=nobody": {"Nothing matches", "they pay late"},
			"?since=2020-01-01":              {"they pay late", "Nothing matches"},
		} {
			a := s.ask("GET", "/audit"+query, "", kim)
			_, table, _ := strings.Cut(a.body, "<main")
			_, table, _ = strings.Cut(table, "</form>")
			assert.Contains(t, table, want[0], query)
			assert.NotContains(t, table, want[1], query)
		}
		for _, query := range []string{"?since=yesterday", "?until=24.11.2026", "?export=x", "?after=-1"} {
			assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/audit"+query, "", kim).StatusCode, query)
		}
	})

	t.Run("ACompanySeesItsOwnAndNotHowWeSpeak", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.acts()
		mia := s.asCompany("acme")
		for _, path := range []string{"/orgs/acme/audit", "/orgs/acme/audit?org=globex&actor=ada", "/orgs/acme/audit/csv", "/orgs/acme/audit/csv?org=globex"} {
			a := s.ask("GET", path, "", mia)
			require.Equal(t, http.StatusOK, a.StatusCode, a.body)
			for _, shown := range []string{"mia", "198.51.100.4", "Europe/Berlin", "interviewing.io", "discarded", "saved the connection", "a7f2c", "came by a link"} {
				assert.Contains(t, a.body, shown, path)
			}
			for _, hidden := range []string{"ada", "they pay late", "SUM", "203.0.113.9", "host/", "globex", "stopped everything", "dead → cancelled"} {
				assert.NotContains(t, a.body, hidden, path)
			}
		}
		theirs := s.ask("GET", "/orgs/acme/audit?side=theirs", "", mia)
		assert.NotContains(t, theirs.body, ">discarded</td>")
		assert.Contains(t, theirs.body, "Europe/Berlin")
		ours := s.ask("GET", "/orgs/acme/audit?side=ours", "", mia)
		assert.Contains(t, ours.body, "discarded")
		assert.NotContains(t, ours.body, "Europe/Berlin")
		assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/orgs/acme/audit?side=both", "", mia).StatusCode)
	})

	t.Run("PageByPage", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.exec("INSERT INTO ghexport.audit (actor, action, org_id, reason) SELECT 'kim', 'replay', 'acme', 'number ' || n FROM generate_series(1, 120) n")
		val := s.as("val")
		seen := map[string]bool{}
		path := "/audit?actor=kim"
		for pages := 0; path != ""; pages++ {
			require.Less(t, pages, 4)
			a := s.ask("GET", path, "", val)
			for _, part := range strings.Split(a.body, "number ")[1:] {
				number, _, _ := strings.Cut(part, "<")
				assert.False(t, seen[number], "twice: %s", number)
				seen[number] = true
			}
			assert.Equal(t, pages > 0, strings.Contains(a.body, ">Newest<"))
			_, rest, more := strings.Cut(a.body, `rel="next" href="`)
			path = ""
			if more {
				path, _, _ = strings.Cut(rest, `"`)
				path = strings.ReplaceAll(path, "&amp;", "&")
			}
		}
		assert.Len(t, seen, 120)
	})

	t.Run("CSVHoldsNoFormula", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		s.acts()
		s.exec("INSERT INTO ghexport.audit (actor, action, reason) SELECT '@kim', 'replay', '-' || n FROM generate_series(1, 1500) n")
		a := s.ask("GET", "/audit/csv", "", s.as("val"))
		assert.Contains(t, a.Header.Get("Content-Type"), "text/csv")
		rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, []string{"at", "who", "from", "did", "company", "export", "because", "changes"}, rows[0])
		assert.Greater(t, len(rows), 1505)
		for _, row := range rows {
			for _, cell := range row {
				assert.NotRegexp(t, `^[=+@\t\r-]`, cell)
			}
		}
		assert.Contains(t, a.body, "'=SUM(A1)")
	})
}

func TestAudit_InABrowser(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.browser("ada")
	require.Equal(t, http.StatusOK, b.open("/orgs/initech/audit"))
	b.sees("Nobody has done anything yet.")
	b.axe()
	s.acts()
	require.Equal(t, http.StatusOK, b.open("/audit"))
	b.sees("Activity", "stopped everything", "time zone: Europe/Berlin")
	b.axe()
	b.shot("audit")
	b.choose("Did", "changed settings")
	b.click("Filter")
	b.sees("mia of acme")
	b.seesNot("they pay late")
	b.click("Show all again")
	b.sees("they pay late")
	b.open("/audit?actor=nobody")
	b.sees("Nothing matches.")
	b.shot("audit-nothing")
	require.Equal(t, http.StatusOK, b.open("/orgs/acme/audit"))
	b.axe()
	b.shot("audit-company-staff")

	mia := s.browser("mia of acme")
	require.Equal(t, http.StatusOK, mia.open("/orgs/acme/audit"))
	mia.sees("Activity of acme", "mia", "interviewing.io", "discarded")
	mia.seesNot("they pay late")
	mia.axe()
	mia.shot("audit-company")
}
