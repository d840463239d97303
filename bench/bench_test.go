package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun_Smoke(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "figures.json")
	s, err := parse([]string{"-smoke", "-json", file}, t.Output())
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, run(t.Context(), s, &out, t.Output()))
	t.Log(out.String())
	assert.Contains(t, out.String(), "ratio ours / raw River")

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var got report
	require.NoError(t, json.Unmarshal(text, &got))
	require.Len(t, got.Ours, s.Runs)
	require.Len(t, got.River, s.Runs)
	assert.Positive(t, got.Ours[0].Settled)
	assert.Positive(t, got.Ours[0].Counted.WALBytes)
	assert.Positive(t, got.River[0].Counted.Transactions)
	if got.Ours[0].Counted.Known {
		assert.Positive(t, got.Ours[0].Counted.Ours)
		assert.Positive(t, got.Ours[0].Counted.River)
		assert.Positive(t, got.River[0].Counted.River)
	}
	assert.Len(t, got.OursIdle.Arrive, s.Idle)
	assert.Len(t, got.OursIdle.Steps[0].Took, s.Idle)
	assert.Len(t, got.RiverIdle.Arrive, s.Idle)
	assert.NotEmpty(t, got.Replay.Beside)
	assert.Len(t, got.Replay.Alone, len(got.Replay.Beside), "they take turns")
	assert.Positive(t, got.Replay.Ran)
}

func TestParse_RefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-n", "0"}, {"-cap", "65"}, {"-rate", "0"}, {"extra"}, {"-unknown"}} {
		_, err := parse(args, t.Output())
		assert.Error(t, err, args)
	}
}

func TestResult_IsTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	r := results("a", 3, 2)[1]
	candidate, err := r.candidate()
	require.NoError(t, err)
	assert.Equal(t, "cand-a-000001", candidate.ExternalID)
	assert.Contains(t, candidate.Notes, feedback)
	assert.InDelta(t, 1300, len(r.message()), 200, "about 1 kB")
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
	assert.Equal(t, "2.0 (1.0-3.0)", spread("%.1f", []float64{3, 1, 2}))
}
