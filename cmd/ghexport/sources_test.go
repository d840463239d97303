package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/source"
)

// A real serve is killed between the commit here and the deletion there, and right after it: each message arrives once.
func TestServe_SurvivesACrashBetweenTwoDatabases(t *testing.T) {
	t.Parallel()
	server := durableServer(t)
	for i, point := range []string{"carry.committed", "carry.acknowledged"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			const there = 40
			w := newWorldOn(t, server, fmt.Sprintf("carried_%d", i), 2, 10)
			w.total += there
			owner, relay := w.source(t, fmt.Sprintf("source_%d", i))
			w.env["GHEXPORT_OUTBOX_URLS"] = "scheduling=" + relay
			conn, err := pgx.Connect(t.Context(), owner)
			require.NoError(t, err)
			defer conn.Close(t.Context())
			for n := range there {
				_, err := conn.Exec(t.Context(), "SELECT ghexport.enqueue($1)", eligible(t, "org-00", fmt.Sprintf("there-%d", n)))
				require.NoError(t, err)
			}

			binary, err := armedBinary()
			require.NoError(t, err)
			env, report := maps.Clone(w.env), filepath.Join(t.TempDir(), "fired")
			env["GHEXPORT_FAILPOINT"], env["GHEXPORT_FAILPOINT_REPORT"] = point+":1:kill", report
			first := startServe(t, binary, env)
			first.Wait() //nolint:errcheck // killed
			fired, err := os.ReadFile(report)
			require.NoError(t, err, "the point reports that it was reached; log: %s", first.log)
			require.Equal(t, point, string(fired))

			second := serveProcess(t, w.env)
			w.settled(t, second, resumeWithin)
			var left int
			require.Eventually(t, func() bool {
				return conn.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.outbox").Scan(&left) == nil && left == 0
			}, patience, 20*time.Millisecond)
			assert.NotContains(t, first.log.String()+second.log.String(), password(t, relay))
		})
	}
}

// A file that names the producers' own databases is read again at SIGHUP: one is added, one is left alone, one is taken away, and a file
// with a mistake changes nothing.
func TestServe_ReadsItsSourcesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1, 0)
	ownerA, relayA := w.source(t, "again_a")
	ownerB, relayB := w.source(t, "again_b")
	file := filepath.Join(t.TempDir(), "sources")
	require.NoError(t, os.WriteFile(file, []byte("a="+relayA), 0o600))
	w.env["GHEXPORT_OUTBOX_URLS_FILE"] = file
	p := serveProcess(t, w.env)
	p.ready(t) // it heeds signals
	put := func(owner, interview string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), owner)
		require.NoError(t, err)
		defer conn.Close(t.Context())
		_, err = conn.Exec(t.Context(), "SELECT ghexport.enqueue($1)", eligible(t, "org-00", interview))
		require.NoError(t, err)
	}
	arrived := func(interview string) bool {
		return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE interview_id = '"+interview+"'") == 1
	}
	comes := func(interview string) {
		t.Helper()
		until(t, interview, func() bool { return arrived(interview) })
	}
	names := func(sources, says string) {
		t.Helper()
		require.NoError(t, os.WriteFile(file, []byte(sources), 0o600))
		before := strings.Count(p.log.String(), says)
		require.NoError(t, p.Process.Signal(syscall.SIGHUP))
		until(t, says, func() bool { return strings.Count(p.log.String(), says) > before })
	}

	put(ownerA, "iv_1")
	comes("iv_1")
	names("a="+relayA+"\nb="+relayB, `"sources":["a","b"]`)
	put(ownerB, "iv_2")
	comes("iv_2")
	names("b="+relayB, `"sources":["b"]`)
	put(ownerA, "iv_3")
	put(ownerB, "iv_4")
	comes("iv_4")
	assert.False(t, arrived("iv_3"), "its database is not read any more")
	names("b="+relayB+"\nb="+relayA, "the sources stay as they were")
	put(ownerB, "iv_5")
	comes("iv_5")
	names("a="+relayA+"\nb="+relayB, `"sources":["a","b"]`)
	comes("iv_3")
	for _, address := range []string{relayA, relayB} {
		assert.NotContains(t, p.log.String(), password(t, address))
	}
}

// source makes a producer's own database on the world's server, and returns its addresses for its owner and for the relay.
func (w *world) source(t *testing.T, name string) (owner, relay string) {
	t.Helper()
	owner, err := w.server.CreateDatabase(t.Context(), name)
	require.NoError(t, err)
	require.NoError(t, migrations.ProducerUp(t.Context(), owner))
	relay, err = w.server.CreateLogin(t.Context(), "relay_of_"+name, name)
	require.NoError(t, err)
	require.NoError(t, source.Grant(t.Context(), owner, source.GrantRelay, "relay_of_"+name))
	return owner, relay
}

func eligible(t *testing.T, org, interview string) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"schema_version": 1, "org_id": org, "interview_id": interview, "version": 1,
		"interviewed_at": "2026-01-01T12:00:00Z", "interviewer_advances": true, "candidate_continues": true,
		"candidate": map[string]any{"id": interview, "full_name": "Ada Lovelace", "email": interview + "@example.com"},
	})
	require.NoError(t, err)
	return string(text)
}

func password(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	secret, given := u.User.Password()
	require.True(t, given)
	return secret
}

