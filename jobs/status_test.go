package jobs_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	type testBundle struct {
		owner, producer *pgx.Conn
	}
	setup := func(t *testing.T) testBundle {
		db := storetest.NewDB(t)
		return testBundle{owner: connect(t, db.URL), producer: connect(t, db.Role(t, rights.GrantProducer))}
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
		requireStatus(t, b, `{"state": null, "cause": null, "held": null, "profile_url": null, "waiting": true, "greenhouse_status": null, "stage": null, "status_at": null}`)
	})

	t.Run("NamesAMessageThatCouldNotBeFolded", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		_, err := b.owner.Exec(t.Context(), `
			INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
			VALUES (1, 'acme', 'iv_123', 1, 1, '{}', 'x', now())`)
		require.NoError(t, err)
		requireStatus(t, b, `{"state": null, "cause": "message.invalid", "held": null, "profile_url": null, "waiting": true, "greenhouse_status": null, "stage": null, "status_at": null}`)
	})

	t.Run("HeldWhilePendingAndThenWithoutACause", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "pending", "limited")
		requireStatus(t, b, `{"state": "pending", "cause": null, "held": "off", "profile_url": null, "waiting": false, "greenhouse_status": null, "stage": null, "status_at": null}`)
	})

	t.Run("CauseWhileTheCompanyMaySend", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "pending", "limited")
		_, err := b.owner.Exec(t.Context(), `
			INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, created_by, credential_version, tested_version)
			VALUES ('acme', true, 'x', 'x', 1, 1)`)
		require.NoError(t, err)
		requireStatus(t, b, `{"state": "pending", "cause": "limited", "held": null, "profile_url": null, "waiting": false, "greenhouse_status": null, "stage": null, "status_at": null}`)
	})

	t.Run("SentIsNeverHeld", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "sent", "")
		requireStatus(t, b, `{"state": "sent", "cause": null, "held": null, "profile_url": "https://app.greenhouse.io/people/1", "waiting": false, "greenhouse_status": null, "stage": null, "status_at": null}`)
	})

	t.Run("WhereTheCandidateStands", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		insert(t, b, "sent", "")
		execute := func(sql string) {
			t.Helper()
			_, err := b.owner.Exec(t.Context(), sql)
			require.NoError(t, err)
		}
		execute("UPDATE ghexport.exports SET greenhouse_candidate_id = 7")
		execute("UPDATE ghexport.tracks SET status = 'active', stage = 'Onsite', moved_at = '2026-11-26T09:14:05Z'")
		const url = "https://app.greenhouse.io/people/1"
		requireStatus(t, b, `{"state": "sent", "cause": null, "held": null, "profile_url": "`+url+`", "waiting": false,
			"greenhouse_status": "active", "stage": "Onsite", "status_at": "2026-11-26T09:14:05+00:00"}`)
		execute("UPDATE ghexport.tracks SET gone = 'deleted', gone_at = '2026-11-27T09:14:05Z'")
		requireStatus(t, b, `{"state": "sent", "cause": null, "held": null, "profile_url": "`+url+`", "waiting": false,
			"greenhouse_status": "deleted", "stage": "Onsite", "status_at": "2026-11-27T09:14:05+00:00"}`)
	})
}

func TestChanges(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	owner, producer := connect(t, db.URL), connect(t, db.Role(t, rights.GrantProducer))
	_, err := owner.Exec(t.Context(), `
		INSERT INTO ghexport.changes (org_id, interview_id, export_id, what, status, stage, at)
		SELECT 'acme', 'iv_' || n, n, 'moved', 'active', 'Onsite', now() FROM generate_series(1, 1001) n`)
	require.NoError(t, err)
	read := func(call string) []string {
		t.Helper()
		rows, err := producer.Query(t.Context(), "SELECT interview_id FROM "+call)
		require.NoError(t, err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return list
	}
	require.Len(t, read("ghexport.changes(0)"), 1000)
	require.Equal(t, []string{"iv_1001"}, read("ghexport.changes(1000)"))
	require.Equal(t, []string{"iv_1", "iv_2"}, read("ghexport.changes(NULL, 2)"))
	require.Empty(t, read("ghexport.changes(1001)"))
	require.Len(t, read("ghexport.changes(0, 0)"), 1)
}
