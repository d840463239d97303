package jobs_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

func TestEnqueue(t *testing.T) {
	t.Parallel()

	t.Run("WritesOneRowInTheCallersTransaction", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		owner := db.Pool(t)
		tx, err := connect(t, db.Role(t, rights.GrantProducer)).Begin(t.Context())
		require.NoError(t, err)
		id, err := jobs.Enqueue(t.Context(), tx, result())
		require.NoError(t, err)
		require.Zero(t, outboxSize(t, owner), "not before the commit")
		require.NoError(t, tx.Commit(t.Context()))

		var org, interview string
		var version int64
		var schema int
		var message []byte
		require.NoError(t, owner.QueryRow(t.Context(),
			"SELECT org_id, interview_id, version, schema_version, message FROM ghexport.outbox WHERE id = $1", id).
			Scan(&org, &interview, &version, &schema, &message))
		assert.Equal(t, "acme iv_123", org+" "+interview)
		assert.Equal(t, int64(7), version)
		assert.Equal(t, jobs.SchemaVersion, schema)
		got, err := jobs.Decode(message)
		require.NoError(t, err)
		want := result()
		want.SchemaVersion = jobs.SchemaVersion
		require.Equal(t, want, got)
	})

	t.Run("LeavesNothingBehindAfterRollback", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		tx, err := connect(t, db.Role(t, rights.GrantProducer)).Begin(t.Context())
		require.NoError(t, err)
		_, err = jobs.Enqueue(t.Context(), tx, result())
		require.NoError(t, err)
		require.NoError(t, tx.Rollback(t.Context()))
		require.Zero(t, outboxSize(t, db.Pool(t)))
	})

	t.Run("RefusesBeforeItTouchesTheTransaction", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		tx, err := connect(t, db.Role(t, rights.GrantProducer)).Begin(t.Context())
		require.NoError(t, err)
		_, err = jobs.Enqueue(t.Context(), tx, result(func(r *jobs.InterviewResult) { r.Candidate.Email = "" }))
		requireFields(t, []string{"candidate.email"}, err)
		_, err = jobs.Enqueue(t.Context(), tx, result())
		require.NoError(t, err, "the transaction goes on")
		require.NoError(t, tx.Commit(t.Context()))
		require.Equal(t, 1, outboxSize(t, db.Pool(t)))
	})

	t.Run("WorksOverTheSimpleProtocol", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		config, err := pgx.ParseConfig(db.Role(t, rights.GrantProducer))
		require.NoError(t, err)
		config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
		conn, err := pgx.ConnectConfig(t.Context(), config)
		require.NoError(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		require.NoError(t, pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			_, err := jobs.Enqueue(t.Context(), tx, result(func(r *jobs.InterviewResult) { r.FreeformFeedback = `it's a \ "quote"` }))
			return err
		}))
		require.Equal(t, 1, outboxSize(t, db.Pool(t)))
	})

	t.Run("HasATwinForDatabaseSQL", func(t *testing.T) {
		t.Parallel()
		db := storetest.NewDB(t)
		producer, err := sql.Open("pgx", db.Role(t, rights.GrantProducer))
		require.NoError(t, err)
		defer producer.Close()
		tx, err := producer.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = jobs.EnqueueSQL(t.Context(), tx, jobs.InterviewResult{})
		requireFields(t, []string{"org_id", "interview_id", "interviewed_at", "candidate.id"}, err)
		id, err := jobs.EnqueueSQL(t.Context(), tx, result())
		require.NoError(t, err)
		require.Positive(t, id)
		require.NoError(t, tx.Commit())
		require.Equal(t, 1, outboxSize(t, db.Pool(t)))
	})
}

func TestEnqueue_RefusesSQLNull(t *testing.T) {
	t.Parallel()
	conn := connect(t, storetest.NewDB(t).URL)
	_, err := conn.Exec(t.Context(), "SELECT ghexport.enqueue(NULL)")
	require.ErrorContains(t, err, "22023")
	require.ErrorContains(t, err, "message: must be a JSON object")
	var answer []byte
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT ghexport.validate(NULL)").Scan(&answer))
	var v validation
	require.NoError(t, json.Unmarshal(answer, &v))
	require.Equal(t, []jobs.FieldError{{Field: "message", Message: "must be a JSON object, not null"}}, v.Errors)
}

func TestEnqueue_Wakes(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (enqueue func(pgx.Tx), listener, producer *pgx.Conn) {
		db := storetest.NewDB(t)
		listener = connect(t, db.URL)
		_, err := listener.Exec(t.Context(), `LISTEN "ghexport.wake"; LISTEN marker`)
		require.NoError(t, err)
		return func(tx pgx.Tx) {
			_, err := jobs.Enqueue(t.Context(), tx, result())
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), "NOTIFY marker")
			require.NoError(t, err)
		}, listener, connect(t, db.URL)
	}
	heard := func(t *testing.T, listener *pgx.Conn) string {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		n, err := listener.WaitForNotification(ctx)
		require.NoError(t, err, "wait for a notification")
		return n.Channel
	}
	awake := func(t *testing.T, conn *pgx.Conn, offset string) {
		_, err := conn.Exec(t.Context(),
			"SELECT setval('ghexport.awake_until', (extract(epoch FROM clock_timestamp() + $1::text::interval) * 1000000)::bigint)", offset)
		require.NoError(t, err)
	}

	t.Run("AtCommitWhileTheRelaySleeps", func(t *testing.T) {
		t.Parallel()
		enqueue, listener, producer := setup(t)
		tx, err := producer.Begin(t.Context())
		require.NoError(t, err)
		enqueue(tx)
		require.NoError(t, tx.Commit(t.Context()))
		require.Equal(t, "ghexport.wake", heard(t, listener))
		require.Equal(t, "marker", heard(t, listener))

		awake(t, producer, "-1 millisecond")
		tx, err = producer.Begin(t.Context())
		require.NoError(t, err)
		enqueue(tx)
		require.NoError(t, tx.Commit(t.Context()))
		require.Equal(t, "ghexport.wake", heard(t, listener), "a promise that has run out")
	})

	t.Run("NotWhileTheRelayPolls", func(t *testing.T) {
		t.Parallel()
		enqueue, listener, producer := setup(t)
		awake(t, producer, "1 hour")
		tx, err := producer.Begin(t.Context())
		require.NoError(t, err)
		enqueue(tx)
		require.NoError(t, tx.Commit(t.Context()))
		require.Equal(t, "marker", heard(t, listener))
	})

	t.Run("LooksAtTheClockAndNotAtItsTransactionsBegin", func(t *testing.T) {
		t.Parallel()
		enqueue, listener, producer := setup(t)
		tx, err := producer.Begin(t.Context())
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), "SELECT 1")
		require.NoError(t, err)
		awake(t, listener, "0") // later than the transaction's begin, earlier than now
		enqueue(tx)
		require.NoError(t, tx.Commit(t.Context()))
		require.Equal(t, "ghexport.wake", heard(t, listener))
	})
}

// Producers link this package: River, and what the service needs, must not come with it.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for dependency := range strings.Lines(string(out)) {
		dependency = strings.TrimSpace(dependency)
		if !strings.Contains(strings.SplitN(dependency, "/", 2)[0], ".") { // the standard library
			continue
		}
		allowed := dependency == "github.com/interviewing-io/greenhouse-export/jobs" || strings.HasPrefix(dependency, "github.com/jackc/") ||
			strings.HasPrefix(dependency, "golang.org/x/")
		assert.True(t, allowed, dependency)
	}
}

func outboxSize(t testing.TB, db interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}) int {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.outbox").Scan(&n))
	return n
}
