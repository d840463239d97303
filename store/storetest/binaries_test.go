package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// machine is a made-up one: folders with empty programs, and what the postgres in each would say of itself.
type machine struct {
	t      *testing.T
	root   string
	says   map[string]string
	search search
}

func newMachine(t *testing.T) *machine {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	m := &machine{t: t, root: root, says: map[string]string{}}
	m.search = search{
		pgConfig: func(context.Context) (string, error) { return "", errors.New("no pg_config") },
		patterns: []string{filepath.Join(root, "lib", "*", "bin")},
		fetch:    func(context.Context) (string, error) { return "", errors.New("npm is not installed") },
		version: func(_ context.Context, dir string) (string, error) {
			if said, ok := m.says[dir]; ok {
				return said, nil
			}
			return "", errors.New("permission denied")
		},
		log: &strings.Builder{},
	}
	return m
}

// install puts programs into a folder; with no version their postgres cannot be run.
func (m *machine) install(folder, version string, programs ...string) string {
	dir := filepath.Join(m.root, folder)
	require.NoError(m.t, os.MkdirAll(dir, 0o755))
	for _, name := range programs {
		require.NoError(m.t, os.WriteFile(filepath.Join(dir, name), nil, 0o755))
	}
	if version != "" {
		m.says[dir] = "postgres (PostgreSQL) " + version
	}
	return dir
}

func TestSearch_Order(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	fetched := m.install("cache", "17.10", "initdb", "postgres")
	fetches := 0
	m.search.fetch = func(context.Context) (string, error) { fetches++; return fetched, nil }
	found := func() string {
		t.Helper()
		bin, err := m.search.find(t.Context())
		require.NoError(t, err)
		return strings.TrimPrefix(bin.dir, m.root+"/")
	}
	assert.Equal(t, "cache", found())
	assert.Equal(t, 1, fetches)

	m.install("lib/9.6/bin", "9.6.24", "initdb", "postgres")
	m.install("lib/15/bin", "15.18 (Debian 15.18-0+deb12u1)", "initdb", "postgres")
	assert.Equal(t, "lib/15/bin", found())
	m.install("lib/18/bin", "18beta1", "initdb", "postgres")
	assert.Equal(t, "lib/18/bin", found(), "newest first")

	configured := m.install("configured", "16.2", "initdb", "postgres")
	m.search.pgConfig = func(context.Context) (string, error) { return configured, nil }
	assert.Equal(t, "configured", found())

	m.install("home/bin", "")
	require.NoError(t, os.Symlink(filepath.Join(m.root, "lib/15/bin/initdb"), filepath.Join(m.root, "home/bin/initdb")))
	m.search.path = []string{filepath.Join(m.root, "nowhere"), filepath.Join(m.root, "home/bin")}
	assert.Equal(t, "lib/15/bin", found(), "through the link that lies in PATH")
	assert.Equal(t, 1, fetches, "nothing is downloaded where something is installed")
}

func TestSearch_Reasons(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	old := m.install("path", "14.12", "initdb", "postgres")
	m.search.path = []string{old}
	m.search.pgConfig = func(context.Context) (string, error) { return old, nil }
	half := m.install("lib/17/bin", "17.1", "initdb")
	locked := m.install("lib/16/bin", "", "initdb", "postgres")
	odd := m.install("lib/15/bin", "unknown", "initdb", "postgres")

	_, err := m.search.find(t.Context())
	var missing *NotFoundError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, []string{
		"PATH (version 14.12 is older than 15)", // and not once more as what pg_config names
		half + " (no postgres in " + half + ")",
		locked + " (cannot be run: permission denied)",
		odd + ` (unknown version "postgres (PostgreSQL) unknown")`,
		"npm (npm is not installed)",
	}, missing.Skipped)
	for _, cure := range []string{"apt-get install -y postgresql", "brew install postgresql@17", "docker run", "DATABASE_URL="} {
		assert.ErrorContains(t, err, cure)
	}

	m.search.path = nil
	m.search.pgConfig = func(context.Context) (string, error) { return "", errors.New("no pg_config") }
	_, err = m.search.find(t.Context())
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, "PATH (no initdb)", missing.Skipped[0])
}

func TestSearch_Cancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newMachine(t).search.find(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
