package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
)

// A person had stopped everything when the backup was made. Their stop is in it, and their resume would send everything again.
func TestIdentity_ResumeAfterARestore(t *testing.T) {
	t.Parallel()
	w := newPast(t, durableServer(t), "resumed")
	resume := func(more ...string) (string, error) {
		return runCommand(t, w.ownerURL, append([]string{"resume", "--all"}, more...)...)
	}
	out, err := runCommand(t, w.ownerURL, "pause", "--all", "--reason", "a backup first")
	require.NoError(t, err, out)
	w.dump(t)
	out, err = resume("--reason", "the backup is made")
	require.NoError(t, err, out)
	w.serve(t)
	w.sends(t, 3)
	w.down(t)
	w.recreate(t)
	w.restore(t)

	out, err = resume()
	require.Error(t, err, "before any node has looked")
	assert.Contains(t, out, "--reason is required")
	assert.Contains(t, out, "ghexport reconcile --since")
	w.serve(t)
	out, err = resume("--reason", "back again")
	require.Error(t, err)
	assert.Contains(t, out, "iv-002")
	assert.Contains(t, out, "may have been sent already")
	assert.Contains(t, out, "nobody said yes: nothing was changed")
	out, err = runCommand(t, w.ownerURL, "health")
	require.Error(t, err)
	out = strings.Join(strings.Fields(out), " ")
	assert.Contains(t, out, "another one of the same cluster")
	assert.Contains(t, out, "a backup first", "the person's stop is still theirs")
	w.enqueue(t)
	until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.outbox") == 0 })
	require.Len(t, w.sim.Creates(""), 3, "nobody is sent twice")

	w.goesOn(t)
	assert.Equal(t, 1, w.one(t, `
		SELECT count(*) FROM ghexport.audit
		 WHERE action = 'resume --all' AND reason = 'compared' AND detail ->> 'doubt' <> '' AND detail ->> 'before' <> detail ->> 'after'`))
}

// What an operator does every day is no other database: nothing stops.
func TestIdentity_EverydayWork(t *testing.T) {
	t.Parallel()
	w := newPast(t, durableServer(t), "everyday")
	w.env["GHEXPORT_STATE_FILE"] = filepath.Join(w.dir, "state.json")
	// As an older version left it, whose service has the rights of then.
	w.as(t, w.ownerURL, "UPDATE ghexport.control SET database_oid = NULL, control_oid = NULL")
	w.serve(t)
	w.sends(t, 3)
	info, err := os.Stat(w.env["GHEXPORT_STATE_FILE"])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	w.server.StopImmediate()
	require.NoError(t, w.server.Restart(t.Context()))
	w.enqueue(t)
	w.sends(t, 4)
	w.down(t)
	w.asSuper(t, "ALTER DATABASE everyday RENAME TO everyday_old", "ALTER DATABASE everyday_old RENAME TO everyday", "CHECKPOINT")
	w.as(t, w.ownerURL, "VACUUM FULL ghexport.control")
	require.NoError(t, migrations.Up(t.Context(), w.ownerURL))
	out, err := runCommand(t, w.ownerURL, "grant", "--service", "service_of_everyday")
	require.NoError(t, err, out)
	w.server.StopFast()
	require.NoError(t, w.server.Restart(t.Context()))
	w.serve(t)
	w.enqueue(t)
	w.sends(t, 5)
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.control WHERE stopped_at IS NOT NULL OR doubt IS NOT NULL"))
}

// A state file that cannot be kept is refused at the start, with its name and what to do.
func TestStateFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, text string // of a file in a folder that is there
		says       string
	}{
		"InNoFolder":   {path: "nowhere/state.json", says: "no such file or directory"},
		"HoldsNoState": {path: "state.json", text: "{}", says: "holds no state of ghexport"},
		"WasCutOff":    {path: "state.json", text: `{"system":"7`, says: "holds no state of ghexport"},
		"IsAFolder":    {path: ".", says: "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			path := filepath.Join(t.TempDir(), c.path)
			if c.text != "" {
				require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			}
			s.env["GHEXPORT_STATE_FILE"] = path
			p := serveProcess(t, s.env)
			require.Error(t, p.Wait())
			assert.Contains(t, p.log.String(), "GHEXPORT_STATE_FILE: ")
			assert.Contains(t, p.log.String(), c.says)
			assert.Contains(t, p.log.String(), "hint: ")
		})
	}
}
