package migrations

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/pressly/goose/v3"
)

// optional marks, above `-- +goose Up`, a migration without which this binary works, such as an index that only makes a list faster:
// nothing that the binary reads, writes or calls is made by it.
var optional = regexp.MustCompile(`(?m)^-- \+ghexport optional$`)

// Latest returns the newest version of ours that this binary knows.
func Latest() (int64, error) {
	return newest(func([]byte) bool { return true })
}

// Oldest returns the oldest version of ours that this binary works with: the newest migration without the mark `-- +ghexport optional`.
// A migration is needed unless it says otherwise, so one that is forgotten refuses too much and never too little.
func Oldest() (int64, error) {
	return newest(func(head []byte) bool { return !optional.Match(head) })
}

// newest returns the highest version among the migrations that count by what stands above their SQL.
func newest(counts func(head []byte) bool) (int64, error) {
	entries, err := Files.ReadDir(".")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var highest int64
	for _, entry := range entries {
		version, err := goose.NumericComponent(entry.Name())
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", entry.Name(), err)
		}
		text, err := Files.ReadFile(entry.Name())
		if err != nil {
			return 0, fmt.Errorf("read migration %s: %w", entry.Name(), err)
		}
		if head, _, _ := bytes.Cut(text, []byte("-- +goose Up")); counts(head) {
			highest = max(highest, version)
		}
	}
	return highest, nil
}
