package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// The keys that must be nowhere, and words that must be everywhere, without which looking would prove nothing.
const (
	canaryKey   = "CanaryIngestionKey0123456789abcdefFIRST"
	canaryNext  = "CanaryIngestionKey0123456789abcdefOTHER"
	canaryWrong = "CanaryIngestionKey0123456789abcdefWRONG"
	canaryUser  = "canary.user@acme.example"
)

// forms are the spellings in which a secret could lie somewhere.
func forms(secret string) map[string][]byte {
	list := map[string][]byte{
		"plain":              []byte(secret),
		"base64 of key:":     []byte(base64.StdEncoding.EncodeToString([]byte(secret + ":"))),
		"base64":             []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")),
		"hexadecimal digits": []byte(hex.EncodeToString([]byte(secret))),
	}
	list["base64 of key:"] = bytes.TrimRight(list["base64 of key:"], "=")
	return list
}

// evidence is all that the service left anywhere, by where.
type evidence struct {
	found map[string][]byte
}

func (e *evidence) add(where string, text []byte) {
	e.found[where] = append(e.found[where], text...)
}

// holding lists where a text is, in whatever spelling.
func (e *evidence) holding(secret string) []string {
	list := []string{}
	for where, text := range e.found {
		for how, form := range forms(secret) {
			if bytes.Contains(text, form) {
				list = append(list, where+" ("+how+")")
			}
		}
	}
	slices.Sort(list)
	return list
}

