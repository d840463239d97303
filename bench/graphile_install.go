package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// graphileFiles are the worker in JavaScript and what npm pins for it, node itself included.
//
//go:embed graphile
var graphileFiles embed.FS

// graphileFolder returns where they live with what npm fetched: in the user's cache, not in the source.
func graphileFolder() (string, error) {
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "ghexport-bench", "graphile"), err
}

// installGraphile fetches what package-lock.json names. It is safe to call again.
func installGraphile(ctx context.Context, progress io.Writer) error {
	dir, err := graphileFolder()
	if err != nil {
		return err
	}
	if err := writeGraphile(dir); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	command.Dir = dir
	if out, err := command.CombinedOutput(); err != nil {
		fmt.Fprintf(progress, "graphile-worker: npm ci: %s: %s\n", err, out) // its cells will say that it was not run
	}
	return nil
}

func writeGraphile(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := fs.Sub(graphileFiles, "graphile")
	if err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), text, 0o644)
	})
}

// missingGraphile tells why graphile-worker cannot run.
func missingGraphile() error {
	dir, err := graphileFolder()
	if err != nil {
		return err
	}
	for _, name := range []string{"graphile-worker/package.json", ".bin/node"} {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", name)); err != nil {
			return fmt.Errorf("graphile-worker and its node are not installed (go run . -install fetches them with npm)")
		}
	}
	return nil
}
