package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
)

// Nodes are told to stop and replaced, again and again, some while they still start: what is in flight finishes, so nothing is unknown.
func TestServe_SigtermStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6, 50)
	nodes := []*process{serveProcess(t, w.env), serveProcess(t, w.env), serveProcess(t, w.env)}
	for round := range 9 {
		require.NoError(t, w.sim.WaitForRequests(t.Context(), min(w.total, 20*(round+1))))
		old := nodes[round%3]
		nodes[round%3] = serveProcess(t, w.env)
		require.NoError(t, old.Process.Signal(syscall.SIGTERM))
		require.NoError(t, old.Wait(), "log: %s", old.log)
	}
	assert.Zero(t, w.settled(t, nodes[0], resumeWithin))
}

// nextMigration holds what a later version may add while this one serves: a column in every table whose rows are read whole.
const nextMigration = `
	SET LOCAL lock_timeout = '5s';
	ALTER TABLE ghexport.exports ADD COLUMN next_column text;
	ALTER TABLE ghexport.integrations ADD COLUMN next_column text;
	ALTER TABLE ghexport.outbox ADD COLUMN next_column text;
	ALTER TABLE ghexport.control ADD COLUMN next_column text;
	ALTER TABLE ghexport.attempts ADD COLUMN next_column text;
	INSERT INTO ghexport.goose_db_version (version_id, is_applied) VALUES (9998, true);`

var listensAt = regexp.MustCompile(`"http":"(http://[^"]+)"`)

func (p *process) ready(t *testing.T) (status int, text string) {
	t.Helper()
	var address []string
	until(t, "its address", func() bool { address = listensAt.FindStringSubmatch(p.log.String()); return address != nil })
	answer, err := http.Get(address[1] + "/readyz")
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(body)
}

// The schema is migrated first, under load, and this binary goes on beside the next one until the schema says that it may not.
func TestServe_WhileTheNextSchemaIsApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 6, 50)
	old := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 30))
	require.NoError(t, migrations.Up(t.Context(), w.ownerURL), "with nothing to do")
	owner, err := pgx.Connect(t.Context(), w.ownerURL)
	require.NoError(t, err)
	defer owner.Close(context.Background())
	until(t, "its turn", func() bool { // it gives way to whoever uses a table, as migrations.Up does
		err := pgx.BeginFunc(t.Context(), owner, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), nextMigration)
			return err
		})
		if pgErr := new(pgconn.PgError); errors.As(err, &pgErr) && (pgErr.Code == "55P03" || pgErr.Code == "40P01") {
			return false
		}
		require.NoError(t, err)
		return true
	})
	assert.Zero(t, w.settled(t, old, resumeWithin))
	until(t, "the old node to be ready", func() bool { status, _ := old.ready(t); return status == http.StatusOK })
	fresh := serveProcess(t, w.env)
	until(t, "a new node of it to be ready", func() bool { status, _ := fresh.ready(t); return status == http.StatusOK })

	_, err = owner.Exec(t.Context(), "UPDATE ghexport.control SET needs_version = 9998")
	require.NoError(t, err)
	status, text := old.ready(t)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, text, "needs a binary that knows 9998")
	late := serveProcess(t, w.env)
	assert.Error(t, late.Wait())
	assert.Contains(t, late.log.String(), "run a newer ghexport")
}

// A standby is promoted under load. What it lost nobody knows, so nothing is sent until a person says so, or unless the setting
// says that it cannot have lost anything.
func TestServe_RestoreGuard(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, durableServer(t), "world", 6, 50)
	p := serveProcess(t, w.env)
	require.NoError(t, w.sim.WaitForRequests(t.Context(), 30))
	w.promote(t)
	until(t, "the stop", func() bool {
		return w.one(t, "SELECT count(*) FROM ghexport.control WHERE stopped_by = 'ghexport' AND stopped_reason LIKE '%timeline%'") == 1
	})
	until(t, "what was in flight", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE job_id IS NOT NULL") == 0 })
	before := len(w.sim.Creates(""))
	require.Less(t, before, w.total)
	w.trickle(t, "stopped")
	w.total += trickles
	until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.outbox") == 0 })
	until(t, "the words", func() bool {
		return regexp.MustCompile(`"level":"error".*may be a restored backup`).MatchString(p.log.String())
	})
	fresh := serveProcess(t, w.env)
	until(t, "a node that folds and answers", func() bool { status, _ := fresh.ready(t); return status == http.StatusOK })
	assert.Len(t, w.sim.Creates(""), before, "and sends nothing")

	env := w.env["DATABASE_URL"]
	out, err := runCommand(t, env, "health")
	assert.Error(t, err, "health finds a problem: %s", out)
	assert.Contains(t, out, "another timeline")
	out, err = runCommand(t, env, "resume", "--all", "--yes", "--reason", "the standby had everything")
	require.NoError(t, err, out)
	w.settled(t, fresh, resumeWithin)

	w.promote(t)
	w.env["GHEXPORT_SYNCHRONOUS_STANDBY"] = "true"
	require.NoError(t, p.Process.Kill())
	require.NoError(t, fresh.Process.Kill())
	p.Wait()     //nolint:errcheck // killed
	fresh.Wait() //nolint:errcheck
	_, err = runCommand(t, env, "resume", "--all", "--yes", "--reason", "in case one of them saw it first")
	require.NoError(t, err)
	w.promote(t)
	following := serveProcess(t, w.env)
	until(t, "the words", func() bool {
		return regexp.MustCompile(`synchronous standby was promoted`).MatchString(following.log.String())
	})
	w.trickle(t, "promoted")
	w.total += trickles
	w.settled(t, following, resumeWithin)
}

// promote stops Postgres as a crash does, brings it up as a standby and promotes it: a new timeline of the same cluster.
func (w *world) promote(t *testing.T) {
	t.Helper()
	w.server.StopImmediate()
	data := filepath.Join(w.server.Dir, "data")
	signal := filepath.Join(data, "standby.signal")
	require.NoError(t, os.WriteFile(signal, nil, 0o600))
	info, err := os.Stat(filepath.Join(data, "PG_VERSION"))
	require.NoError(t, err)
	if owner, ok := info.Sys().(*syscall.Stat_t); ok { // Postgres runs as another user when we are root
		require.NoError(t, os.Chown(signal, int(owner.Uid), int(owner.Gid)))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, w.server.Restart(ctx))
	conn, err := pgx.Connect(ctx, w.server.URL("postgres"))
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "SELECT pg_promote(true, 30)")
	require.NoError(t, err)
}
