package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// fromRiver makes a request one of River UI's own script.
func fromRiver(r *http.Request) {
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Content-Type", "application/json")
}

func message(t *testing.T, a answer) string {
	t.Helper()
	var said struct{ Message string }
	require.NoError(t, json.Unmarshal([]byte(a.body), &said), a.body)
	return said.Message
}

func TestRiver_RetryIsPassedOn(t *testing.T) {
	t.Parallel()
	s := setup(t)
	export := s.export("acme", "iv_1", ledger.StateDead, ledger.CausePayloadRefused)
	s.exec("UPDATE ghexport.exports SET body_id = 1")
	job := s.job(export)

	a := s.ask("POST", "/river/api/jobs/retry", idsBody(job), s.as("kim"), fromRiver)
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Equal(t, "available", s.jobState(job))
	trail, err := query.In(s.store).AuditTrail(t.Context(), query.AuditFilter{ExportID: export})
	require.NoError(t, err)
	require.Len(t, trail, 1)
	assert.Equal(t, "kim", trail[0].Actor)
	assert.Equal(t, ledger.ActionRiverRetry, trail[0].Action)
}

// One press on several: what the ledger lets go again goes, and the others are named.
func TestRiver_RetryNamesTheRefused(t *testing.T) {
	t.Parallel()
	s := setup(t)
	dead, sent := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug), s.export("acme", "iv_2", ledger.StateSent, "")
	unknown := s.export("acme", "iv_3", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	s.exec("UPDATE ghexport.exports SET body_id = 1")
	jobs := []int64{s.job(sent), s.job(dead), s.job(unknown)}
	gone := s.job(1 << 40)

	a := s.ask("POST", "/river/api/jobs/retry", idsBody(append(jobs, gone)...), s.as("kim"), fromRiver)
	require.Equal(t, http.StatusConflict, a.StatusCode, a.body)
	said := message(t, a)
	assert.Contains(t, said, "Retried 1 of 4. Refused by the ledger: ")
	assert.Contains(t, said, fmt.Sprintf("export %d is sent: Retry applies to dead and pending exports only", sent))
	assert.Contains(t, said, fmt.Sprintf("export %d is unknown", unknown))
	assert.NotContains(t, said, fmt.Sprintf("export %d ", dead))
	assert.Equal(t, []string{"discarded", "available", "discarded", "discarded"},
		[]string{s.jobState(jobs[0]), s.jobState(jobs[1]), s.jobState(jobs[2]), s.jobState(gone)})

	a = s.ask("POST", "/river/api/jobs/retry", idsBody(jobs[0]), s.as("kim"), fromRiver)
	require.Equal(t, http.StatusConflict, a.StatusCode, a.body)
	assert.Contains(t, message(t, a), "Retried 0 of 1.")
	trail := s.trail(query.AuditFilter{Actor: "kim"})
	require.Len(t, trail, 1, "what was refused was not done")
	assert.Equal(t, dead, *trail[0].ExportID)
}

func TestRiver_FromAJobToItsExport(t *testing.T) {
	t.Parallel()
	s := setup(t)
	export := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)
	val := s.as("val")
	a := s.ask("GET", fmt.Sprintf("/river-job/%d", s.job(export)), "", val)
	assert.Equal(t, http.StatusSeeOther, a.StatusCode)
	assert.Equal(t, fmt.Sprintf("/exports/%d", export), a.Header.Get("Location"))
	for _, other := range []string{fmt.Sprint(s.probe()), "999", "x"} {
		assert.Equal(t, http.StatusNotFound, s.ask("GET", "/river-job/"+other, "", val).StatusCode, other)
	}
}

// The bar over River UI says what its states mean here, and leads from a job to its export.
func TestRiver_InABrowser(t *testing.T) {
	t.Parallel()
	s := setup(t)
	export := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)
	job := s.job(export)
	s.exec("UPDATE ghexport.river_job SET errors = ARRAY[jsonb_build_object('at', now(), 'attempt', 1, 'error', 'bug: export 1', 'trace', '')]")
	s.exec("INSERT INTO ghexport.river_queue (name, updated_at, paused_at) VALUES ('export', now(), now())")
	b := s.browser("val")
	b.open("/river/jobs?state=discarded")
	b.waitFor("Discarded")
	b.sees("Discarded is the dead-letter list")
	b.seesNot("The export of this job")
	b.waitFor("acme Dead the exporter itself failed") // beside its row
	b.shot("river-rows")
	b.open(fmt.Sprintf("/river/jobs/%d", job))
	b.waitFor("bug: export 1") // River UI has drawn its page, the bar and all
	b.waitFor("The export of this job")
	b.shot("river-job")
	b.click("The export of this job")
	assert.Equal(t, exportPath(export), b.path())
	b.open("/river/jobs")
	b.click("Discarded is the dead-letter list: what the states mean here")
	b.sees("What River’s states mean here", "Queue export is paused", "Discarded is the dead-letter list:", "1 job is in Discarded, and 1 export is dead or unknown.")
	b.axe()
	b.shot("river-help")
	blind := s.browser("val").withoutScript()
	blind.open("/river/jobs")
	blind.sees("River UI needs script, and none runs here.")
}

