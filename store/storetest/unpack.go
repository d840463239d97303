package storetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const unpackLimit = 512 << 20 // bytes of one file of a package; the largest is under 30 MB

// unpack checks the tarball against its pinned hash, and only then lays out what is kept of it in dir, which it makes.
func (p Package) unpack(tarball []byte, dir string) error {
	sum := sha512.Sum512(tarball)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != p.Integrity {
		return fmt.Errorf("the download is not the pinned one: its hash is %s", got)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // no name in the archive leads out of it
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	if err := p.write(tarball, root); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if p.links != "" {
		if err := link(root, p.links); err != nil {
			return fmt.Errorf("make symlinks: %w", err)
		}
	}
	return readable(root)
}

// keeps says whether a file of the package is kept.
func (p Package) keeps(name string) bool {
	return slices.ContainsFunc(p.Keep, func(keep string) bool {
		return name == keep || strings.HasSuffix(keep, "/") && strings.HasPrefix(name, keep)
	})
}

// write writes the files that are kept.
func (p Package) write(tarball []byte, root *os.Root) error {
	zipped, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return err
	}
	for archive := tar.NewReader(zipped); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(entry.Name, "package/")
		if entry.Typeflag != tar.TypeReg || !p.keeps(name) {
			continue
		}
		if entry.Size > unpackLimit {
			return fmt.Errorf("%s is too large", name)
		}
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644|fs.FileMode(entry.Mode)&0o111)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, archive)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}

// link makes the symlinks that npm archives cannot hold; the package lists them and has a script of its own for it.
func link(root *os.Root, list string) error {
	text, err := root.ReadFile(list)
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return err
	}
	for _, l := range links {
		if _, err := root.Stat(l.Source); err != nil {
			return err
		}
		to, err := filepath.Rel(path.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(to, l.Target); err != nil {
			return err
		}
	}
	return nil
}

// readable opens folders and files to the user who runs Postgres, whatever our umask.
func readable(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return root.Chmod(name, mode)
	})
}
