package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/docs"
)

// drill is an engineer with a page of the runbook in hand. It reads the commands out of the page, puts words of this situation where
// the page has words in capitals, types them into a shell, and compares what it sees with what the page promises.
type drill struct {
	*stage
	t         *testing.T
	page      *docs.Page
	words     map[string]string // what stands for ORG, EXPORT and the like
	dir       string            // where the commands run
	then      map[int]func()
	meanwhile map[[2]int]func() // by section and step: what happens while a person reads on to it
}

func newDrill(t *testing.T, s *stage, page string) *drill {
	t.Helper()
	found, is := docs.Find(page)
	require.True(t, is, "page %s", page)
	d := &drill{stage: s, t: t, page: found, words: map[string]string{}, dir: t.TempDir(), then: map[int]func(){}}
	return d
}

// before says what happens in the world before the engineer comes to a section.
func (d *drill) before(section int, do func()) { d.then[section] = do }

// beforeStep has something happen before a step of a section, counted from 1: what takes the service a moment.
func (d *drill) beforeStep(section, step int, do func()) {
	if d.meanwhile == nil {
		d.meanwhile = map[[2]int]func(){}
	}
	d.meanwhile[[2]int{section, step}] = do
}

// placeholders are the words in capitals that stand for something of the situation. Others, such as TICKET, are the engineer's own.
var placeholders = regexp.MustCompile(`\b(ABSENT|CANDIDATE_EMAIL|EMAIL|ERASED_EMAIL|EXPORT|FOUND|INTERVIEW|ORG|RUN|SECOND|SILENT|SKIPPED|UNWANTED|URL|WRONG)\b`)

// fill puts this situation's words in.
func (d *drill) fill(text string) string {
	return placeholders.ReplaceAllStringFunc(text, func(word string) string {
		value, known := d.words[word]
		require.True(d.t, known, "page %s: nothing stands for %s", d.page.Name, word)
		return value
	})
}

// follow does every section of the page, or from one to another.
func (d *drill) follow(sections ...int) {
	d.t.Helper()
	from, to := 1, len(d.page.Sections)
	if len(sections) == 2 {
		from, to = sections[0], sections[1]
	}
	for n := from; n <= to; n++ {
		if do := d.then[n]; do != nil {
			do()
		}
		for k, step := range d.page.Sections[n-1].Steps {
			if do := d.meanwhile[[2]int{n, k + 1}]; do != nil {
				do()
			}
			d.step(n, step)
		}
	}
}

func (d *drill) step(section int, step docs.Step) {
	d.t.Helper()
	var all strings.Builder
	for _, line := range step.Lines() {
		command := d.fill(line)
		code, out := d.shell(command)
		require.Equal(d.t, expectedExit(line), code, "page %s, section %d: %s\n%s", d.page.Name, section, command, out)
		all.WriteString(out)
	}
	if missing := missingLine(d.fill(step.Output), all.String()); missing != "" {
		require.Failf(d.t, "not what the page promises", "page %s, section %d: %s\nlacks %q in\n%s", d.page.Name, section, step.Commands, missing, all.String())
	}
}

// shell runs a command as typed, with the program as `ghexport`, and returns its exit code and all that it said.
func (d *drill) shell(command string) (int, string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeoutCause(d.t.Context(), patience, fmt.Errorf("%s took longer than %s", command, patience))
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", command)
	cmd.Dir = d.dir
	path, err := withPlainBinary(os.Getenv("PATH"))
	require.NoError(d.t, err)
	cmd.Env = append(os.Environ(), "PATH="+path)
	for name, value := range d.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(d.t, err, command)
	}
	require.NoError(d.t, ctx.Err(), "%v", context.Cause(ctx))
	return cmd.ProcessState.ExitCode(), string(out)
}

// file puts a file where the commands run.
func (d *drill) file(name, content string) {
	d.t.Helper()
	require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, name), []byte(content), 0o600))
}

var exitNote = regexp.MustCompile(`# exits with ([0-9])`)

// expectedExit returns what a line's comment says, else 0.
func expectedExit(line string) int {
	found := exitNote.FindStringSubmatch(line)
	if found == nil {
		return 0
	}
	code, _ := strconv.Atoi(found[1]) // a digit
	return code
}

// missingLine returns the first promised line that does not come, in order, among those that were printed. A promise is a part of a
// line; white space of any length is alike, and … is anything.
func missingLine(promised, printed string) string {
	lines := strings.Split(printed, "\n")
	for promise := range strings.Lines(promised) {
		promise = strings.TrimSpace(promise)
		found := false
		for len(lines) > 0 && !found {
			found = promise == "" || promise == "…" || matches(promise, lines[0])
			if promise != "" && promise != "…" {
				lines = lines[1:]
			}
		}
		if !found {
			return promise
		}
	}
	return ""
}

func matches(promise, line string) bool {
	parts := strings.Split(strings.Join(strings.Fields(promise), " "), "…")
	for n := range parts {
		parts[n] = regexp.QuoteMeta(parts[n])
	}
	return regexp.MustCompile(strings.Join(parts, ".*")).MatchString(strings.Join(strings.Fields(line), " "))
}

func TestMissingLine(t *testing.T) {
	t.Parallel()
	require.Empty(t, missingLine("acme … paused", "ORG\nacme   no: paused  3\n"))
	require.Empty(t, missingLine("a\n…\nc", "xa\nb\nc\n"))
	require.Equal(t, "a", missingLine("c\na", "a\nb\nc\n"), "in order")
	require.Equal(t, "d", missingLine("d", ""))
	require.Equal(t, 1, expectedExit("ghexport health   # exits with 1"))
}
