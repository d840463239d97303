package main

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// oldestAndBefore are the oldest version of the schema that this binary accepts, and the version before that.
func oldestAndBefore(t *testing.T, url string) (oldest, before int64) {
	t.Helper()
	oldest, err := migrations.Oldest()
	require.NoError(t, err)
	steps, err := migrations.Status(t.Context(), url)
	require.NoError(t, err)
	for _, step := range steps {
		if step.Owner == "ghexport" && step.Version < oldest {
			before = max(before, step.Version)
		}
	}
	return oldest, before
}

// On a schema that lacks what it needs a node would send and could not record, so it does not start, and is not ready where it runs.
func TestServe_OnTheSchemaBeforeTheOldest(t *testing.T) {
	t.Parallel()
	db := storetest.NewDB(t)
	oldest, before := oldestAndBefore(t, db.URL)
	conn, err := pgx.Connect(t.Context(), db.URL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "DROP SCHEMA ghexport CASCADE")
	require.NoError(t, err)
	require.NoError(t, migrations.UpTo(t.Context(), db.URL, before))
	keys, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	env := map[string]string{"DATABASE_URL": db.URL, "GHEXPORT_KEYSET": keys, "GHEXPORT_HTTP_ADDR": "127.0.0.1:0"}
	refusal := fmt.Sprintf("the database's schema is at version %d, and this binary needs %d", before, oldest)

	early := serveProcess(t, env)
	assert.Error(t, early.Wait())
	assert.Contains(t, early.log.String(), refusal)
	assert.Contains(t, early.log.String(), "run ghexport migrate up")

	require.NoError(t, migrations.UpTo(t.Context(), db.URL, oldest))
	node := serveProcess(t, env)
	until(t, "a node to be ready", func() bool { status, _ := node.ready(t); return status == http.StatusOK })
	_, err = conn.Exec(t.Context(), "DELETE FROM ghexport.goose_db_version WHERE version_id > $1", before) // as a restore leaves it
	require.NoError(t, err)
	status, text := node.ready(t)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, text, refusal)
}