// A company is connected, tested, refused in every way by a Greenhouse that repeats the key in its answers, rotated and looked at on
// every page; then everything that was written or answered anywhere is searched for its keys.
func TestCanary(t *testing.T) {
	t.Parallel()
	server, err := storetest.Start(t.Context(), storetest.ServerConfig{Durable: true, Settings: map[string]string{
		"log_statement": "all", "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1", // every statement with its values
	}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	w := newWorldOn(t, server, "canary", 1, 1)
	w.sim.AddAccount(greenhousesim.Account{Name: "acme", Key: canaryKey, Users: []greenhousesim.User{{Email: canaryUser, Name: "Cana Ry"}}})
	name, hash, role := demoUser(t)
	maps.Copy(w.env, map[string]string{
		"GHEXPORT_CONSOLE_USERS": name + ":" + hash + ":" + role, "GHEXPORT_LOG_LEVEL": "debug", "GHEXPORT_ACTOR": "on-call",
		"GHEXPORT_LINK_SECRET": strings.Repeat("link", 8), "GHEXPORT_PUBLIC_URL": "http://127.0.0.1",
	})
	e := &evidence{found: map[string][]byte{}}
	c := &canary{t: t, world: w, evidence: e}
	c.cli(canaryWrong, 1, "org", "connect", "acme", "--created-by", canaryUser)
	c.cli(canaryKey, 0, "org", "connect", "acme", "--created-by", canaryUser, "--enable")

	p := serveProcess(t, w.env)
	until(t, "readiness", func() bool { status, _ := p.ready(t); return status == http.StatusOK })
	c.browse(listensAt.FindStringSubmatch(p.log.String())[1], name)
	c.send()
	c.api("POST", "/api/orgs/acme/greenhouse/test", map[string]any{"key": canaryWrong, "created_by": canaryUser}, 0)
	c.api("PUT", "/api/orgs/acme/greenhouse", map[string]any{"key": canaryWrong, "created_by": canaryUser}, 0)
	w.sim.ReplaceKey(canaryKey, canaryNext)
	c.api("PUT", "/api/orgs/acme/greenhouse", map[string]any{"key": canaryNext, "created_by": canaryUser, "reason": "rotation"}, http.StatusOK)
	c.enqueue("after-rotation")
	c.await("after-rotation", "sent")
	c.cli("", 0, "keyset", "rotate")
	c.commands()
	c.crawl()
	c.database()
	e.add("log of serve", []byte(p.log.String()))
	c.files(server.Dir)

	seen := strings.Join(e.holding(canaryUser), "\n")
	for _, where := range []string{"database file", "write-ahead log", "Postgres's log", "ghexport org show", "/api/orgs/acme/greenhouse", "/orgs/acme", "table integrations"} {
		assert.Contains(t, seen, where, "the search does not reach there, so it proves nothing")
	}
	assert.Contains(t, string(e.found["log of serve"]), `"msg":"attempt"`)
	for _, secret := range []string{canaryKey, canaryNext, canaryWrong} {
		assert.Empty(t, e.holding(secret), "a key was kept or shown")
	}
}

// canary drives the service and gathers what it leaves.
type canary struct {
	t        *testing.T
	world    *world
	evidence *evidence
	browser  *http.Client
	address  string
}

// cli runs a command; code -1 is any.
func (c *canary) cli(in string, code int, args ...string) {
	c.t.Helper()
	var stdout, stderr strings.Builder
	got := run(c.t.Context(), args, strings.NewReader(in), &stdout, &stderr, maps.Clone(c.world.env))
	if code >= 0 {
		require.Equal(c.t, code, got, "%v: %s%s", args, stdout.String(), stderr.String())
	}
	c.evidence.add("ghexport "+strings.Join(args, " "), []byte(stdout.String()+stderr.String()))
}

func (c *canary) commands() {
	for _, line := range []string{
		"org show acme", "org show acme --json", "org list", "org list --json", "exports --json", "exports", "dead --group", "audit --json",
		"health --json", "health", "doctor", "doctor --json", "show 1 --json", "show 2", "show 2 --json", "show 3 --json", "why refused-422 --json",
	} {
		c.cli("", -1, strings.Fields(line)...)
	}
}

// send meets every kind of refusal with a Greenhouse that repeats what it was sent, headers included.
func (c *canary) send() {
	c.t.Helper()
	header := "Basic " + base64.StdEncoding.EncodeToString([]byte(canaryKey+":"))
	for _, status := range []int{422, 400, 503, 429, 403, 401, 302} {
		words, err := json.Marshal(map[string]any{
			"message": canaryKey + " may not", "error": "Authorization: " + header,
			"errors": []any{map[string]any{"field": canaryKey, "message": "sent with " + header}, canaryKey},
		})
		require.NoError(c.t, err)
		id := fmt.Sprintf("refused-%d", status)
		c.world.sim.Plan(greenhousesim.Fault{
			ExternalID: id, Status: status, Body: greenhousesim.Text(string(words)),
			Headers: map[string]string{"Location": "/?key=" + canaryKey, "Retry-After": canaryKey, "X-RateLimit-Reset": canaryKey, "Server": header},
		})
		c.enqueue(id)
		c.answered(id)
		c.exec("UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE org_id = 'acme'")
		c.exec("UPDATE ghexport.budgets SET blocked_until = NULL")
		c.await("", "no hold")
	}
	for name, body := range map[string]string{"html": "<html><title>" + canaryKey + " " + header + "</title></html>", "echo": `{"id": "` + canaryKey + `"}`} {
		c.world.sim.Plan(greenhousesim.Fault{ExternalID: name, Status: 200, Body: greenhousesim.Text(body)})
		c.enqueue(name)
		c.await(name, "unknown")
	}
}

func (c *canary) exec(statement string, args ...any) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.world.ownerURL)
	require.NoError(c.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(c.t.Context(), statement, args...)
	require.NoError(c.t, err)
}

func (c *canary) enqueue(id string) {
	c.t.Helper()
	c.exec("SELECT ghexport.enqueue($1::text::jsonb)", fmt.Sprintf(`{"schema_version": 1, "org_id": "acme", "interview_id": %q, "version": 1,
		"interviewed_at": "2026-01-01T12:00:00Z", "interviewer_advances": true, "candidate_continues": true,
		"candidate": {"id": %q, "full_name": "Ada Lovelace", "email": "%s@example.com"}}`, id, id, id))
}

func (c *canary) answered(id string) {
	c.t.Helper()
	until(c.t, "an answer to "+id, func() bool {
		return c.world.one(c.t, "SELECT count(*) FROM ghexport.attempts a JOIN ghexport.exports e ON e.id = a.export_id WHERE e.interview_id = '"+id+"'") > 0
	})
}

func (c *canary) await(id, state string) {
	c.t.Helper()
	until(c.t, id+" "+state, func() bool {
		if state == "no hold" {
			return c.world.one(c.t, "SELECT count(*) FROM ghexport.holds WHERE until IS NULL") == 0
		}
		return c.world.one(c.t, "SELECT count(*) FROM ghexport.exports WHERE interview_id = '"+id+"' AND state = '"+state+"'") == 1
	})
}

// browse logs in to the console.
func (c *canary) browse(address, name string) {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(c.t, err)
	c.address, c.browser = address, &http.Client{Jar: jar, Timeout: patience}
	c.t.Cleanup(c.browser.CloseIdleConnections)
	res, err := c.browser.PostForm(address+"/login", url.Values{"name": {name}, "password": {"demo"}})
	require.NoError(c.t, err)
	require.NoError(c.t, res.Body.Close())
	require.Equal(c.t, http.StatusOK, res.StatusCode)
}

// api makes a request with a JSON body; status 0 is any.
func (c *canary) api(method, path string, body any, status int) {
	c.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(c.t, err)
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.address+path, bytes.NewReader(text))
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", "*")
	answer := c.answer(req)
	if status != 0 {
		require.Equal(c.t, status, answer.status, string(answer.body))
	}
}

