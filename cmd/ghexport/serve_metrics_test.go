package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// metricsAt reads the log until it says where the metrics are. The line comes before the one that serve waits for.
func (v *serving) metricsAt(t *testing.T) string {
	t.Helper()
	for line := range v.lines {
		var said struct{ Msg, HTTP string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "metrics" {
			return strings.TrimPrefix(said.HTTP, v.address)
		}
	}
	require.Fail(t, "the log does not say where the metrics are")
	return ""
}

func TestServe_Metrics(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.connectAcme(t)
	name, hash, role := demoUser(t)
	s.env["GHEXPORT_CONSOLE_USERS"] = name + ":" + hash + ":" + role
	s.env["GHEXPORT_METRICS_ADDR"] = "127.0.0.1:0"
	v := s.serve(t)
	scraped := &serving{address: strings.TrimSuffix(v.metricsAt(t), "/metrics")}
	s.enqueueSQL(t, adaPassed)
	require.NoError(t, s.awaitState(t.Context(), "iv_123", "sent"))

	code, body := scraped.get(t, "/metrics")
	require.Equal(t, http.StatusOK, code, body)
	for _, line := range []string{`ghexport_exports{state="sent"} 1`, `ghexport_nodes{does="send"} 1`, `ghexport_keyset_lost 0`, `ghexport_build_info{`} {
		assert.Contains(t, body, "\n"+line)
	}
	code, _ = scraped.get(t, "/")
	assert.Equal(t, http.StatusNotFound, code, "nothing else is there")
	code, body = v.get(t, "/metrics")
	assert.Equal(t, http.StatusUnauthorized, code, body)

	code, out, _ := s.ghexport(t, "", "health", "--json")
	assert.Zero(t, code)
	var h ledger.Health
	require.NoError(t, json.Unmarshal([]byte(out), &h))
	require.Len(t, h.Nodes, 1)
	assert.True(t, h.Nodes[0].Sends && h.Nodes[0].Console && h.Nodes[0].Alive())

	v.stop()
	code, _ = v.end(t)
	assert.Zero(t, code)
	_, out, _ = s.ghexport(t, "", "health", "--json")
	require.NoError(t, json.Unmarshal([]byte(out), &h))
	assert.Empty(t, h.Nodes, "who ends in order is not missed")
}
