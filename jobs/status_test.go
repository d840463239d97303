package jobs_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	type testBundle struct {
		owner, producer *pgx.Conn
	}
	setup := func(t *testing.T) testBundle {
		db := storetest.NewDB(t)
		return testBundle{owner: connect(t, db.URL), producer: connect(t, db.Role(t, store.GrantProducer))}
	}
	requireStatus := func(t *testing.T, b testBundle, want string) {
		t.Helper()
		var got *string
		require.NoError(t, b.producer.QueryRow(t.Context(), "SELECT ghexport.status('acme', 'iv_123')::text").Scan(&got))
		if want == "" {
			require.Nil(t, got)
			return
		}
		require.NotNil(t, got)
		require.JSONEq(t, want, *got)
	}
	insert := func(t *testing.T, b testBundle, state, cause string) {
		_, err := b.owner.Exec(t.Context(), `
			INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at, practice,
			                              due_at, profile_url, committed_at)
			VALUES ('acme', 'iv_123', 'cand_9', 1, '', $1, nullif($2, ''), now(), false, CASE WHEN $1 = 'pending' THEN now() END,
			        CASE WHEN $1 = 'sent' THEN 'https://app.greenhouse.io/people/1' END, now())`, state, cause)
		require.NoError(t, err)
	}

	t.Run("NullForAnUnknownInterview", func(t *testing.T) {
		t.Parallel()
		requireStatus(t, setup(t), "")
	})

	t.Run("WaitingWithoutAStateBeforeTheFirstFold", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		require.NoError(t, pgx.BeginFunc(t.Context(), b.producer, func(tx pgx.Tx) error {
			_, err := jobs.Enqueue(t.Context(), tx, result())
			return err
		}))
		requireStatus(t, b, `{"state": null, "cause": null, "held": null, "profile_url": null, "waiting": true}`)
	})

	t.Run("NamesAMessageThatCouldNotBeFolded", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		_, err := b.owner.Exec(t.Context(), `
			INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
			VALUES (1, 'acme', 'iv_123', 1, 1, '{}', 'x', now())`)
		require.NoError(t, err)
		requireStatus(t, b, `{"state": null, "cause": "message.invalid", "held": null, "profile_url": null, "waiting": true}`)
	})

	t.Run("HeldWhilePendingAndThenWithoutACause", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "pending", "limited")
		requireStatus(t, b, `{"state": "pending", "cause": null, "held": "off", "profile_url": null, "waiting": false}`)
	})

	t.Run("CauseWhileTheCompanyMaySend", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "pending", "limited")
		_, err := b.owner.Exec(t.Context(), `
			INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, created_by, credential_version, tested_version)
			VALUES ('acme', true, 'x', 'x', 1, 1)`)
		require.NoError(t, err)
		requireStatus(t, b, `{"state": "pending", "cause": "limited", "held": null, "profile_url": null, "waiting": false}`)
	})

	t.Run("SentIsNeverHeld", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "sent", "")
		requireStatus(t, b, `{"state": "sent", "cause": null, "held": null, "profile_url": "https://app.greenhouse.io/people/1", "waiting": false}`)
	})
}
