package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// storyLimit bounds one run of the demo on a busy machine.
const storyLimit = 3 * time.Minute

// bin is where TestMain built the demo and ghexport, side by side, as make does.
var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "ghexport-demo-test-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		bin = dir
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", dir+"/", ".", "../ghexport").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 1
		}
		return storetest.Run(m)
	}())
}

// demo is the built program, running.
type demo struct {
	t      *testing.T
	cmd    *exec.Cmd
	dir    string
	exited chan struct{}

	mu     sync.Mutex
	said   bytes.Buffer
	change chan struct{}
}

// startDemo runs the built demo in dir with further settings of the environment. It is killed when the test ends.
func startDemo(t *testing.T, dir string, env []string, args ...string) *demo {
	t.Helper()
	d := &demo{t: t, dir: dir, exited: make(chan struct{}), change: make(chan struct{}, 1)}
	d.cmd = exec.Command(filepath.Join(bin, "demo"), append([]string{"--dir", dir}, args...)...)
	d.cmd.Env = environment(env...)
	d.cmd.Stdout, d.cmd.Stderr = d, d
	require.NoError(t, d.cmd.Start())
	go func() {
		d.cmd.Wait() //nolint:errcheck // the exit code is asked for
		close(d.exited)
	}()
	t.Cleanup(func() {
		d.cmd.Process.Kill() //nolint:errcheck // it has ended unless the test failed
		<-d.exited
	})
	return d
}

// Write takes what the demo prints.
func (d *demo) Write(text []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said.Write(text)
	select {
	case d.change <- struct{}{}:
	default:
	}
	return len(text), nil
}

func (d *demo) output() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.String()
}

// says waits until the demo has printed text.
func (d *demo) says(text string) {
	d.t.Helper()
	limit := time.After(storyLimit)
	for !strings.Contains(d.output(), text) {
		select {
		case <-d.change:
		case <-d.exited:
			if !strings.Contains(d.output(), text) {
				require.Failf(d.t, "the demo ended", "before it said %q:\n%s", text, d.output())
			}
		case <-limit:
			require.Failf(d.t, "waited too long", "%s for %q:\n%s", storyLimit, text, d.output())
		}
	}
}

// ends waits for the demo's end and returns its exit code.
func (d *demo) ends() int {
	d.t.Helper()
	select {
	case <-d.exited:
	case <-time.After(storyLimit):
		require.Failf(d.t, "waited too long", "%s for the demo to end:\n%s", storyLimit, d.output())
	}
	return d.cmd.ProcessState.ExitCode()
}

func (d *demo) interrupt() { d.cmd.Process.Signal(os.Interrupt) } //nolint:errcheck // an ended demo shows

// gone asserts that nothing of the demo is left, on disk or running.
func (d *demo) gone(left ...string) {
	d.t.Helper()
	assert.NoDirExists(d.t, d.dir)
	for _, path := range left {
		assert.NoDirExists(d.t, path)
		out, _ := exec.Command("ps", "-eo", "args=", "-ww").Output()
		assert.NotContains(d.t, string(out), path)
	}
}

func TestDemo_OnceOnDatabaseURL(t *testing.T) {
	t.Parallel()
	address := emptyDatabase(t)
	d := startDemo(t, filepath.Join(t.TempDir(), "demo"), []string{"DATABASE_URL=" + address, "OTEL_TRACES_EXPORTER=console"}, "--once")

	require.Equal(t, 0, d.ends(), d.output())

	text := d.output()
	for _, s := range story {
		assert.Equal(t, 2, strings.Count(text, "✓ "+s.title()), s.title())
	}
	assert.NotContains(t, text, "✗")
	assert.NotContains(t, text, "\x1b", "no colours where nobody sees them")
	for line := range strings.Lines(text) {
		if !strings.Contains(line, d.dir) && !strings.Contains(line, "DATABASE_URL") { // names of others may be longer
			assert.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), pageWidth, line)
		}
	}
	d.showedATrace()
	assertUntouched(t, address)
}

