package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// past is a world that is brought back to before three candidates were sent.
type past struct {
	*world
	name  string
	dir   string // for backups
	p     *process
	count int // messages handed over
}

// newPast is a ledger that has been served, with three messages in its outbox and nobody serving.
func newPast(t *testing.T, server *storetest.Server, name string) *past {
	t.Helper()
	w := &past{world: newWorldOn(t, server, name, 1, 0), name: name, dir: t.TempDir()}
	w.serve(t)
	w.down(t)
	for range 3 {
		w.enqueue(t)
	}
	return w
}

func (w *past) serve(t *testing.T) {
	t.Helper()
	w.p = serveProcess(t, w.env)
	p := w.p
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of a node: %s", p.log)
		}
	})
	until(t, "a node that is ready", func() bool { status, _ := w.p.ready(t); return status == http.StatusOK })
}

func (w *past) down(t *testing.T) {
	t.Helper()
	require.NoError(t, w.p.Process.Signal(syscall.SIGTERM))
	require.NoError(t, w.p.Wait(), "log: %s", w.p.log)
	if w.owners != nil { // nobody is connected any more
		w.owners.Close()
		w.owners = nil
	}
}

func (w *past) enqueue(t *testing.T) {
	t.Helper()
	w.count++
	id := fmt.Sprintf("iv-%03d", w.count)
	message, err := json.Marshal(result("org-00", id))
	require.NoError(t, err)
	w.as(t, w.ownerURL, "SELECT ghexport.enqueue('"+string(message)+"')")
}

func (w *past) as(t *testing.T, address string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, statement := range statements {
		_, err := conn.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// asSuper does what an operator does, from beside the database.
func (w *past) asSuper(t *testing.T, statements ...string) {
	t.Helper()
	w.as(t, w.server.URL("postgres"), statements...)
}

// patiently does something to tables in use, again where it met a deadlock.
func (w *past) patiently(t *testing.T, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.server.URL(w.name))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	until(t, "its turn", func() bool {
		_, err := conn.Exec(t.Context(), statement)
		if pgErr := new(pgconn.PgError); errors.As(err, &pgErr) && pgErr.Code == "40P01" {
			return false
		}
		require.NoError(t, err, statement)
		return true
	})
}

// run runs one of Postgres' own programs.
func (w *past) run(t *testing.T, program string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join(w.server.BinDir, program), args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", program, out)
}

func (w *past) sends(t *testing.T, n int) {
	t.Helper()
	until(t, "what was sent", func() bool {
		return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state = 'sent'") == n
	})
	require.Len(t, w.sim.Creates(""), n)
}

// dump writes a logical backup of the database, and restore puts one into it.
func (w *past) dump(t *testing.T) {
	t.Helper()
	w.run(t, "pg_dump", "--format=custom", "--file="+filepath.Join(w.dir, "dump"), w.server.URL(w.name))
}

func (w *past) restore(t *testing.T, more ...string) {
	t.Helper()
	args := append(more, "--exit-on-error", "--single-transaction", "--dbname="+w.server.URL(w.name), filepath.Join(w.dir, "dump"))
	until(t, "its turn", func() bool { // all or nothing, so again where it met a deadlock
		out, err := exec.CommandContext(t.Context(), filepath.Join(w.server.BinDir, "pg_restore"), args...).CombinedOutput()
		if strings.Contains(string(out), "deadlock detected") {
			return false
		}
		require.NoError(t, err, "pg_restore: %s", out)
		return true
	})
}

func (w *past) recreate(t *testing.T) {
	t.Helper()
	w.asSuper(t, "DROP DATABASE "+w.name+" WITH (FORCE)", "CREATE DATABASE "+w.name+" OWNER ghexport_owner")
}

// swap gives the name of the database to another one, whoever is connected.
func (w *past) swap(t *testing.T, other, away string) {
	t.Helper()
	w.asSuper(t,
		"ALTER DATABASE "+w.name+" ALLOW_CONNECTIONS false",
		"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '"+w.name+"'",
		"ALTER DATABASE "+w.name+" RENAME TO "+away,
		"ALTER DATABASE "+other+" RENAME TO "+w.name,
		"ALTER DATABASE "+away+" ALLOW_CONNECTIONS true")
}

// copyFiles copies the data folder of a server that is stopped, and putBack puts the copy in its place.
func (w *past) copyFiles(t *testing.T) {
	t.Helper()
	w.server.StopFast()
	w.cp(t, "data", "copy")
	require.NoError(t, w.server.Restart(t.Context()))
}

func (w *past) putBack(t *testing.T) {
	t.Helper()
	w.server.StopFast()
	require.NoError(t, os.RemoveAll(filepath.Join(w.server.Dir, "data")))
	w.cp(t, "copy", "data")
}

func (w *past) cp(t *testing.T, from, to string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "cp", "-a", filepath.Join(w.server.Dir, from), filepath.Join(w.server.Dir, to)).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// stops checks that everything is stopped by the guard before anybody is sent a second time, and says why.
func (w *past) stops(t *testing.T, sent int, why string) {
	t.Helper()
	until(t, "the stop", func() bool {
		return w.guardStops(t) || len(w.sim.Creates("")) > sent
	})
	w.enqueue(t)
	until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.outbox") == 0 })
	require.Len(t, w.sim.Creates(""), sent, "nobody is sent twice")
	out, err := runCommand(t, w.ownerURL, "health")
	require.Error(t, err, "health finds a problem: %s", out)
	out = strings.Join(strings.Fields(out), " ") // however wide it is
	assert.Contains(t, out, why)
	assert.Contains(t, out, "ghexport reconcile --since")
}

// guardStops asks a database that may be away at this moment.
func (w *past) guardStops(t *testing.T) (is bool) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.ownerURL)
	if err != nil {
		return false
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(t.Context(), "SELECT stopped_by = 'ghexport' FROM ghexport.control WHERE stopped_at IS NOT NULL").Scan(&is)
	return err == nil && is
}

// goesOn lets a person say that the ledger was compared.
func (w *past) goesOn(t *testing.T) {
	t.Helper()
	out, err := runCommand(t, w.ownerURL, "resume", "--all", "--yes", "--reason", "compared")
	require.NoError(t, err, out)
	until(t, "what waited", func() bool {
		return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state <> 'sent'") == 0
	})
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.control WHERE stopped_at IS NOT NULL OR doubt IS NOT NULL"))
}
