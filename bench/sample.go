package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// sample is one round of a cell for one peer, or why there is none.
type sample struct {
	Cell   string
	Peer   string
	Round  int
	At     time.Time `json:",omitzero"`
	NotRun string    `json:",omitempty"`
	Others float64   `json:",omitempty"` // cores that others used meanwhile
	measured
}

// samplesFile is the raw record: a line of settings and machine, then a sample a line. It is written as the run goes, so that a run
// that breaks off leaves what it has.
const samplesFile = "samples.jsonl"

// heading is its first line.
type heading struct {
	Settings settings
	Machine  Machine
}

// keeper collects samples into the report and, where there is a folder, into the file.
type keeper struct {
	report *report
	file   *os.File
	err    error // the first failure to write
}

func newKeeper(dir string, r *report) (*keeper, error) {
	k := &keeper{report: r}
	if dir == "" {
		return k, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if k.file, err = os.Create(filepath.Join(dir, samplesFile)); err != nil {
		return nil, err
	}
	k.line(heading{r.Settings, r.Machine})
	return k, k.err
}

func (k *keeper) sample(s sample) {
	k.report.Samples = append(k.report.Samples, s)
	k.line(s)
}

func (k *keeper) line(v any) {
	if k.file == nil || k.err != nil {
		return
	}
	text, err := json.Marshal(v)
	if err == nil {
		_, err = k.file.Write(append(text, '\n'))
	}
	if err != nil {
		k.err = fmt.Errorf("keep a sample: %w", err)
	}
}

func (k *keeper) close() error {
	if k.file == nil {
		return nil
	}
	return k.file.Close()
}

// readReport reads what a run kept.
func readReport(path string) (*report, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		return nil, errors.Join(fmt.Errorf("%s is empty", path), lines.Err())
	}
	var head heading
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := &report{Settings: head.Settings, Machine: head.Machine}
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		r.Samples = append(r.Samples, s)
	}
	return r, lines.Err()
}
