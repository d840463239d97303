package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	oldestMajor  = 15               // the first Postgres that the schema is written for
	versionLimit = 10 * time.Second // for a program that prints its version or its folder
)

// NotFoundError says that no Postgres of a usable version was found, where we looked, and how to get one.
type NotFoundError struct {
	Skipped []string // each place, and why it did not do
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no Postgres %d or newer found: install one with `sudo apt-get install -y postgresql` (Debian, Ubuntu) or "+
		"`brew install postgresql@17` (macOS), or run `docker run --rm -d -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=postgres postgres:17` "+
		"and set DATABASE_URL=postgres://postgres:postgres@127.0.0.1:5432/postgres; looked at: %s",
		oldestMajor, strings.Join(e.Skipped, "; "))
}

// binaries are initdb and postgres, in one folder.
type binaries struct {
	dir     string
	version string
}

// search looks for binaries. Its fields are the machine that it looks at.
type search struct {
	path     []string                                              // the folders of PATH
	pgConfig func(context.Context) (string, error)                 // the folder that pg_config names
	patterns []string                                              // where distributions put each version, as globs
	fetch    func(context.Context) (string, error)                 // downloads binaries, or finds those downloaded before
	version  func(ctx context.Context, dir string) (string, error) // what the postgres in dir says of itself, asked as the user who will run it
	log      io.Writer
}

func newSearch(cacheDir string, a *account, log io.Writer) search {
	return search{
		path:     filepath.SplitList(os.Getenv("PATH")),
		pgConfig: func(ctx context.Context) (string, error) { return a.ask(ctx, "pg_config", "--bindir") },
		patterns: []string{
			"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
			"/usr/pgsql-*/bin",          // the PostgreSQL project's packages for Red Hat
			"/usr/lib/postgresql*/bin",  // SUSE
			"/usr/libexec/postgresql*",  // Alpine
			"/opt/homebrew/opt/postgresql@*/bin",
			"/usr/local/opt/postgresql@*/bin",
			"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
		},
		fetch: func(ctx context.Context) (string, error) { return fetchBinaries(ctx, cacheDir, a, log) },
		version: func(ctx context.Context, dir string) (string, error) {
			return a.ask(ctx, filepath.Join(dir, "postgres"), "--version")
		},
		log: log,
	}
}

// ask runs a program as this user for the line that it prints.
func (a *account) ask(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, versionLimit, fmt.Errorf("no answer within %s", versionLimit))
	defer cancel()
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	out, err := a.command(ctx, "/", path, args...).Output()
	if err != nil {
		return "", cmp.Or(context.Cause(ctx), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// candidate is a place that may hold binaries, or the reason why it does not.
type candidate struct {
	origin string
	dir    string
	err    error
}

// candidates are the places in the order of preference; the download comes last and is asked for only when it is reached.
func (s search) candidates(ctx context.Context) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		inPath := candidate{origin: "PATH", err: errors.New("no initdb")}
		for _, dir := range s.path {
			// Through links: /usr/local/bin/initdb may stand alone there and lead to a folder with all of them.
			if real, err := filepath.EvalSymlinks(filepath.Join(dir, "initdb")); err == nil {
				inPath.err = nil
				if !yield(candidate{origin: "PATH", dir: filepath.Dir(real)}) {
					return
				}
			}
		}
		if inPath.err != nil && !yield(inPath) {
			return
		}
		dir, err := s.pgConfig(ctx)
		if !yield(candidate{origin: "pg_config", dir: dir, err: err}) {
			return
		}
		for _, pattern := range s.patterns {
			for _, dir := range newestFirst(pattern) {
				if !yield(candidate{origin: dir, dir: dir}) {
					return
				}
			}
		}
		dir, err = s.fetch(ctx)
		yield(candidate{origin: "npm", dir: dir, err: err})
	}
}

// find returns the first usable binaries, or a [*NotFoundError].
func (s search) find(ctx context.Context) (binaries, error) {
	var skipped []string
	seen := map[string]bool{}
	for c := range s.candidates(ctx) {
		if ctx.Err() != nil {
			return binaries{}, fmt.Errorf("look for Postgres: %w", context.Cause(ctx))
		}
		if c.err == nil && seen[c.dir] {
			continue
		}
		seen[c.dir] = true
		version, err := "", c.err
		if err == nil {
			version, err = s.check(ctx, c.dir)
		}
		if err == nil {
			fmt.Fprintf(s.log, "postgres %s in %s\n", version, c.dir)
			return binaries{dir: c.dir, version: version}, nil
		}
		skipped = append(skipped, fmt.Sprintf("%s (%v)", c.origin, err))
	}
	return binaries{}, &NotFoundError{Skipped: skipped}
}

var versionWords = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// check returns the version of the binaries in dir, or why they do not do.
func (s search) check(ctx context.Context, dir string) (string, error) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("no %s in %s", name, dir)
		}
	}
	said, err := s.version(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("cannot be run: %w", err)
	}
	words := versionWords.FindStringSubmatch(said)
	if words == nil {
		return "", fmt.Errorf("unknown version %q", said)
	}
	if major, err := strconv.Atoi(words[2]); err != nil || major < oldestMajor {
		return "", fmt.Errorf("version %s is older than %d", words[1], oldestMajor)
	}
	return words[1], nil
}

var pathVersion = regexp.MustCompile(`\d+(\.\d+)?`)

// newestFirst are the folders that match the pattern, by the last number in their path.
func newestFirst(pattern string) []string {
	dirs, _ := filepath.Glob(pattern) // the only error is a bad pattern, and ours are constants
	number := func(dir string) float64 {
		all := pathVersion.FindAllString(dir, -1)
		if len(all) == 0 {
			return 0
		}
		n, _ := strconv.ParseFloat(all[len(all)-1], 64)
		return n
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	return dirs
}
