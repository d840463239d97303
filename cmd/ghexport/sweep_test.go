package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// builtDirs are removed when all tests have ended.
var builtDirs struct{ armed, plain string }

// armedBinary is ghexport with fail-points in it, and plainBinary ghexport as people get it, each built once. What a shell types runs
// the plain one: the tests' own binary starts three times as slowly, and there are hundreds of commands.
var (
	armedBinary = sync.OnceValues(func() (string, error) { return built(&builtDirs.armed, "-tags", "failpoints") })
	plainBinary = sync.OnceValues(func() (string, error) { return built(&builtDirs.plain) })
)

func built(dir *string, flags ...string) (string, error) {
	var err error
	if *dir, err = os.MkdirTemp("", "ghexport-built-"); err != nil {
		return "", fmt.Errorf("folder of a binary: %w", err)
	}
	path := filepath.Join(*dir, "ghexport")
	build := exec.Command("go", append(append([]string{"build"}, flags...), "-o", path, ".")...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ghexport: %w: %s", err, out)
	}
	return path, nil
}

// withPlainBinary is a PATH on which ghexport is the plain binary.
func withPlainBinary(path string) (string, error) {
	binary, err := plainBinary()
	if err != nil {
		return "", err
	}
	return filepath.Dir(binary) + string(os.PathListSeparator) + path, nil
}

// crashPoint tells where a process ends: at the n-th time that it comes there, well into the work.
type crashPoint struct {
	name   string
	n      int
	faults []greenhousesim.Fault // what makes it come there
}

func crashPoints() []crashPoint {
	refused := greenhousesim.Fault{Status: 401, Times: 3}
	down := greenhousesim.Fault{Status: 503, Times: 8}
	return []crashPoint{
		{"turn.open", 3, nil},      // a transaction open, the lock held
		{"pass.looked", 1, nil},    // looked and planned, nothing written
		{"pass.committed", 1, nil}, // folded and dispatched at once
		{"fold.committed", 1, nil}, // folded alone, since the database refuses one of the messages
		{"dispatch.committed", 2, nil},
		{"intent.before", 5, nil},
		{"intent.committed", 5, nil},
		{"post.connected", 5, nil},
		{"post.written", 5, nil},
		{"post.accepted", 5, nil},
		{"settle.before", 5, nil},
		{"settle.committed", 5, nil},
		{"settle.before", 4, []greenhousesim.Fault{down}},
		{"settle.committed", 4, []greenhousesim.Fault{down}},
		{"settle.before", 2, []greenhousesim.Fault{refused}},
		{"settle.committed", 2, []greenhousesim.Fault{refused}},
		{"sweep.open", 2, nil},
	}
}

// TestCrashSweep kills a real serve with SIGKILL at each step that touches Postgres or the wire, while others are under way, starts
// another, and counts.
func TestCrashSweep(t *testing.T) {
	t.Parallel()
	server := sharedServer(t)
	atOnce := make(chan struct{}, 9)
	for i, point := range crashPoints() {
		t.Run(fmt.Sprintf("%s-%d", point.name, i), func(t *testing.T) {
			t.Parallel()
			atOnce <- struct{}{}
			defer func() { <-atOnce }()
			w, committed := sweepWorld(t, server, fmt.Sprintf("sweep_%d", i))
			w.sim.Plan(point.faults...)
			if point.name == "fold.committed" {
				w.owner(t, "ALTER TABLE ghexport.exports ADD CONSTRAINT bug CHECK (interview_id <> 'no-0')")
			}
			report := filepath.Join(t.TempDir(), "fired")
			w.serveUntil(t, fmt.Sprintf("%s:%d:kill", point.name, point.n), report)
			fired, err := os.ReadFile(report)
			require.NoError(t, err, "the point reports that it was reached")
			require.Equal(t, point.name, string(fired))
			w.owner(t, "ALTER TABLE ghexport.exports DROP CONSTRAINT IF EXISTS bug")
			w.hurry(t)
			w.trickle(t, "after")
			second := serveProcess(t, w.env)
			counts := w.conserved(t, second, committed+2*trickles, resumeWithin)
			assert.Equal(t, map[string]int{"ineligible": 4, "rejected": 1, "sent": counts["sent"], "unknown": counts["unknown"]}, withZeros(counts))
			assert.LessOrEqual(t, counts["unknown"], 16, "at most what was in flight")
		})
	}
}

