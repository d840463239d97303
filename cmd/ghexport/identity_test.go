package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A backup is put in the place of the ledger in every way that leaves cluster and timeline as they were. Nobody is sent twice.
func TestIdentity_Databases(t *testing.T) {
	t.Parallel()
	server := durableServer(t)
	for name, c := range map[string]struct {
		take, back func(*testing.T, *past)
		down       bool // nobody serves meanwhile
		why        string
	}{
		"DumpInANewDatabase": {
			take: func(t *testing.T, w *past) { w.dump(t) },
			back: func(t *testing.T, w *past) { w.recreate(t); w.restore(t) },
			down: true, why: "another one of the same cluster",
		},
		"DumpInANewDatabaseUnderAService": {
			take: func(t *testing.T, w *past) { w.dump(t) },
			back: func(t *testing.T, w *past) { w.recreate(t); w.restore(t) },
			why:  "another one of the same cluster",
		},
		"DumpInTheSameDatabase": {
			take: func(t *testing.T, w *past) { w.dump(t) },
			back: func(t *testing.T, w *past) { w.patiently(t, "DROP SCHEMA ghexport CASCADE"); w.restore(t) },
			down: true, why: "tables were made anew",
		},
		"DumpInTheSameDatabaseUnderAService": {
			take: func(t *testing.T, w *past) { w.dump(t) },
			back: func(t *testing.T, w *past) { w.restore(t, "--clean") },
			why:  "tables were made anew",
		},
		"CopyByTemplateUnderItsName": {
			take: func(t *testing.T, w *past) {
				w.asSuper(t, "CREATE DATABASE "+w.name+"_copy TEMPLATE "+w.name+" OWNER ghexport_owner")
			},
			back: func(t *testing.T, w *past) { w.swap(t, w.name+"_copy", w.name+"_old") },
			down: true, why: "another one of the same cluster",
		},
		"CopyByTemplateUnderAService": {
			take: func(t *testing.T, w *past) {
				w.asSuper(t, "CREATE DATABASE "+w.name+"_copy TEMPLATE "+w.name+" OWNER ghexport_owner")
			},
			back: func(t *testing.T, w *past) { w.swap(t, w.name+"_copy", w.name+"_old") },
			why:  "another one of the same cluster",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPast(t, server, "past_"+strings.ToLower(name))
			c.take(t, w)
			w.serve(t)
			w.sends(t, 3)
			if c.down {
				w.down(t)
			}
			c.back(t, w)
			if c.down {
				w.serve(t)
			}
			w.stops(t, 3, c.why)
			w.goesOn(t)
		})
	}
}

// Files are put back: the same cluster, timeline, database and tables. What a node saw shows it, in memory or in its file.
func TestIdentity_Files(t *testing.T) {
	t.Parallel()

	t.Run("UnderAService", func(t *testing.T) {
		t.Parallel()
		w := newPast(t, durableServer(t), "files")
		w.copyFiles(t)
		w.serve(t)
		w.sends(t, 3)
		w.putBack(t)
		require.NoError(t, w.server.Restart(t.Context()))
		w.stops(t, 3, "went back")
		w.goesOn(t)
	})

	t.Run("WhileNobodyServes", func(t *testing.T) {
		t.Parallel()
		w := newPast(t, durableServer(t), "files")
		w.env["GHEXPORT_STATE_FILE"] = filepath.Join(w.dir, "state.json")
		w.copyFiles(t)
		w.serve(t)
		w.sends(t, 3)
		w.down(t)
		w.putBack(t)
		require.NoError(t, w.server.Restart(t.Context()))
		w.serve(t)
		w.stops(t, 3, "went back")
		w.goesOn(t)
	})

	// An operator says that the standby is synchronous, and it was not: it lacks what was sent.
	t.Run("PromotedAfterALag", func(t *testing.T) {
		t.Parallel()
		w := newPast(t, durableServer(t), "files")
		w.env["GHEXPORT_SYNCHRONOUS_STANDBY"] = "true"
		w.copyFiles(t)
		w.serve(t)
		w.sends(t, 3)
		w.putBack(t)
		w.promote(t)
		w.stops(t, 3, "the ledger went back")
		w.goesOn(t)
	})
}

// A copy was served for a while, and then the database before it comes back, which is at one with itself and knows nothing of that.
func TestIdentity_TheDatabaseBeforeComesBack(t *testing.T) {
	t.Parallel()
	w := newPast(t, durableServer(t), "before")
	w.asSuper(t, "CREATE DATABASE before_copy TEMPLATE before OWNER ghexport_owner")
	w.swap(t, "before_copy", "before_old")
	w.env["GHEXPORT_STATE_FILE"] = filepath.Join(w.dir, "state.json")
	w.serve(t)
	out, err := runCommand(t, w.ownerURL, "resume", "--all", "--yes", "--reason", "the copy is the one")
	require.NoError(t, err, out)
	w.sends(t, 3)
	w.swap(t, "before_old", "before_copy")
	w.stops(t, 3, "than a node saw before")
	w.down(t)
	w.serve(t)
	assert.Len(t, w.sim.Creates(""), 3)
	w.goesOn(t)
}
