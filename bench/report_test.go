package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is a report of two rounds of drains: ours, raw River, which is faster, and one by hand, which is slower.
func told() *report {
	r := &report{Settings: settings{N: 100, Runs: 2, Rounds: 1}}
	add := func(cell, peer string, values ...map[string]float64) {
		for i, v := range values {
			r.Samples = append(r.Samples, sample{Cell: cell, Peer: peer, Round: i, measured: measured{Values: v}})
		}
	}
	add("drain", ourName, map[string]float64{"rate": 700, "wal": 5000, "lost": 0, "doubled": 0}, map[string]float64{"rate": 900, "wal": 6200, "lost": 0, "doubled": 0})
	add("drain", "river", map[string]float64{"rate": 1400, "doubled": 3}, map[string]float64{"rate": 1000})
	add("drain", "by-hand", map[string]float64{"rate": 350}, map[string]float64{"rate": 300})
	r.Samples = append(r.Samples, sample{Cell: "drain", Peer: "asynq", NotRun: "no <redis>"})
	return r
}

func TestGoals_AreJudgedRoundByRound(t *testing.T) {
	t.Parallel()
	r := told()
	verdicts := map[string]judged{}
	for _, g := range goals() {
		verdicts[g.what] = g.judge(r)
	}
	assert.Equal(t, []float64{0.5, 0.9}, verdicts["drain, ours / raw River tuned"].Got)
	assert.Equal(t, "FAIL", verdicts["drain, ours / raw River tuned"].Verdict())
	assert.Equal(t, "at least 0.8 (aim 1)", verdicts["drain, ours / raw River tuned"].Goal())
	assert.Equal(t, "pass", verdicts["drain, ours / the same guarantee by hand"].Verdict())
	assert.Equal(t, "FAIL", verdicts["drain, WAL bytes an export"].Verdict(), "the median is above it")
	assert.Equal(t, "pass", verdicts["drain, lost"].Verdict())
	assert.Equal(t, "not measured", verdicts["idle, commit to arrival, p50 ms"].Verdict())
	assert.NoError(t, r.broken())

	r.Samples[0].Values["doubled"] = 1
	for _, g := range goals() {
		if g.what == "drain, doubled" {
			assert.Equal(t, "FAIL", g.judge(r).Verdict(), "once is too often")
		}
	}
	assert.ErrorContains(t, r.broken(), "doubled 1")
}

// Where ours is behind is said in the words in which it is said where ours is ahead.
func TestReport_SaysWhereOursIsBehind(t *testing.T) {
	t.Parallel()
	r := told()
	lose, win := r.comparisons()
	require.Len(t, lose, 1)
	assert.Equal(t, "Drain, exports/s, until settled: ours 800 (700-900), raw River, tuned 1200 (1000-1400); raw River, tuned is ahead, 1.5 times", lose[0].Line())
	require.Len(t, win, 2)
	assert.Equal(t, "Drain, doubled at the simulator: ours 0 (0-0), raw River, tuned 3; ours is ahead of raw River, tuned", win[0].Line())

	dir := t.TempDir()
	require.NoError(t, r.writePage(dir))
	text, err := os.ReadFile(filepath.Join(dir, "index.html"))
	require.NoError(t, err)
	page := string(text)
	assert.Contains(t, page, "Behind (1)")
	assert.Contains(t, page, "raw River, tuned is ahead, 1.5 times")
	assert.Contains(t, page, "not run: no &lt;redis&gt;")
	assert.Equal(t, 3, strings.Count(page, `height="19"`), "a bar each")
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "ZgotmplZ")
}

func TestReport_IsReadBackAsItWasKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := told()
	samples := want.Samples
	want.Samples = nil
	k, err := newKeeper(dir, want)
	require.NoError(t, err)
	for _, s := range samples {
		k.sample(s)
	}
	require.NoError(t, k.close())
	got, err := readReport(filepath.Join(dir, samplesFile))
	require.NoError(t, err)
	assert.Equal(t, want.Samples, got.Samples)
}

// A figure has a label and a way to be printed, a goal is of a cell that prints it.
func TestCatalogue_HoldsTogether(t *testing.T) {
	t.Parallel()
	for _, c := range cells() {
		for _, name := range c.metrics {
			assert.True(t, slices.ContainsFunc(metrics, func(m metric) bool { return m.name == name }), "%s: %s", c.name, name)
		}
		for _, name := range c.peers {
			_, found := findPeer(name)
			assert.True(t, found, "%s: %s", c.name, name)
		}
	}
	for _, g := range goals() {
		c, found := findCell(g.cell)
		require.True(t, found, g.what)
		assert.Contains(t, c.metrics, g.metric, g.what)
	}
}
