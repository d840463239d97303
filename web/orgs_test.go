package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

var companyLinks = regexp.MustCompile(`<th scope="row"><div><a href="/orgs/([^"]+)"`)

func TestOrgs(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.exec(`INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, created_by, credential_version, tested_version, last_good_at, key_digest)
	        SELECT 'org_' || to_char(n, 'FM0000'), true, 'x', 'mia@example.com', 1, 1, now() - n * interval '1 minute', convert_to('key ' || n, 'UTF8')
	          FROM generate_series(1, 8000) n`)
	for n := range 7 {
		s.export("org_4711", fmt.Sprint("iv_", n), ledger.StateDead, ledger.CausePayloadRefused)
	}
	s.export("org_0815", "iv", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	s.attempted(s.export("org_0001", "iv", ledger.StateSent, ""), ledger.OutcomeSent, ledger.CauseNone, time.Hour)
	kim := s.as("kim")
	listed := func(path string) (names []string, body string) {
		a := s.ask("GET", path, "", kim)
		require.Equal(t, http.StatusOK, a.StatusCode, a.body)
		for _, link := range companyLinks.FindAllStringSubmatch(a.body, -1) {
			names = append(names, link[1])
		}
		return names, a.body
	}

	t.Run("TheOneInNeedIsFirst", func(t *testing.T) {
		names, body := listed("/orgs")
		assert.Equal(t, []string{"org_4711", "org_0815", "org_0001"}, names[:3])
		assert.Less(t, len(body), 200_000, "8,000 companies are a light page")
		assert.Regexp(t, `<span class="state bad">On, 7 dead</span>`, body)
		assert.Regexp(t, `<span class="state warn">On, to decide</span>`, body)
	})
	t.Run("EveryPageIsAsLongAndNoneTwice", func(t *testing.T) {
		for _, sort := range []string{"name", "stands", "accepted", "dead&up=1"} {
			seen, path := map[string]bool{}, "/orgs?sort="+sort
			for range 3 {
				names, body := listed(path)
				require.Len(t, names, 50)
				for _, name := range names {
					require.False(t, seen[name], "%s is there twice by %s", name, sort)
					seen[name] = true
				}
				next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body)
				require.NotNil(t, next)
				path = strings.ReplaceAll(next[1], "&amp;", "&")
			}
		}
	})
	t.Run("SortsByEachColumn", func(t *testing.T) {
		names, _ := listed("/orgs?sort=accepted")
		assert.Equal(t, "org_0001", names[0])
		names, _ = listed("/orgs?sort=accepted&up=1")
		assert.Equal(t, "org_8000", names[0])
		names, body := listed("/orgs?sort=name")
		assert.Equal(t, "org_0001", names[0])
		assert.Contains(t, body, `aria-sort="ascending"`)
		names, _ = listed("/orgs?state=dead&q=47")
		assert.Equal(t, []string{"org_4711"}, names)
	})
	t.Run("RefusesWhatIsNoList", func(t *testing.T) {
		for _, path := range []string{"/orgs?sort=nonsense", "/orgs?state=nonsense", "/orgs?after=x&at=y"} {
			assert.Equal(t, http.StatusBadRequest, s.ask("GET", path, "", kim).StatusCode, path)
		}
	})
}

func TestCompany_SaysWhatIsNotWell(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.sendingCompany("massive")
	for n := range 3 {
		id := s.export("massive", fmt.Sprint("iv_", n), ledger.StateDead, ledger.CausePayloadRefused)
		s.exec("UPDATE ghexport.exports SET detail = 'custom_fields: is required' WHERE id = $1", id)
		s.attempted(id, ledger.OutcomeDead, ledger.CausePayloadRefused, 2*time.Hour)
	}
	s.exec("UPDATE ghexport.integrations SET key_digest = 'k'")
	s.exec("INSERT INTO ghexport.budgets (credential, limit_, spent, phase_known, window_end) VALUES ('k', 40, 30, true, now() + interval '1 hour')")
	kim := s.as("kim")

	t.Run("NeverGreenBesideDeadLetters", func(t *testing.T) {
		a := s.ask("GET", "/orgs/massive", "", kim)
		require.Equal(t, http.StatusOK, a.StatusCode)
		assert.Contains(t, a.body, `<span class="state bad">On, 3 dead</span>`)
		assert.Contains(t, a.body, "3 exports were refused for good or given up.")
		assert.Contains(t, a.body, "3 × custom_fields: is required")
		assert.Regexp(t, `href="/runs/new\?fingerprint=[0-9a-f]+&amp;org=massive"`, a.body)
		assert.Contains(t, a.body, "30 of 40")
		assert.NotContains(t, a.body, "never refused this company.")
	})
	t.Run("LooksGoodOnEveryScreen", func(t *testing.T) {
		b := s.browser("kim")
		b.open("/orgs/massive")
		b.sees("What is dead, by what it died of")
		b.axe()
		b.shot("company-massive")
		b.open("/orgs")
		b.axe()
		b.shot("orgs-massive")
	})
	t.Run("TheirAdminSeesItToo", func(t *testing.T) {
		a := s.ask("GET", "/orgs/massive", "", s.asCompany("massive"))
		assert.Contains(t, a.body, "On, 3 dead")
		assert.NotContains(t, a.body, "/runs/new")
		assert.NotContains(t, a.body, "30 of 40")
	})
	t.Run("FailingIsNotGreenEither", func(t *testing.T) {
		s.sendingCompany("failing")
		s.attempted(s.export("failing", "iv", ledger.StatePending, ledger.CauseGreenhouseDown), ledger.OutcomeAgain, ledger.CauseGreenhouseDown, time.Minute)
		assert.Contains(t, s.ask("GET", "/orgs/failing", "", kim).body, `<span class="state warn">On, failing</span>`)
		assert.Contains(t, s.ask("GET", "/orgs", "", kim).body, `<span class="state warn">On, failing</span>`)
	})
	t.Run("ANewCompanysFirstStepIsTheRightOne", func(t *testing.T) {
		s.export("fresh", "iv_first", ledger.StatePending, "")
		a := s.ask("GET", "/orgs/fresh", "", kim)
		assert.Contains(t, a.body, `href="#link">Make a link for their admin</a>`)
		assert.NotContains(t, a.body, "Turn it on, and say")
		a = s.ask("GET", "/orgs/fresh", "", s.asCompany("fresh"))
		assert.Contains(t, a.body, `href="/orgs/fresh/settings#connect">Enter key and email</a>`)
		s.exec("INSERT INTO ghexport.integrations (org_id, sealed_key, created_by, credential_version) VALUES ('fresh', 'x', 'mia@example.com', 1)")
		assert.Contains(t, s.ask("GET", "/orgs/fresh", "", kim).body, `>Test the connection</a>`)
		s.exec("UPDATE ghexport.integrations SET tested_version = 1 WHERE org_id = 'fresh'")
		assert.Contains(t, s.ask("GET", "/orgs/fresh", "", kim).body, `href="/orgs/fresh/settings#greenhouse">Turn it on</a>`)
		assert.NotContains(t, s.ask("GET", "/orgs/fresh", "", s.as("val")).body, "What comes next", "who only reads has no step")
	})
}