func withZeros(counts map[string]int) map[string]int {
	all := map[string]int{"unknown": 0, "sent": 0}
	maps.Copy(all, counts)
	return all
}

// trickles sets how many interviews trickle commits.
const trickles = 5

// sweepWorld has four companies with twenty eligible results each, and one of each kind of message that is never sent.
func sweepWorld(t *testing.T, server *storetest.Server, name string) (w *world, committed int) {
	t.Helper()
	w = newWorldOn(t, server, name, 4, 20)
	w.env["GHEXPORT_JOB_TIMEOUT"], w.env["GHEXPORT_WORKERS"] = "2s", "16"
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, w.ownerURL)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for i, verdict := range []string{"true, \"candidate_continues\": false", "false, \"candidate_continues\": true", "true, \"candidate_continues\": null"} {
		enqueueRaw(t, conn, fmt.Sprintf("no-%d", i), 1, verdict)
	}
	enqueueRaw(t, conn, "withdrawn", 1, `true, "candidate_continues": true`)
	enqueueRaw(t, conn, "withdrawn", 2, `true, "candidate_continues": false`)
	_, err = conn.Exec(ctx, `INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT org_id, 'poison', version, schema_version, '{"no": "result"}' FROM ghexport.outbox LIMIT 1`)
	require.NoError(t, err)
	return w, w.total + 5
}

// trickle commits a few more, for the points that a running relay passes with new work alone.
func (w *world) trickle(t *testing.T, prefix string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.ownerURL)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for i := range trickles {
		enqueueRaw(t, conn, fmt.Sprintf("%s-%d", prefix, i), 1, `true, "candidate_continues": true`)
	}
}

// hurry makes due now what waits for a later try or a probe: what is to be seen is how it goes on, not how long it may wait.
func (w *world) hurry(t *testing.T) {
	t.Helper()
	w.owner(t, "UPDATE ghexport.exports SET due_at = clock_timestamp() WHERE due_at IS NOT NULL")
	w.owner(t, "UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE probe_at IS NOT NULL")
}

// owner runs a statement as the owner of the tables.
func (w *world) owner(t *testing.T, sql string) {
	t.Helper()
	_, err := w.pool(t).Exec(t.Context(), sql)
	require.NoError(t, err)
}

func enqueueRaw(t *testing.T, conn *pgx.Conn, id string, version int, verdict string) {
	t.Helper()
	_, err := conn.Exec(t.Context(), "SELECT ghexport.enqueue($1)", fmt.Sprintf(`{"schema_version": 1, "org_id": "org-00",
		"interview_id": %q, "version": %d, "interviewed_at": "2026-01-01T12:00:00Z", "interviewer_advances": %s,
		"candidate": {"id": %q, "full_name": "Ada Lovelace", "email": "%s@example.com"}}`, id, version, verdict, id, id))
	require.NoError(t, err)
}

// serveUntil runs the armed binary until its fail-point has ended it.
func (w *world) serveUntil(t *testing.T, point, report string) {
	t.Helper()
	binary, err := armedBinary()
	require.NoError(t, err)
	env := maps.Clone(w.env)
	env["GHEXPORT_FAILPOINT"], env["GHEXPORT_FAILPOINT_REPORT"] = point, report
	p := startServe(t, binary, env)
	w.trickle(t, "while")
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	select {
	case <-ended:
	case <-time.After(resumeWithin):
		require.Failf(t, "never reached", "%s; log: %s", point, p.log)
	}
}

// What is built for people must not be able to end itself.
func TestNoFailpointsInTheRealBinary(t *testing.T) {
	t.Parallel()
	path, err := plainBinary()
	require.NoError(t, err)
	plain, err := os.ReadFile(path)
	require.NoError(t, err)
	armed, err := armedBinary()
	require.NoError(t, err)
	withPoints, err := os.ReadFile(armed)
	require.NoError(t, err)
	for _, point := range crashPoints() {
		assert.True(t, bytes.Contains(withPoints, []byte(point.name)), "%s is in the armed binary", point.name)
	}
	assert.False(t, bytes.Contains(plain, []byte(strings.ToUpper("ghexport_failpoint"))))
}