// showedATrace asserts that the log with the spans is left and nothing else, and that one trace was shown that leads from the producer's
// commit to Greenhouse's answer.
func (d *demo) showedATrace() {
	d.t.Helper()
	assert.Regexp(d.t, `Traces \d{2,}, in .*serve\.log; one of them:
  outbox +\S+
  send +\S+
    intent +\S+
    POST /v1/partner/candidates +\S+
    settle +\S+
`, d.output())
	left, err := filepath.Glob(filepath.Join(d.dir, "*"))
	require.NoError(d.t, err)
	assert.Equal(d.t, []string{filepath.Join(d.dir, lockName), filepath.Join(d.dir, logName)}, left)
}

func TestDemo_ServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	d := startDemo(t, filepath.Join(t.TempDir(), "demo"), nil)
	d.says("Serving until Ctrl-C.")
	text := d.output()
	assert.NotContains(t, text, "✗")

	tryAll(t, text)
	d.interrupt()

	assert.Equal(t, 0, d.ends(), d.output())
	d.gone(privateServer(text))
}

// tryAll runs every command that the demo invites to, in a shell, as a reader would.
func tryAll(t *testing.T, text string) {
	t.Helper()
	_, commands, found := strings.Cut(text, "Try, in another shell\n")
	require.True(t, found)
	commands, _, _ = strings.Cut(commands, "\nServing")
	ctx, cancel := limited(t.Context(), storyLimit, "the commands to end")
	defer cancel()
	out, err := exec.CommandContext(ctx, "bash", "-euxc", commands).CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, wanted := range []string{"it is in Greenhouse as candidate", "initech is connected", "run 1 begun: 3 exports, 1 first"} {
		assert.Contains(t, string(out), wanted)
	}
}

func TestDemo_CleansUpAfterACrash(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	first := startDemo(t, dir, nil)
	first.says("Producers hand over results")
	second := startDemo(t, dir, nil)
	assert.Equal(t, 1, second.ends())
	assert.Contains(t, second.output(), "another demo runs in")
	require.NoError(t, first.cmd.Process.Signal(syscall.SIGKILL))
	first.ends()

	third := startDemo(t, dir, nil)
	third.says("Companies connect")
	third.interrupt()

	assert.Equal(t, 130, third.ends(), third.output())
	assert.Contains(t, third.output(), "left by a run that was killed")
	third.gone(privateServer(first.output()), privateServer(third.output()))
}

// privateServer is the folder that a demo said its Postgres is in.
func privateServer(text string) string {
	_, rest, _ := strings.Cut(text, "private, in ")
	path, _, _ := strings.Cut(rest, "\n")
	return path
}

func TestPlay_NoticesWhatIsNotExpected(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]func(*scene){
		"another count": func(s *scene) { s.want.sends = 2 },
		"another note":  func(s *scene) { s.note = "something that nobody said" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			only := story[0]
			wrong(&only)
			var out bytes.Buffer
			dir := filepath.Join(t.TempDir(), "demo")
			o := options{once: true, dir: dir, ghexport: filepath.Join(bin, "ghexport")}

			err := play(context.WithoutCancel(t.Context()), o, []scene{only}, newTerminal(&out))

			require.ErrorContains(t, err, "1 outcomes were not the expected ones")
			assert.Contains(t, out.String(), "✗")
			assert.FileExists(t, filepath.Join(dir, logName), "the log stays for whoever looks into it")
		})
	}
}

func TestRun_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	var out, problems bytes.Buffer
	assert.Equal(t, 2, run(t.Context(), []string{"--twice"}, &out, &problems))
	assert.Equal(t, 2, run(t.Context(), []string{"now"}, &out, &problems))
	assert.Contains(t, problems.String(), `"now" is not understood`)
	assert.Equal(t, 0, run(t.Context(), []string{"--help"}, &out, &problems))
	assert.Empty(t, out.String())
}

func TestStory_FitsThePage(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range story {
		assert.LessOrEqual(t, len([]rune(s.what)), whatWidth, s.what)
		assert.LessOrEqual(t, len([]rune(s.why)), whatWidth, s.why)
		assert.LessOrEqual(t, len([]rune(s.title())), titleWidth, s.title())
		assert.LessOrEqual(t, len(s.want.cause), becameWidth, s.want.cause)
		for _, id := range s.ids() {
			assert.False(t, seen[s.org+id], "%s %s is played twice", s.org, id)
			seen[s.org+id] = true
		}
	}
}
