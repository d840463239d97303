package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
	"github.com/interviewing-io/greenhouse-export/web"
)

// A ledger of a million exports of 8,000 companies: one with every tenth, 1,500 dead letters of one, thirty days of attempts summed up.
var benchLedger = []string{
	`INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, key_digest, created_by, credential_version, tested_version, last_good_at, check_at)
	 SELECT 'org_' || n, n % 20 <> 3, 'x', convert_to('key ' || n, 'UTF8'), 'mia@example.com', 1, 1, now() - n * interval '1 minute', now() + interval '1 day' FROM generate_series(0, 7999) n`,
	`INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, detail, interviewed_at, practice, due_at, blocked_at, attention_at,
	        attempts, sent_at, greenhouse_candidate_id, committed_at, created_at, updated_at)
	 SELECT CASE WHEN s.state = 'dead' OR n % 10 = 0 THEN 'org_0' ELSE 'org_' || n % 8000 END, 'iv_' || n, 'cand_' || n, 1, '\x00', s.state,
	        CASE s.state WHEN 'dead' THEN 'payload.refused' WHEN 'ineligible' THEN 'decision.no' WHEN 'unknown' THEN 'outcome.unknown' END,
	        CASE s.state WHEN 'dead' THEN 'custom_fields: is required' END, at, false, CASE s.state WHEN 'pending' THEN now() END, NULL,
	        CASE WHEN s.state IN ('dead', 'unknown') THEN at END, 1, CASE s.state WHEN 'sent' THEN at END, CASE s.state WHEN 'sent' THEN n END, at, at, at
	   FROM generate_series(1, 1000000) n
	  CROSS JOIN LATERAL (SELECT now() - (1000000 - n) * interval '3 s' AS at) a
	  CROSS JOIN LATERAL (SELECT CASE WHEN n > 998500 THEN 'dead' WHEN n > 998400 THEN 'unknown' WHEN n > 990000 THEN 'pending' WHEN n % 5 = 0 THEN 'ineligible' ELSE 'sent' END AS state) s`,
	`INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, status, cause)
	 SELECT gen_random_uuid(), id, 1, created_at, created_at + interval '1 s', state, CASE state WHEN 'sent' THEN 200 ELSE 422 END, cause
	   FROM ghexport.exports WHERE state IN ('sent', 'dead') AND id > 700000`,
	"VACUUM (ANALYZE) ghexport.exports", "VACUUM (ANALYZE) ghexport.attempts", "VACUUM (ANALYZE) ghexport.integrations",
}

// BenchmarkPages asks for pages of a large ledger, and tells how long each took and how many bytes it is: go test ./web -run '^$' -bench Pages.
func BenchmarkPages(b *testing.B) {
	test := storetest.NewDB(b)
	owner := test.Pool(b)
	for _, sql := range benchLedger {
		_, err := owner.Exec(b.Context(), sql)
		require.NoError(b, err)
	}
	st, err := store.Open(b.Context(), store.Config{URL: test.ServiceURL, MaxConns: 4})
	require.NoError(b, err)
	b.Cleanup(st.Close)
	require.NoError(b, figures.In(st).SumUpHours(b.Context()))
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(b, err)
	handler, err := web.New(web.Config{Users: "kim:" + string(hash) + ":oncall", Store: st, Ready: func(context.Context) error { return nil }, Version: "bench"})
	require.NoError(b, err)
	for _, path := range []string{"/", "/orgs", "/orgs?sort=accepted", "/orgs/org_0", "/orgs/org_7", "/exports", "/exports?state=dead", "/exports/999999", "/dead", "/decisions", "/numbers?range=30d"} {
		b.Run(path, func(b *testing.B) {
			var size int
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("Accept", "text/html")
				r.SetBasicAuth("kim", password)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size)/1000, "kB/page")
		})
	}
}