func TestRiver_Gap(t *testing.T) {
	t.Parallel()
	s := setup(t)
	dead, sent := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug), s.export("acme", "iv_2", ledger.StateSent, "")
	s.export("acme", "iv_3", ledger.StateUnknown, ledger.CauseOutcomeUnknown)
	job := s.job(dead)
	s.job(dead)
	s.job(sent)
	gap, err := query.In(s.store).RiverGap(t.Context())
	require.NoError(t, err)
	assert.Equal(t, query.RiverGap{Discarded: 3, GoneOn: 1, Again: 1, Open: 2, Forgotten: 1}, gap)
	a := s.ask("GET", fmt.Sprintf("/river-rows?job=%d&job=%d", job, s.probe()), "", s.as("val"))
	assert.JSONEq(t, fmt.Sprintf(`{"%d": {"export": %d, "org": "acme", "state": "Dead", "why": "the exporter itself failed"}}`, job, dead), a.body)
	assert.Equal(t, http.StatusBadRequest, s.ask("GET", "/river-rows?job=x", "", s.as("val")).StatusCode)
}

func TestRiver_CancelAndDeleteOfExportJobs(t *testing.T) {
	t.Parallel()
	s := setup(t)
	first, second := s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug), s.export("acme", "iv_2", ledger.StateDead, ledger.CauseBug)
	jobs := []int64{s.job(second), s.job(first)}
	probe := s.probe()
	kim := s.as("kim")

	for _, action := range []string{"cancel", "delete"} {
		for name, body := range map[string]string{
			"Strings":     idsBody(append(jobs, probe)...),
			"Numbers":     fmt.Sprintf(`{"ids":[%d,%d]}`, jobs[0], jobs[1]),
			"OtherCase":   fmt.Sprintf(`{"IDS":[%d,%d]}`, jobs[0], jobs[1]),
			"TwiceNamed":  fmt.Sprintf(`{"ids":[%d],"ids":[%d,%d]}`, probe, jobs[0], jobs[1]),
			"NamedInCase": fmt.Sprintf(`{"ids":[%d],"Ids":[%d,%d]}`, probe, jobs[0], jobs[1]),
		} {
			t.Run(action+name, func(t *testing.T) {
				a := s.ask("POST", "/river/api/jobs/"+action, body, kim, fromRiver)
				require.Equal(t, http.StatusConflict, a.StatusCode, a.body)
				said := message(t, a)
				assert.Contains(t, said, fmt.Sprintf("Exports %d, %d are in the ledger", first, second))
				assert.Contains(t, said, fmt.Sprintf("ghexport discard %d %d --reason TEXT", first, second))
				assert.Contains(t, said, "ghexport pause --all")
			})
		}
		t.Run(action+"PathInDisguise", func(t *testing.T) {
			for _, path := range []string{"/river/api/jobs/%63ancel", "/river//api/jobs/cancel", "/river/api/jobs/cancel/", "/river/api%2Fjobs%2Fcancel", "/river/./api/jobs/cancel"} {
				a := s.ask("POST", path, idsBody(jobs[0]), kim, fromRiver)
				assert.NotEqual(t, http.StatusOK, a.StatusCode, path)
			}
		})
	}
	for _, job := range jobs {
		assert.Equal(t, "discarded", s.jobState(job))
	}
	assert.Equal(t, "available", s.jobState(probe), "one refused is all refused")

	a := s.ask("POST", "/river/api/jobs/cancel", idsBody(probe), kim, fromRiver)
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Equal(t, "cancelled", s.jobState(probe))
	a = s.ask("POST", "/river/api/jobs/delete", idsBody(probe), kim, fromRiver)
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	assert.Empty(t, s.jobState(probe))
}