type answered struct {
	status int
	body   []byte
}

// answer keeps all of an answer, headers included.
func (c *canary) answer(req *http.Request) answered {
	c.t.Helper()
	res, err := c.browser.Do(req)
	require.NoError(c.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	c.evidence.add(req.URL.Path, fmt.Append(nil, req.Method, res.Status, res.Header, string(body)))
	return answered{res.StatusCode, body}
}

var link = regexp.MustCompile(`(?:href|src|action)="([^"#]+)`)

// crawl reads every page that can be reached by links from those that are known, with everything that they load.
func (c *canary) crawl() {
	c.t.Helper()
	queue := []string{
		"/", "/exports", "/exports/1", "/exports/2", "/exports/3", "/exports/csv", "/why?q=refused-422", "/dead", "/runs", "/runs/new", "/decisions", "/orgs",
		"/orgs/acme", "/orgs/acme/settings", "/orgs/acme/exports", "/orgs/acme/decisions", "/orgs/acme/audit", "/orgs/acme/why", "/audit", "/runbooks/",
		"/river/", "/river/api/jobs?state=completed", "/river/api/jobs?state=cancelled", "/river/api/jobs?state=discarded", "/river/api/queues", "/river/api/jobs/1",
		"/metrics", "/api/openapi.json", "/api/orgs/acme/greenhouse",
	}
	const most, alike = 400, 6 // of one address, so many with other filters
	seen, pages := map[string]bool{}, map[string]int{}
	for len(queue) > 0 && len(seen) < most {
		path := queue[0]
		queue = queue[1:]
		page, _, _ := strings.Cut(path, "?")
		if seen[path] || pages[page] == alike {
			continue
		}
		seen[path] = true
		pages[page]++
		req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.address+path, nil)
		require.NoError(c.t, err)
		for _, found := range link.FindAllSubmatch(c.answer(req).body, -1) {
			to, err := req.URL.Parse(strings.ReplaceAll(string(found[1]), "&amp;", "&"))
			if err == nil && to.Host == req.URL.Host && !strings.HasPrefix(to.Path, "/river/assets") {
				queue = append(queue, to.RequestURI())
			}
		}
	}
	require.Less(c.t, len(seen), most, "the pages have no end")
}

// database reads every row of every table as text: what is compressed in the files is legible here.
func (c *canary) database() {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.world.ownerURL)
	require.NoError(c.t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(c.t.Context(), "SELECT tablename FROM pg_tables WHERE schemaname = 'ghexport'")
	require.NoError(c.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	for _, table := range tables {
		rows, err := conn.Query(c.t.Context(), "SELECT t::text FROM ghexport."+table+" t")
		require.NoError(c.t, err)
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(c.t, err)
		c.evidence.add("table "+table, []byte(strings.Join(texts, "\n")))
	}
}

// files reads the whole cluster from the disk: heap, indexes, write-ahead log, and the server's own log.
func (c *canary) files(dir string) {
	c.t.Helper()
	admin, err := pgx.Connect(c.t.Context(), c.world.server.URL("postgres"))
	require.NoError(c.t, err)
	_, err = admin.Exec(c.t.Context(), "CHECKPOINT")
	require.NoError(c.t, err)
	require.NoError(c.t, admin.Close(c.t.Context()))
	require.NoError(c.t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		where := "database file"
		switch {
		case strings.Contains(path, "pg_wal"):
			where = "write-ahead log"
		case strings.HasSuffix(path, ".log") || filepath.Base(path) == "log":
			where = "Postgres's log"
		}
		c.evidence.add(where, text)
		return nil
	}))
}