func TestLoadConfig_Sources(t *testing.T) {
	t.Parallel()
	read := func(urls string) ([]sourceAddress, error) {
		c, err := LoadConfig(map[string]string{"DATABASE_URL": "postgres://localhost/app", "GHEXPORT_OUTBOX_URLS": urls})
		list, _ := c.sources()
		return list, err
	}
	list, err := read("a=postgres://u:p%2Cw@h1,h2/x, b_2=postgresql://u@h/y?a=b,\n\n c-3 = postgres://u@h/z")
	require.NoError(t, err)
	assert.Equal(t, []sourceAddress{
		{"a", "postgres://u:p%2Cw@h1,h2/x"}, {"b_2", "postgresql://u@h/y?a=b"}, {"c-3", "postgres://u@h/z"},
	}, list)
	for urls, wrong := range map[string]string{
		"a=postgres://u:hunter2@h/x,a=postgres://h/y":        "a is listed twice",
		"a=postgres://u:hunter2@h/x,b=postgres://v@H:5432/x": "b is the same database as a",
		"a=postgres://u:hunter2@LOCALHOST:5432/app":          "a is the same database as DATABASE_URL",
		"A=postgres://u:hunter2@h/x":                         "the name of entry 1 is not 1 to 40 of",
		"=postgres://u:hunter2@h/x":                          "the name of entry 1",
		"postgres://u:hunter2@h/x":                           "entry 1 is not NAME=postgres://",
		"a=host=h password=hunter2":                          "entry 1 is not NAME=postgres://",
		"a=postgres://u:hunter2@[/x":                         "the address of a cannot be read",
	} {
		_, err := read(urls)
		require.ErrorContains(t, err, "GHEXPORT_OUTBOX_URLS: "+wrong, urls)
		assert.NotContains(t, err.Error(), "hunter2", urls)
	}
	file := filepath.Join(t.TempDir(), "sources")
	require.NoError(t, os.WriteFile(file, []byte("a=postgres://h/x\nb=postgres://h/y\n"), 0o600))
	c := Config{OutboxURLsFile: file}
	require.Empty(t, c.readSources())
	both, found := c.sources()
	assert.Empty(t, found)
	assert.Len(t, both, 2)
	_, err = LoadConfig(map[string]string{"GHEXPORT_OUTBOX_URLS": "a=postgres://h/x", "GHEXPORT_OUTBOX_URLS_FILE": file})
	require.ErrorContains(t, err, "only one may be")
}

// The commands put a producer's set into a database and give its rights; doctor, health and why say how it is, and no password.
func TestSources_ByCommand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	there := s.emptyDatabase(t)
	says := func(want int, args ...string) string {
		t.Helper()
		code, out, errOut := s.ghexport(t, "", args...)
		require.Equal(t, want, code, "%v: %s%s", args, out, errOut)
		assert.NotContains(t, out+errOut, "hunter2")
		return out + errOut
	}
	assert.Contains(t, says(exitFailed, "migrate", "producer", "status", "--url", there), "hint: run ghexport migrate producer up")
	assert.Contains(t, says(exitFailed, "migrate", "producer", "up", "--url", s.db.URL), "it has a ledger")
	assert.Contains(t, says(0, "migrate", "producer", "up", "--url", there), "the producer's schema is at version")
	assert.Contains(t, says(0, "migrate", "producer", "status", "--url", there), "00001_outbox.sql")
	assert.Contains(t, says(0, "migrate", "producer", "sql"), "CREATE TABLE ghexport.outbox")
	service, err := url.Parse(s.db.ServiceURL)
	require.NoError(t, err)
	assert.Contains(t, says(0, "grant", "--relay", service.User.Username(), "--url", there), "granted the rights of a relay")
	assert.Contains(t, says(0, "grant", "--producer", "app", "--url", there, "--print"), "ghexport.enqueue(jsonb), ghexport.validate(jsonb), ghexport.status(text, text) TO")
	assert.Contains(t, says(exitUsage, "grant", "--viewer", "app", "--url", there), "--url goes with --producer or --relay")
	assert.Contains(t, says(exitUsage, "grant", "--relay", "app"), "--relay needs --url")

	place, err := url.Parse(there)
	require.NoError(t, err)
	good, bad := *service, *service
	good.Path, bad.Path = place.Path, "/nowhere"
	bad.User = url.UserPassword("nobody", "hunter2")
	s.env["GHEXPORT_OUTBOX_URLS"] = "scheduling=" + good.String() + ", practice=" + bad.String()
	examined := says(exitFailed, "doctor")
	assert.Contains(t, examined, "source scheduling it can be read; 0 messages there")
	assert.Regexp(t, `FAIL +source practice +our role lacks rights there: `, examined)

	s.exec(t, `INSERT INTO ghexport.sources (name, looked_at, read_at, carried, trouble_kind, trouble, trouble_since)
		VALUES ('scheduling', now(), now(), 3, NULL, NULL, NULL), ('practice', now(), now() - interval '5 minutes', 1, 'unreachable', 'connection refused', now())`)
	health := says(exitFailed, "health")
	assert.Contains(t, health, "scheduling is read")
	assert.Contains(t, health, "problem: source practice was not read for 5 min: it cannot be reached (connection refused)")
	assert.Contains(t, health, "runbook  ghexport explain source")
	assert.Contains(t, says(0, "why", "iv_unheard"), "Source practice was not read for 5 min (it cannot be reached): a result committed there is not known here.")
	s.exec(t, `SELECT ghexport.enqueue('`+eligible(t, "acme", "iv_1")+`');
		INSERT INTO ghexport.carried (message, source, source_id, org_id, interview_id, version) VALUES (gen_random_uuid(), 'practice', 1, 'acme', 'iv_1', 1)`)
	why := says(0, "why", "iv_1")
	assert.Contains(t, why, "A producer committed a result for this interview in its own database, the source practice.")
	assert.Contains(t, why, "Source practice was not read for 5 min")
}
