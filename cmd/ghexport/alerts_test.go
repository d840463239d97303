package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"gopkg.in/yaml.v3"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/web/metrics"
	"github.com/interviewing-io/greenhouse-export/worker"
)

var (
	alertsDir  = filepath.Join("..", "..", "docs", "alerts")
	metricName = regexp.MustCompile(`\bghexport_[a-z_]+`)
	served     = regexp.MustCompile(`(?m)^(ghexport_[a-z_]+)`)
)

type alertRules struct {
	Groups []struct {
		Rules []struct {
			Alert, Record, Expr string
			Labels              map[string]string
			Annotations         map[string]string
		}
	}
}

func readRules(t *testing.T) alertRules {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(alertsDir, "ghexport.rules.yml"))
	require.NoError(t, err)
	var rules alertRules
	require.NoError(t, yaml.Unmarshal(text, &rules))
	require.Len(t, rules.Groups, 2, "alerts, and what they record")
	return rules
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	require.NoError(t, err, "install it: apt-get install prometheus")
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Dir = alertsDir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestAlerts_ByPromtool(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "--lint-fatal", "ghexport.rules.yml")
	var tests []byte
	for _, file := range []string{"ghexport.rules.test.yml", "ghexport.rules.days.test.yml"} {
		promtool(t, "test", "rules", file)
		text, err := os.ReadFile(filepath.Join(alertsDir, file))
		require.NoError(t, err)
		tests = append(tests, text...)
	}
	for _, rule := range readRules(t).Groups[0].Rules {
		assert.Contains(t, string(tests), rule.Alert, "an alert without a test")
	}
}

// Each alert says how bad it is, whom it hurts and what to do, and leads to a runbook that there is.
func TestAlerts_SayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, rule := range readRules(t).Groups[0].Rules {
		summary, runbook := rule.Annotations["summary"], rule.Annotations["runbook"]
		assert.Contains(t, []string{"page", "ticket"}, rule.Labels["severity"], rule.Alert)
		assert.Regexp(t, `^\[SEV[1-4]\] .*none lost.* Do: .*[.?]$`, summary, rule.Alert)
		pages := []string{runbook}
		if strings.Contains(runbook, "{{ $labels.cause }}") {
			pages = nil
			for _, cause := range causesOf(rule.Expr) {
				pages = append(pages, strings.ReplaceAll(runbook, "{{ $labels.cause }}", cause))
			}
		}
		require.NotEmpty(t, pages, rule.Alert)
		for _, page := range pages {
			assert.FileExists(t, filepath.Join("..", "..", page), rule.Alert)
		}
	}
}

// causesOf lists the causes by which an expression can be labelled.
func causesOf(expr string) []string {
	if _, named, found := strings.Cut(expr, `cause=~"`); found {
		list, _, _ := strings.Cut(named, `"`)
		return strings.Split(list, "|")
	}
	return []string{string(ledger.CausePayloadRefused), string(ledger.CauseTargetGone), string(ledger.CauseGreenhouseDown), string(ledger.CauseBug)}
}

// What alerts rest on is what /metrics serves.
func TestAlerts_RestOnWhatIsServed(t *testing.T) {
	t.Parallel()
	names := servedNames(t)
	for _, group := range readRules(t).Groups {
		for _, rule := range group.Rules {
			for _, name := range metricName.FindAllString(rule.Expr, -1) {
				assert.True(t, names[name], "%s asks for %s, which is not served", rule.Alert+rule.Record, name)
			}
		}
	}
}

// servedNames are the metrics that a node serves: names of series, and those of which a scrape says what they are.
func servedNames(t *testing.T) map[string]bool {
	t.Helper()
	s := newStage(t)
	s.exec(t, `INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, committed_at, due_at)
	           VALUES ('acme', 'iv', 'c', 1, '\x00', 'pending', now(), false, now(), now());
	           INSERT INTO ghexport.sources (name) VALUES ('scheduling')`)
	st, err := store.Open(t.Context(), store.Config{URL: s.db.ServiceURL, MaxConns: 2})
	require.NoError(t, err)
	t.Cleanup(st.Close)
	registry := prometheus.NewRegistry()
	worker.NewMetrics(registry)
	answer := httptest.NewRecorder()
	metrics.Handler(registry, st, "test", zap.NewNop()).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	names := map[string]bool{}
	for _, found := range served.FindAllStringSubmatch(answer.Body.String(), -1) {
		names[found[1]] = true
	}
	require.True(t, names["ghexport_ledger_up"], answer.Body.String())
	return names
}
