package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldCommits makes every transaction that brings an export into one state wait inside its COMMIT while somebody holds the lock.
const heldCommits = `
	CREATE FUNCTION ghexport.wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM pg_advisory_xact_lock_shared(4242);
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT OR UPDATE ON ghexport.exports DEFERRABLE INITIALLY DEFERRED
	   FOR EACH ROW WHEN (NEW.state = '%s') EXECUTE FUNCTION ghexport.wait_in_commit();`

// inCommit are the backends that stand in such a COMMIT.
const inCommit = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// TestCrashSweep_DuringCommit kills serve while Postgres is in the middle of its COMMIT, which then becomes durable without anybody
// to hear of it, or is rolled back.
func TestCrashSweep_DuringCommit(t *testing.T) {
	t.Parallel()
	server := sharedServer(t)
	for i, state := range []string{"queued", "sending", "sent"} { // dispatch, intent, settle
		for j, commits := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s-%t", state, commits), func(t *testing.T) {
				t.Parallel()
				w, committed := sweepWorld(t, server, fmt.Sprintf("commit_%d_%d", i, j))
				conn, err := pgx.Connect(t.Context(), w.ownerURL)
				require.NoError(t, err)
				defer conn.Close(context.Background())
				_, err = conn.Exec(t.Context(), fmt.Sprintf(heldCommits, state))
				require.NoError(t, err)
				_, err = conn.Exec(t.Context(), "SELECT pg_advisory_lock(4242)")
				require.NoError(t, err)

				first := serveProcess(t, w.env)
				pids := waitInCommit(t, conn)
				require.NoError(t, first.Process.Signal(syscall.SIGKILL))
				first.Wait() //nolint:errcheck // killed
				if !commits {
					for _, pid := range pids { // as pg_terminate_backend does, which only members of the backend's role may
						require.NoError(t, syscall.Kill(int(pid), syscall.SIGTERM))
					}
				}
				_, err = conn.Exec(t.Context(), "SELECT pg_advisory_unlock(4242)")
				require.NoError(t, err)
				counts := w.conserved(t, serveProcess(t, w.env), committed, resumeWithin)
				assert.Equal(t, committed, counts["sent"]+counts["unknown"]+counts["ineligible"]+counts["rejected"])
			})
		}
	}
}

// waitInCommit waits until some backend stands in its COMMIT.
func waitInCommit(t *testing.T, conn *pgx.Conn) (pids []int32) {
	t.Helper()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(resumeWithin); len(pids) == 0; {
		select {
		case <-look.C:
		case <-deadline:
			require.Fail(t, "no backend came to its COMMIT")
		}
		rows, err := conn.Query(t.Context(), inCommit)
		require.NoError(t, err)
		pids, err = pgx.CollectRows(rows, pgx.RowTo[int32])
		require.NoError(t, err)
	}
	return pids
}
