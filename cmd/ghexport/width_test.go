//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tables are the commands that print one.
var tables = []string{"exports", "dead", "dead --group", "org list", "audit", "runs list", "runs show 1", "reconcile --since 1d --restored", "show 1", "explain"}

// Whatever the ledger holds, a table fits the terminal, and a row is a line; in a pipe nothing is cut.
func TestTables_FitATerminal(t *testing.T) {
	t.Parallel()
	d := newDrill(t, newStage(t), "bug")
	d.connect(t, "acme")
	d.exec(t, `
		UPDATE ghexport.integrations SET org_id = repeat('組', 200), created_by = repeat('w', 190) || '@example.com', created_by_name = repeat('name ', 40);
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, interviewed_at, practice, state, cause, detail,
			attention_at, committed_at, attempts)
		SELECT repeat('組', 200), repeat('i', 190) || n, 'c' || n, 1, '\x00', now(), false, 'dead', 'payload.refused',
			repeat('emails.type: Must be personal, work or other; ', 20) || n, now(), now(), 123456
		  FROM generate_series(1, 3) n;
		INSERT INTO ghexport.attempts (token, export_id, number, job_id, credential_version, started_at, finished_at, outcome, status, cause, detail)
		SELECT gen_random_uuid(), 1, 123456, 1, 1, now() - interval '99 hours', now(), 'dead', 422, 'payload.refused', repeat('detail ', 50);
		INSERT INTO ghexport.runs (state, actor, reason, ticket, because, members, canary, stop_share, stop_from, selected)
		SELECT 'paused', repeat('actor ', 30), repeat(E'why\nnot ', 40), repeat('t', 90), repeat('because ', 50), 3, 1, 0.1, 10, '{}';
		INSERT INTO ghexport.run_members (run_id, export_id, org_id, state, cause, because)
		SELECT 1, e.id, e.org_id, 'dead', 'payload.refused', repeat('because ', 50) FROM ghexport.exports e;
		INSERT INTO ghexport.audit (actor, action, org_id, export_id, reason)
		SELECT repeat('actor ', 30), 'resolve --present', repeat('組', 200), 1, repeat(E'why\nnot ', 40)`)
	for _, command := range tables {
		_, out, errOut := d.ghexport(t, "", strings.Fields(command)...)
		require.NotEmpty(t, out, "%s: %s", command, errOut)
		assert.NotRegexp(t, `…(\s|$)`, tableOf(out), "%s: a pipe gets all", command) // before the end of a key it stands, too
		for _, columns := range []int{72, 100, 180} {
			wide := 0
			shown := onTerminal(t, columns, d.env, strings.Fields(command)...)
			for line := range strings.Lines(tableOf(shown)) {
				width := text.StringWidthWithoutEscSequences(strings.TrimRight(line, "\n"))
				assert.LessOrEqual(t, width, columns, "%s: %s", command, line)
				wide = max(wide, width)
			}
			assert.Greater(t, wide, 55, "%s: nothing wide was printed", command)
		}
	}
}

// onTerminal returns what a command shows on a terminal of so many columns.
func onTerminal(t *testing.T, columns int, env map[string]string, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	defer master.Close()
	ioctl := func(request uintptr, arg unsafe.Pointer) {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(arg))
		require.Zero(t, errno)
	}
	var unlock, number int32
	size := [4]uint16{50, uint16(columns)}
	ioctl(syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	shown := make(chan string)
	go func() {
		all, _ := io.ReadAll(master) // ends with an error when the other side is closed
		shown <- strings.ReplaceAll(string(all), "\r\n", "\n")
	}()
	run(t.Context(), args, strings.NewReader(""), tty, io.Discard, maps.Clone(env))
	require.NoError(t, tty.Close())
	return <-shown
}

// headings are a table's first line.
var headings = regexp.MustCompile(`(?m)^[A-Z]+( +[A-Z]+)+$`)

// tableOf is the table within what a command printed: what stands above are sentences, which wrap.
func tableOf(out string) string {
	at := headings.FindStringIndex(out)
	if at == nil {
		return out
	}
	return out[at[0]:]
}
