package storetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type tarFile struct {
	name, text string
	mode       int64
}

// tarball packs files as npm does, and returns the hash that npm would print.
func tarball(t *testing.T, files ...tarFile) (packed []byte, integrity string) {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.text)), Typeflag: tar.TypeReg}
		require.NoError(t, archive.WriteHeader(header))
		_, err := archive.Write([]byte(f.text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	sum := sha512.Sum512(out.Bytes())
	return out.Bytes(), "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// binariesOf is a package of binaries with this hash.
func binariesOf(integrity string) Package {
	return Package{Integrity: integrity, Keep: []string{"native/", "LICENSE.md"}, links: "native/pg-symlinks.json"}
}

func TestPackage_Unpack(t *testing.T) {
	t.Parallel()
	const links = `[{"source":"native/lib/libpq.so.5.17","target":"native/lib/libpq.so.5"},
		{"source":"native/lib/libpq.so.5.17","target":"native/pq"}]`
	good := []tarFile{
		{"package/native/bin/postgres", "program", 0o755},
		{"package/native/lib/libpq.so.5.17", "library", 0o600},
		{"package/native/pg-symlinks.json", links, 0o644},
		{"package/scripts/postinstall.js", "harm()", 0o755},
	}

	t.Run("LaysOutBinariesAndLinks", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "package")
		packed, integrity := tarball(t, good...)
		require.NoError(t, binariesOf(integrity).unpack(packed, dir))
		for name, want := range map[string]os.FileMode{"native/bin": 0o755, "native/bin/postgres": 0o755, "native/lib/libpq.so.5.17": 0o644} {
			info, err := os.Stat(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, want, info.Mode().Perm(), name)
		}
		for _, link := range []string{"native/lib/libpq.so.5", "native/pq"} {
			text, err := os.ReadFile(filepath.Join(dir, link))
			require.NoError(t, err)
			assert.Equal(t, "library", string(text))
		}
		assert.NoDirExists(t, filepath.Join(dir, "scripts"))
	})

	t.Run("KeepsWhatIsNamed", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "package")
		packed, integrity := tarball(t, tarFile{"package/axe.min.js", "axe", 0o644}, tarFile{"package/axe.js", "long", 0o644})
		require.NoError(t, Package{Integrity: integrity, Keep: []string{"axe.min.js"}}.unpack(packed, dir))
		assert.FileExists(t, filepath.Join(dir, "axe.min.js"))
		assert.NoFileExists(t, filepath.Join(dir, "axe.js"))
	})

	t.Run("RefusesAnyOtherTarball", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "package")
		_, integrity := tarball(t, good...)
		other, _ := tarball(t, good[1:]...)
		require.ErrorContains(t, binariesOf(integrity).unpack(other, dir), "not the pinned one")
		assert.NoDirExists(t, dir)
	})

	t.Run("WritesNothingOutside", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		for _, files := range [][]tarFile{
			{{"package/native/../../escaped", "x", 0o644}},
			{{"package/native/pg-symlinks.json", `[{"source":"../escaped","target":"native/a"}]`, 0o644}},
			{{"package/native/b", "x", 0o644}, {"package/native/pg-symlinks.json", `[{"source":"native/b","target":"../escaped"}]`, 0o644}},
		} {
			packed, integrity := tarball(t, files...)
			home := filepath.Join(dir, "package")
			require.Error(t, binariesOf(integrity).unpack(packed, home))
			assert.NoFileExists(t, filepath.Join(dir, "escaped"))
			require.NoError(t, os.RemoveAll(home))
		}
	})
}
