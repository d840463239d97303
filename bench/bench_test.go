package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every cell runs at tiny sizes, every peer that is here takes part in one, and what was kept is printed and drawn.
func TestRun_Smoke(t *testing.T) {
	t.Parallel()
	parts := map[string]string{
		"EveryPeer": "drain", "Drains": "drain-slow,drain-8kb,drain-long,idle", "Quota": "quota,quota-nodes,quota-blind,whale,whale-free",
		"Trouble": "trouble,pressure,cut", "Growth": "replay,growth-due,growth-orgs",
	}
	var all []string
	for name, part := range parts {
		all = append(all, names(part)...)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			smoke(t, part)
		})
	}
	assert.ElementsMatch(t, cellNames(), all)
}

// smoke runs some cells.
func smoke(t *testing.T, part string) {
	dir := t.TempDir()
	s, err := parse([]string{"-smoke", "-out", dir, "-only", part}, t.Output())
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, run(t.Context(), s, &out, t.Output()))
	t.Log(out.String())
	got, err := readReport(filepath.Join(dir, samplesFile))
	require.NoError(t, err)
	for _, c := range chosenCells(s) {
		for _, p := range chosenPeers(s, c) {
			if p.missing != nil && p.missing() != nil {
				assert.NotEmpty(t, got.notRun(c.name, p.name), "%s, %s", c.name, p.name)
				continue
			}
			assert.Empty(t, got.notRun(c.name, p.name), "%s, %s", c.name, p.name)
			for _, name := range []string{"rate", "peak", "p50", "ratio"} {
				if slices.Contains(c.metrics, name) {
					assert.Positive(t, median(got.values(c.name, p.name, name)), "%s, %s: %s", c.name, p.name, name)
				}
			}
			if slices.Contains(c.metrics, "lost") { // nothing was cut
				assert.Equal(t, []float64{0}, got.values(c.name, p.name, "lost"), "%s, %s", c.name, p.name)
				assert.Equal(t, []float64{0}, got.values(c.name, p.name, "doubled"), "%s, %s", c.name, p.name)
			}
		}
		assert.Contains(t, out.String(), c.says)
	}
	page, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	for _, want := range []string{"<svg", "not measured", "Its figures mean nothing"} {
		assert.True(t, strings.Contains(string(page), want), "the page lacks %q", want)
	}
}

func TestParse_RefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-n", "0"}, {"-cap", "65"}, {"-rate", "0"}, {"extra"}, {"-unknown"}, {"-only", "drains"}, {"-peers", "nobody"}} {
		_, err := parse(args, t.Output())
		assert.Error(t, err, args)
	}
}

func TestResult_IsTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	r := settings{Orgs: 2, KB: 1}.results("a", 3)[1]
	candidate, err := r.candidate()
	require.NoError(t, err)
	assert.Equal(t, "cand-a-000001", candidate.ExternalID)
	assert.Contains(t, candidate.Notes, feedback(1))
	assert.InDelta(t, 1300, len(r.message()), 200, "about 1 kB")
	r.kb = 8
	assert.InDelta(t, 8192, len(r.message()), 500, "about 8 kB")
}

func TestRivers(t *testing.T) {
	t.Parallel()
	assert.True(t, rivers("-- name: JobGetAvailable :many\nWITH locked_jobs AS (SELECT * FROM river_job)"))
	assert.True(t, rivers("UPDATE ghexport.river_leader SET x = $1"))
	assert.False(t, rivers("WITH jobs AS (INSERT INTO ghexport.river_job (kind) VALUES ($1)) UPDATE ghexport.exports SET job_id = 1"))
	assert.False(t, rivers("SELECT pg_notify('ghexport.river_insert', $1)"))
	assert.False(t, rivers("COMMIT"))
}

func TestSpread(t *testing.T) {
	t.Parallel()
	values := []time.Duration{4, 1, 3, 2, 5}
	assert.Equal(t, time.Duration(3), percentile(values, 50))
	assert.Equal(t, time.Duration(5), percentile(values, 99))
	assert.Zero(t, percentile([]time.Duration(nil), 50))
	assert.Equal(t, 2.5, median([]float64{1, 4, 2, 3}))
	assert.Equal(t, "2 (1-3)", metricOf("rate").spread([]float64{3, 1, 2}))
	assert.Equal(t, "2", metricOf("rate").spread([]float64{2}))
}

// The steps of a way add up to it and none is negative, in whatever order its marks lie.
func TestParts(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return time.Unix(0, 0).Add(time.Duration(n)) }
	assert.Equal(t, []time.Duration{2, 3, 5}, parts(at(0), at(2), at(5), at(10)))
	assert.Equal(t, []time.Duration{0, 3, 0, 4}, parts(at(3), at(1), at(6), at(2), at(10)), "the relay began before the producer knew of its COMMIT")
	assert.Equal(t, []time.Duration{0, 0}, parts(at(3), at(1), at(2)), "the request was there before the producer knew")
	assert.Equal(t, []time.Duration{4, 0}, parts(at(0), at(9), at(4)), "no mark counts as later than the end")
}

func TestCPU_IsNeverNegative(t *testing.T) {
	t.Parallel()
	assert.Equal(t, CPU{Process: 1}, CPU{3, 0, 0}.since(CPU{2, 1, 1}))
	assert.Zero(t, busy{at: time.Unix(2, 0), all: 5, own: 9}.others(busy{at: time.Unix(1, 0), all: 1, own: 1}))
}
