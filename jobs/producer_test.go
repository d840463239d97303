package jobs_test

import (
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// TestProducer runs the examples as a role that has a producer's rights and those on its own tables.
func TestProducer(t *testing.T) {
	t.Parallel()
	type testBundle struct {
		owner   *pgxpool.Pool
		address string // as the producer
	}
	setup := func(t *testing.T) testBundle {
		db := storetest.NewDB(t)
		b := testBundle{owner: db.Pool(t), address: db.Role(t, rights.GrantProducer)}
		u, err := url.Parse(b.address)
		require.NoError(t, err)
		to := pgx.Identifier{u.User.Username()}.Sanitize()
		_, err = b.owner.Exec(t.Context(), file(t, "testdata/product.sql")+
			"GRANT USAGE ON SCHEMA product TO "+to+"; GRANT ALL ON ALL TABLES IN SCHEMA product TO "+to)
		require.NoError(t, err)
		return b
	}
	newest := func(t *testing.T, b testBundle, interview string) jobs.InterviewResult {
		var message []byte
		require.NoError(t, b.owner.QueryRow(t.Context(),
			"SELECT message FROM ghexport.outbox WHERE interview_id = $1 ORDER BY version DESC LIMIT 1", interview).Scan(&message))
		r, err := jobs.Decode(message)
		require.NoError(t, err)
		return r
	}

	t.Run("InPlainSQL", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		_, err := connect(t, b.address).Exec(t.Context(), file(t, "testdata/example.sql"))
		require.NoError(t, err)
		r := newest(t, b, "iv_123")
		assert.Equal(t, int64(1), r.Version)
		assert.Equal(t, "Ada King Lovelace", r.Candidate.FullName)
		would, _ := jobs.Verdict(r)
		require.Equal(t, jobs.WouldExport, would)
	})

	t.Run("InGo", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		producer := poolFor(t, b.address)
		require.NoError(t, saveDecision(t.Context(), producer, "iv_123", "interviewer", false))
		r := newest(t, b, "iv_123")
		assert.Empty(t, r.Candidate.Email, "anonymous")
		require.NoError(t, saveDecision(t.Context(), producer, "iv_123", "interviewer", true))
		require.NoError(t, saveDecision(t.Context(), producer, "iv_123", "candidate", true))
		r = newest(t, b, "iv_123")
		assert.Equal(t, int64(3), r.Version)
		would, _ := jobs.Verdict(r)
		require.Equal(t, jobs.WouldExport, would)
	})

	t.Run("TwoDecisionsAtOnceDoNotMissEachOther", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		producer := poolFor(t, b.address)
		for n := range 30 {
			interview := fmt.Sprintf("iv_%d", n)
			_, err := b.owner.Exec(t.Context(),
				"INSERT INTO product.interviews (id, org_id, candidate_id, started_at) VALUES ($1, 'acme', 'cand_9', now())", interview)
			require.NoError(t, err)
			var both sync.WaitGroup
			for _, who := range []string{"interviewer", "candidate"} {
				both.Go(func() { assert.NoError(t, saveDecision(t.Context(), producer, interview, who, true)) })
			}
			both.Wait()
			would, because := jobs.Verdict(newest(t, b, interview))
			require.Equal(t, jobs.WouldExport, would, because)
		}
	})
}

func file(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func poolFor(t testing.TB, address string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}
