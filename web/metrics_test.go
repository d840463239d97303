package web_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.exec("INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, created_by) VALUES ('acme', true, 'x', 'mia@acme.example')")
	s.export("acme", "iv_1", ledger.StateSent, ledger.CauseNone)
	s.export("acme", "iv_2", ledger.StateDead, ledger.CauseBug)
	s.export("acme", "iv_3", ledger.StateDuplicate, ledger.CauseDuplicatePossible)
	s.export("acme", "iv_4", ledger.StatePending, ledger.CauseNone)
	s.exec("INSERT INTO ghexport.river_queue (name, updated_at, paused_at) VALUES ('export', now(), now())")
	require.NoError(t, s.store.SeeNode(t.Context(), ledger.Node{ID: uuid.New(), Host: "node-a", Sends: true}))
	_, err := s.store.StopAll(t.Context(), store.By{Actor: "kim"})
	require.NoError(t, err)

	a := s.ask("GET", "/metrics", "", script("val", password))
	require.Equal(t, http.StatusOK, a.StatusCode, a.body)
	for _, line := range []string{
		`ghexport_exports{state="sent"} 1`, `ghexport_exports{state="dead"} 1`, `ghexport_exports{state="pending"} 1`,
		`ghexport_exports{state="cancelled"} 0`,
		`ghexport_oldest_due_age_seconds 0`, // its company is held: no fault of ours
		`ghexport_outbox_oldest_age_seconds 0`,
		`ghexport_held_orgs{cause="stopped"} 1`, `ghexport_held_exports{cause="stopped"} 1`, `ghexport_held_orgs{cause="auth.rejected"} 0`,
		`ghexport_decisions_waiting{state="duplicate"} 1`, `ghexport_decisions_waiting{state="unknown"} 0`,
		`ghexport_sending_stopped 1`, `ghexport_river_queues_paused 1`, `ghexport_nodes{does="send"} 1`, `ghexport_ledger_up 1`,
		`ghexport_ledger_read_errors_total 0`, `go_goroutines `, `process_open_fds `,
	} {
		assert.Contains(t, a.body, "\n"+line)
	}
	for _, cause := range ledger.HoldCauses {
		assert.Contains(t, a.body, `ghexport_held_exports{cause="`+string(cause)+`"}`)
	}
	assert.Regexp(t, `ghexport_build_info\{go="go1[^"]+",version="test"\} 1`, a.body)
	named := regexp.MustCompile(`(?m)^ghexport_org_(oldest_age_seconds|waiting_exports)\{org_id="acme"\} .*\n`)
	assert.Len(t, named.FindAllString(a.body, -1), 2, "of the ten companies that wait for longest")
	for _, secret := range []string{"acme", "mia", "node-a", "kim"} {
		assert.NotContains(t, named.ReplaceAllString(a.body, ""), secret, "metrics name nobody else")
	}

	s.export("acme", "iv_5", ledger.StateSent, ledger.CauseNone)
	assert.Contains(t, s.ask("GET", "/metrics", "", script("val", password)).body, `ghexport_exports{state="sent"} 1`, "many scrapers cost what one does")
}

func TestMetrics_AreBehindTheLogin(t *testing.T) {
	t.Parallel()
	s := setup(t)
	scraper := func(r *http.Request) {
		r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
		r.Header.Del("Sec-Fetch-Site")
	}
	a := s.ask("GET", "/metrics", "", scraper)
	assert.Equal(t, http.StatusUnauthorized, a.StatusCode)
	assert.Contains(t, a.Header.Get("WWW-Authenticate"), "Basic")
	assert.Equal(t, http.StatusOK, s.ask("GET", "/metrics", "", scraper, script("val", password)).StatusCode)

	elsewhere := s.node(func(c *web.Config) { c.Metrics = nil })
	assert.Equal(t, http.StatusNotFound, elsewhere.ask("GET", "/metrics", "", s.as("val")).StatusCode, "they have an address of their own")
}
