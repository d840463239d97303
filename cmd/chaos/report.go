package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// resumeBar holds what is promised after a crash.
const resumeBar = 60 * time.Second

// Report holds what a run found, as text and as JSON.
type Report struct {
	Command       string         `json:"command"`
	Seed          uint64         `json:"seed"`
	ServerErrors  string         `json:"server_errors"`
	JobTimeout    string         `json:"job_timeout"`
	Seconds       float64        `json:"seconds"`
	QuietSeconds  float64        `json:"quiet_seconds"` // from healing until nothing moved
	Faults        map[string]int `json:"faults"`
	FaultsTotal   int            `json:"faults_total"`
	Committed     int            `json:"committed"`
	InDoubt       int            `json:"in_doubt"`
	RolledBack    int            `json:"rolled_back"`
	States        map[string]int `json:"states"`
	Requests      int            `json:"requests"`
	Created       int            `json:"created"`
	Verdict       verdict        `json:"verdict"`
	Resumes       int            `json:"resumes"`
	ResumeP50     float64        `json:"resume_p50_seconds"`
	ResumeP100    float64        `json:"resume_p100_seconds"`
	PeakRSS       []int64        `json:"peak_rss_bytes"`
	LogBytes      int64          `json:"log_bytes"`
	LogBytesAMin  int64          `json:"log_bytes_a_minute"`
	ProcessStarts int            `json:"process_starts"`
	Broken        []string       `json:"broken"` // promises that this run broke
}

// check fills Broken.
func (r *Report) check(moving int) {
	promise := func(broken bool, format string, args ...any) {
		if broken {
			r.Broken = append(r.Broken, fmt.Sprintf(format, args...))
		}
	}
	v := r.Verdict
	promise(moving > 0, "%d exports still moved when the wait ended", moving)
	promise(len(v.Lost) > 0, "lost: %s", some(v.Lost))
	promise(len(v.Doubled) > 0, "doubled: %s", some(v.Doubled))
	promise(len(v.Flagged) > 0 && r.ServerErrors == "ask", "doubled, though a person was to be asked: %s", some(v.Flagged))
	promise(len(v.Phantom) > 0, "sent or kept without having been committed: %s", some(v.Phantom))
	promise(len(v.Denied) > 0, "at Greenhouse, and the ledger denies it: %s", some(v.Denied))
	promise(len(v.Overtaken) > 0, "begun after an acknowledged withdrawal: %s", some(v.Overtaken))
	promise(len(v.Forgotten) > 0, "acknowledged by Postgres and gone: %s", some(v.Forgotten))
	promise(r.ResumeP100 > resumeBar.Seconds(), "a resume took %.1f s, more than %s", r.ResumeP100, resumeBar)
	sum := 0
	for _, n := range r.States {
		sum += n
	}
	promise(sum != r.Committed, "%d interviews committed, %d found: %v", r.Committed, sum, r.States)
}

func some(list []string) string {
	return fmt.Sprintf("%d (%s)", len(list), strings.Join(list[:min(5, len(list))], ", "))
}

func (r *Report) print(out io.Writer) {
	fmt.Fprintf(out, "%s\nseed %d, %.0f s of faults, job timeout %s, server_errors %s\n\n", r.Command, r.Seed, r.Seconds, r.JobTimeout, r.ServerErrors)
	fmt.Fprintf(out, "faults injected: %d\n", r.FaultsTotal)
	for _, name := range slices.Sorted(maps.Keys(r.Faults)) {
		fmt.Fprintf(out, "  %-52s %5d\n", name, r.Faults[name])
	}
	fmt.Fprintf(out, "\ninterviews committed: %d (%d commits in doubt), rolled back on purpose: %d\n", r.Committed, r.InDoubt, r.RolledBack)
	for _, name := range slices.Sorted(maps.Keys(r.States)) {
		fmt.Fprintf(out, "  %-52s %5d\n", name, r.States[name])
	}
	v := r.Verdict
	fmt.Fprintf(out, "  of the unknown, Greenhouse has %d and has not %d\n", v.UnknownIn, v.UnknownOut)
	fmt.Fprintf(out, "\nrequests %d, candidates created %d\n", r.Requests, r.Created)
	fmt.Fprintf(out, "lost %d, doubled %d, doubled and flagged %d, never committed %d, denied %d, overtaken %d\n",
		len(v.Lost), len(v.Doubled), len(v.Flagged), len(v.Phantom), len(v.Denied), len(v.Overtaken))
	fmt.Fprintf(out, "resumed after %d crashes: p50 %.1f s, p100 %.1f s; quiet %.1f s after the last fault\n", r.Resumes, r.ResumeP50, r.ResumeP100, r.QuietSeconds)
	for i, n := range r.PeakRSS {
		fmt.Fprintf(out, "node %d: at most %d MB of memory\n", i, n>>20)
	}
	fmt.Fprintf(out, "processes started %d, log %d kB a minute\n", r.ProcessStarts, r.LogBytesAMin>>10)
	if len(r.Broken) == 0 {
		fmt.Fprintln(out, "\nEvery promise held.")
		return
	}
	fmt.Fprintln(out, "\nBROKEN:")
	for _, b := range r.Broken {
		fmt.Fprintln(out, "  "+b)
	}
}

func (r *Report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return os.WriteFile(path, append(text, '\n'), 0o644) //nolint:gosec // meant to be read
}
