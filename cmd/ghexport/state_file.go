package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/interviewing-io/greenhouse-export/store"
)

// stateFile keeps a node's position across restarts: which database it works with, and how far it has seen it come. It holds oids and
// numbers, no secrets and nobody's data. Without a path it keeps nothing.
type stateFile struct{ path string }

const stateFileHint = "make its folder and let the service write there; or remove the file, once you know that the database is the one that was last served from"

// load returns the position that the file holds, nil where there is no file yet.
func (f *stateFile) load() (*store.Position, error) {
	if f.path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, hinted(fmt.Errorf("GHEXPORT_STATE_FILE: %w", err), stateFileHint)
	}
	var p store.Position
	if err := json.Unmarshal(text, &p); err != nil || p.System == "" {
		return nil, hinted(fmt.Errorf("GHEXPORT_STATE_FILE: %s holds no state of ghexport", f.path), stateFileHint)
	}
	return &p, nil
}

// save replaces the file as a whole, readable for its owner alone: after a power cut it is the old one or the new one.
func (f *stateFile) save(p store.Position) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("GHEXPORT_STATE_FILE: %w", err)
	}
	return f.replace(append(text, '\n'))
}

// try finds out whether save could, and leaves the file as it is.
func (f *stateFile) try() error {
	if f.path == "" {
		return nil
	}
	part, err := f.write(nil)
	if err != nil {
		return err
	}
	return wrap("GHEXPORT_STATE_FILE", os.Remove(part))
}

func (f *stateFile) replace(text []byte) error {
	part, err := f.write(text)
	if err != nil {
		return err
	}
	if err := os.Rename(part, f.path); err != nil {
		return hinted(fmt.Errorf("GHEXPORT_STATE_FILE: %w", errors.Join(err, os.Remove(part))), stateFileHint)
	}
	folder, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return fmt.Errorf("GHEXPORT_STATE_FILE: %w", err)
	}
	defer folder.Close()
	return wrap("GHEXPORT_STATE_FILE", folder.Sync()) // else the name may still lead to the old file
}

// write makes a file beside it, on disk as a whole, and returns its name.
func (f *stateFile) write(text []byte) (name string, err error) {
	part, err := os.CreateTemp(filepath.Dir(f.path), filepath.Base(f.path)+".*") // 0600
	if err != nil {
		return "", hinted(fmt.Errorf("GHEXPORT_STATE_FILE: %w", err), stateFileHint)
	}
	_, err = part.Write(text)
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return "", hinted(fmt.Errorf("GHEXPORT_STATE_FILE: %w", errors.Join(err, os.Remove(part.Name()))), stateFileHint)
	}
	return part.Name(), nil
}
