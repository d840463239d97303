package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

// with is the world's environment with another keyset.
func (w *world) with(keyset string) map[string]string {
	env := maps.Clone(w.env)
	env["GHEXPORT_KEYSET"] = keyset
	env["GHEXPORT_ACTOR"] = "on-call"
	return env
}

// command runs a command of this program with an environment.
func command(t *testing.T, env map[string]string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(t.Context(), args, strings.NewReader(""), &stdout, &stderr, env)
	return code, stdout.String(), stderr.String()
}

// replace starts nodes with another keyset, and ends the old ones once these are ready.
func (w *world) replace(t *testing.T, old []*process, keyset string) []*process {
	t.Helper()
	var fresh []*process
	for range 2 {
		p := serveProcess(t, w.with(keyset))
		until(t, "readiness", func() bool { status, _ := p.ready(t); return status == http.StatusOK })
		fresh = append(fresh, p)
	}
	for _, p := range old {
		require.NoError(t, p.Process.Signal(syscall.SIGTERM))
		require.NoError(t, p.Wait(), "log: %s", p.log)
		assert.NotContains(t, p.log.String(), `"level":"error"`)
	}
	return fresh
}

// load commits results, one after the other, until it is stopped, which tells how many.
func (w *world) load(t *testing.T, companies int) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int)
	conn, err := pgx.Connect(t.Context(), w.ownerURL)
	require.NoError(t, err)
	go func() {
		defer conn.Close(context.Background())
		each := time.NewTicker(3 * time.Millisecond)
		defer each.Stop()
		n := 0
		for {
			select {
			case <-ctx.Done():
				done <- n
				return
			case <-each.C:
			}
			id := fmt.Sprintf("live-%05d", n)
			message := fmt.Sprintf(`{"schema_version": 1, "org_id": "org-%02d", "interview_id": %q, "version": 1, "interviewed_at": "2026-01-01T12:00:00Z",
				"interviewer_advances": true, "candidate_continues": true, "candidate": {"id": %q, "full_name": "Ada Lovelace", "email": "%s@example.com"}}`, n%companies, id, id, id)
			if _, err := conn.Exec(context.Background(), "SELECT ghexport.enqueue($1::text::jsonb)", message); err != nil {
				assert.NoError(t, err)
				done <- n
				return
			}
			n++
		}
	}()
	return func() int { cancel(); return <-done }
}

// P12: the keyset is changed from end to end, in two deploys of two nodes each, while results are committed and sent all the time. Not
// one attempt fails, nobody is held, and the first key is of no use any more.
func TestServe_RotatesItsKeysetUnderLoad(t *testing.T) {
	t.Parallel()
	const companies = 6
	w := newWorld(t, companies, 1)
	first := w.env["GHEXPORT_KEYSET"]
	stop := w.load(t, companies)
	nodes := w.replace(t, nil, first)

	code, both, errOut := command(t, w.with(first), "keyset", "add")
	require.Zero(t, code, errOut)
	code, _, errOut = command(t, w.with(both), "keyset", "rotate")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "is not on every node")

	nodes = w.replace(t, nodes, both)
	before := w.one(t, "SELECT count(*) FROM ghexport.attempts")
	code, out, errOut := command(t, w.with(both), "keyset", "rotate", "--json", "--reason", "drill")
	require.Zero(t, code, errOut)
	var rotated keyring.Rotation
	require.NoError(t, json.Unmarshal([]byte(out), &rotated))
	assert.Equal(t, companies+1, rotated.Rewrapped)
	until(t, "sends with what was sealed anew", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.attempts") > before+50 })

	code, last, errOut := command(t, w.with(both), "keyset", "retire")
	require.Zero(t, code, errOut)
	nodes = w.replace(t, nodes, last)
	after := w.one(t, "SELECT count(*) FROM ghexport.attempts")
	until(t, "sends with the last keyset", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.attempts") > after+50 })
	w.total += stop()
	assert.Zero(t, w.settled(t, nodes[0], resumeWithin))

	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.attempts WHERE outcome <> 'sent'"), "no failed export")
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.holds"), "nobody was held")
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.exports WHERE attempts <> 1"))
	for _, p := range nodes {
		assert.NotContains(t, p.log.String(), `"level":"error"`)
	}
	code, _, errOut = command(t, w.with(first), "keyset", "retire")
	assert.Equal(t, 1, code)
	assert.Contains(t, errOut, "the keyset lacks the keys")
}

// A node that has lost a key takes no jobs, is not ready, and says so in its log and to everybody who asks after health. It loses
// nothing: a node that has the key sends it all.
func TestServe_WithALostKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 5)
	first := w.env["GHEXPORT_KEYSET"]
	keyset, err := seal.ParseKeyset(first)
	require.NoError(t, err)
	both, err := keyset.WithNewKey()
	require.NoError(t, err)
	newer, err := seal.ParseKeyset(both)
	require.NoError(t, err)
	sealed, err := newer.Seal("org-01", []byte("ingestion-key-of-01"))
	require.NoError(t, err)
	owner, err := pgx.Connect(t.Context(), w.ownerURL)
	require.NoError(t, err)
	defer owner.Close(context.Background())
	_, err = owner.Exec(t.Context(), "UPDATE ghexport.integrations SET sealed_key = $1 WHERE org_id = 'org-01'", sealed)
	require.NoError(t, err)

	lost := serveProcess(t, w.with(first))
	until(t, "its not being ready", func() bool {
		status, text := lost.ready(t)
		return status == http.StatusServiceUnavailable && strings.Contains(text, "the keyset lacks the key")
	})
	until(t, "its words", func() bool {
		return strings.Contains(lost.log.String(), `"level":"error","`) && strings.Contains(lost.log.String(), "this node takes no more jobs")
	})
	until(t, "its trouble in health", func() bool {
		code, out, _ := command(t, w.with(first), "health", "--json")
		return code == 1 && strings.Contains(out, "the keyset lacks the key")
	})
	until(t, "the end of what it had begun", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state = 'sending'") == 0 })
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.exports e WHERE org_id = 'org-01' AND (state NOT IN ('pending', 'queued') OR cause IS NOT NULL)"))
	assert.Zero(t, w.one(t, "SELECT count(*) FROM ghexport.holds"), "the company is not to blame")

	well := serveProcess(t, w.with(both))
	assert.Zero(t, w.settled(t, well, resumeWithin))
	status, _ := well.ready(t)
	assert.Equal(t, http.StatusOK, status)
	status, _ = lost.ready(t)
	assert.Equal(t, http.StatusServiceUnavailable, status, "until it is given the whole keyset")
}