func TestRiver_ManyRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var jobs []int64
	for i := range 22 {
		jobs = append(jobs, s.job(s.export("acme", fmt.Sprintf("iv_%d", i), ledger.StateDead, ledger.CauseBug)))
	}
	said := message(t, s.ask("POST", "/river/api/jobs/delete", idsBody(jobs...), s.as("ada"), fromRiver))
	assert.Contains(t, said, "19, 20 (and 2 more) are in the ledger")
	assert.Contains(t, said, "19 20 --reason TEXT")
}

func TestRiver_ViewersOnlyRead(t *testing.T) {
	t.Parallel()
	s := setup(t)
	job, probe := s.job(s.export("acme", "iv_1", ledger.StateDead, ledger.CauseBug)), s.probe()
	val := s.as("val")
	for _, path := range []string{"/river/", "/river/jobs", "/river/api/jobs?state=discarded", fmt.Sprintf("/river/api/jobs/%d", job)} {
		assert.Equal(t, http.StatusOK, s.ask("GET", path, "", val).StatusCode, path)
	}
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		if method == "GET" || !strings.HasPrefix(path, "/river/") || strings.Contains(path, "//") {
			continue
		}
		a := s.ask(method, path, idsBody(job, probe), val, fromRiver)
		assert.Equal(t, http.StatusForbidden, a.StatusCode, route)
	}
	assert.Equal(t, "discarded", s.jobState(job))
	assert.Equal(t, "available", s.jobState(probe))
	trail := s.trail(query.AuditFilter{})
	assert.Empty(t, trail)
}

func TestRiver_BadBodies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	kim := s.as("kim")
	for _, body := range []string{"", "[]", "null and more", `{"ids":["x"]}`, `{"ids":[1.5]}`, `{"ids":[null]}`, `{"ids":"1"}`} {
		assert.Equal(t, http.StatusBadRequest, s.ask("POST", "/river/api/jobs/cancel", body, kim, fromRiver).StatusCode, body)
	}
	long := `{"ids":[1` + strings.Repeat(" ", 1<<20) + `]}`
	assert.Equal(t, http.StatusRequestEntityTooLarge, s.ask("POST", "/river/api/jobs/cancel", long, kim, fromRiver).StatusCode)
	assert.Equal(t, http.StatusNotFound, s.ask("POST", "/river/api/jobs/cancel", idsBody(1<<40), kim, fromRiver).StatusCode, "River says so itself")
	for _, route := range [][2]string{{"DELETE", "/river/api/jobs/1"}, {"POST", "/river/"}, {"POST", "/river/api/health-checks/minimal"}} {
		a := s.ask(route[0], route[1], "", kim, fromRiver)
		assert.Equal(t, "River UI has no such action.", message(t, a), route)
		assert.Equal(t, http.StatusMethodNotAllowed, a.StatusCode, route)
	}
}

func TestRiver_QueuesArePausedByName(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.exec("INSERT INTO ghexport.river_queue (name, updated_at) VALUES ('default', now())")
	kim := s.as("kim")

	require.Equal(t, http.StatusOK, s.ask("PUT", "/river/api/queues/default/pause", "", kim, fromRiver).StatusCode)
	page := s.ask("GET", "/", "", s.as("val"))
	assert.Contains(t, page.body, "Queue default is paused")
	require.Equal(t, http.StatusOK, s.ask("PUT", "/river/api/queues/default/resume", "", kim, fromRiver).StatusCode)
	assert.NotContains(t, s.ask("GET", "/", "", kim).body, "is paused")

	trail := s.trail(query.AuditFilter{Actor: "kim"})
	require.Len(t, trail, 2)
	assert.Equal(t, ledger.ActionRiverResume, trail[0].Action)
	assert.JSONEq(t, `{"queue":"default"}`, string(trail[1].Detail))
}

func TestRiver_IsServedUnderItsPrefix(t *testing.T) {
	t.Parallel()
	s := setup(t)
	val := s.as("val")
	page := s.ask("GET", "/river/jobs?state=discarded", "", val)
	require.Equal(t, http.StatusOK, page.StatusCode)
	assert.Contains(t, page.body, `src="/river/assets/`)
	_, rest, _ := strings.Cut(page.body, `src="`)
	script, _, _ := strings.Cut(rest, `"`)
	a := s.ask("GET", script, "", val)
	assert.Equal(t, http.StatusOK, a.StatusCode, script)
	assert.Contains(t, a.Header.Get("Cache-Control"), "private")
}
