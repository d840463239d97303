package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

var deployDir = filepath.Join("..", "..", "docs", "deploy")

// queries returns what the panels of the dashboard ask for.
func queries(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployDir, "grafana", "ghexport.json"))
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	var list []string
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			list = append(list, target.Expr)
		}
	}
	require.Greater(t, len(list), 20)
	return list
}

// Each query of the dashboard is one that Prometheus reads, and asks for what is served or recorded.
func TestDashboard(t *testing.T) {
	t.Parallel()
	recorded := map[string]bool{}
	for _, rule := range readRules(t).Groups[1].Rules {
		recorded[rule.Record] = true
	}
	names := servedNames(t)
	rules := map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": []any{}}}}
	var list []any
	for _, query := range queries(t) {
		list = append(list, map[string]string{"record": "asked:once", "expr": strings.ReplaceAll(query, "$__rate_interval", "5m")})
		found := regexp.MustCompile(`\bghexport[a-z_:0-9]+`).FindAllString(query, -1)
		assert.NotEmpty(t, found, query)
		for _, name := range found {
			base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
			assert.True(t, names[name] || names[base] || recorded[name], "%s asks for %s, which is not served", query, name)
		}
	}
	rules["groups"].([]any)[0].(map[string]any)["rules"] = list
	text, err := yaml.Marshal(rules)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "dashboard.yml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	promtool(t, "check", "rules", "--lint=none", file)
}

// What compose mounts is there, and Prometheus reads it.
func TestCompose_Observes(t *testing.T) {
	t.Parallel()
	services := readCompose(t).Services
	for _, name := range []string{"prometheus", "grafana"} {
		assert.Equal(t, []string{"observe"}, services[name].Profiles, name)
		require.NotEmpty(t, services[name].Volumes, name)
		for _, volume := range services[name].Volumes {
			from, _, _ := strings.Cut(volume, ":")
			_, err := os.Stat(filepath.Join(repository, from))
			assert.NoError(t, err, name)
		}
	}
	config, err := filepath.Abs(filepath.Join(deployDir, "prometheus", "prometheus.yml"))
	require.NoError(t, err)
	promtool(t, "check", "config", "--syntax-only", config)
	_, port, _ := strings.Cut(services["exporter"].Environment["GHEXPORT_METRICS_ADDR"], ":")
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	assert.Contains(t, string(text), "exporter:"+port)
}
