package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	commandLimit = 30 * time.Second // for one ghexport command
	buildLimit   = 5 * time.Minute
	builtName    = "ghexport" // the binary in the demo's folder, where it had to be built
)

// ghexport is the binary, and the environment in which its commands run.
type ghexport struct {
	path string
	env  []string
}

// findGhexport returns the binary to start: the one that was named, the one beside this program, or one built into dir.
func findGhexport(ctx context.Context, named, dir string, out *terminal) (string, error) {
	if named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("--ghexport: %w", err)
		}
		return filepath.Abs(path)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "ghexport")
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	out.progress("building ghexport")
	path := filepath.Join(dir, builtName)
	ctx, cancel := limited(ctx, buildLimit, "go build to end")
	defer cancel()
	text, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", path, "github.com/interviewing-io/greenhouse-export/cmd/ghexport").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build ghexport: %w\n%s", errors.Join(err, context.Cause(ctx)), text)
	}
	return path, nil
}

// environment is ours without what would lead ghexport away from the demo, and with the given settings.
func environment(settings ...string) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if name != "DATABASE_URL" && name != "GREENHOUSE_BASE_URL" && !strings.HasPrefix(name, "GHEXPORT_") {
			env = append(env, entry)
		}
	}
	return append(env, settings...)
}

// with returns the same binary with further settings, which win.
func (g ghexport) with(settings ...string) ghexport {
	env := append([]string{}, g.env...)
	return ghexport{path: g.path, env: append(env, settings...)}
}

// run runs a command and returns what it printed on stdout. The error is what it said on stderr.
func (g ghexport) run(ctx context.Context, stdin string, args ...string) (string, error) {
	name := "ghexport " + strings.Join(args, " ")
	ctx, cancel := limited(ctx, commandLimit, "%s", name)
	defer cancel()
	cmd := exec.CommandContext(ctx, g.path, args...)
	cmd.Env = g.env
	cmd.Stdin = strings.NewReader(stdin)
	detach(cmd)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("%s: %w", name, context.Cause(ctx))
		}
		return out.String(), fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
