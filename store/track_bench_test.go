package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// BenchmarkTracking times what looks at 100,000 sent candidates of 200 companies ask of the database, on one machine and one database. A
// round is what one company's job does: go test -run - -bench Tracking ./store
func BenchmarkTracking(b *testing.B) {
	d := setup(b)
	owner := d.test.Pool(b)
	for _, sql := range []string{
		`INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, key_digest, credential_version, tested_version, created_by)
		 SELECT 'org_' || n, true, 'sealed', convert_to('key ' || n, 'UTF8'), 1, 1, 'mia@example.com' FROM generate_series(0, 199) n`,
		`INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice,
		        greenhouse_candidate_id, sent_at, committed_at)
		 SELECT 'org_' || n % 200, 'iv_' || n, 'cand_' || n, 1, '\x00', 'sent', now(), false, n, now(), now() FROM generate_series(1, 100000) n`,
		`INSERT INTO ghexport.tracks (export_id, org_id, greenhouse_candidate_id, status, stage, sent_at, seen_at, moved_at, next_look_at)
		 SELECT id, org_id, greenhouse_candidate_id, 'active', 'Review', now(), now() - interval '1 hour', now(), now() FROM ghexport.exports`,
		"INSERT INTO ghexport.tracking (org_id) SELECT org_id FROM ghexport.integrations",
		"VACUUM (ANALYZE) ghexport.exports, ghexport.tracks, ghexport.tracking, ghexport.integrations",
	} {
		_, err := owner.Exec(b.Context(), sql)
		require.NoError(b, err)
	}

	b.Run("Claim", func(b *testing.B) {
		for b.Loop() {
			_, err := tracking.In(d.Store).DueTracking(b.Context(), 16)
			require.NoError(b, err)
		}
	})
	// Of fifty candidates one in ten has moved. Each look puts off those it was at, so the next finds others.
	look := func(moved int) func(*testing.B) {
		n := 0
		return func(b *testing.B) {
			for b.Loop() {
				org := fmt.Sprint("org_", n%200)
				n++
				ids, err := tracking.In(d.Store).DueCandidates(b.Context(), org, 50)
				require.NoError(b, err)
				list := make([]ledger.Observation, 0, len(ids))
				for i, id := range ids {
					stage := "Review"
					if i < moved {
						stage = fmt.Sprint("Stage ", n)
					}
					list = append(list, standsAt(id, time.Now(), "active", stage))
				}
				_, err = tracking.In(d.Store).Observe(b.Context(), org, list)
				require.NoError(b, err)
			}
		}
	}
	b.Run("LookAtFifty", look(0))
	b.Run("LookAtFiftyOfWhichFiveMoved", look(5))
}
