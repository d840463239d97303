package web

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// aDay is one that had a bad hour of Greenhouse's, a company without a right, a bug, and a quiet night.
func aDay() []ledger.Hour {
	first := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	hours := make([]ledger.Hour, 25)
	for i := range hours {
		h := ledger.Hour{Began: first.Add(time.Duration(i) * time.Hour), Failed: map[ledger.Fault]int64{}}
		if i < 12 || i > 20 {
			h.Sent, h.Pace = int64(100+10*i), ledger.Pace{P50: 0.6, P95: 2}
		}
		switch i {
		case 5:
			h.Failed[ledger.FaultGreenhouse], h.Pace.P95 = 90, 4000
		case 8:
			h.Failed[ledger.FaultCompany] = 1
		case 22:
			h.Failed[ledger.FaultOurs] = 40
		}
		h.Pace.Sent, h.Pace.Attempts = h.Sent, h.Sent
		for _, n := range h.Failed {
			h.Pace.Attempts += n
		}
		hours[i] = h
	}
	return hours
}

// The pictures are kept beside the test: look at them when they change, and run it with GHEXPORT_TEST_GOLDEN=write to keep the new ones.
func TestCharts(t *testing.T) {
	t.Parallel()
	all, err := parsePages(false, func(string) bool { return false })
	require.NoError(t, err)
	for name, c := range map[string]chart{
		"attempts": attemptsChart(aDay()), "waits": waitsChart(aDay()),
		"nothing": attemptsChart(make([]ledger.Hour, 25)), "nobody": waitsChart(nil),
	} {
		var got bytes.Buffer
		require.NoError(t, all["overview"].ExecuteTemplate(&got, "chart", c))
		file := filepath.Join("testdata", "charts", name+".svg")
		if os.Getenv("GHEXPORT_TEST_GOLDEN") == "write" {
			require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), got.String(), name)
		wellFormed(t, got.Bytes())
	}
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else {
			require.NoError(t, err)
		}
	}
}

func TestCharts_SayWhatTheyShow(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "In the last day 3,160 attempts were sent and 131 attempts failed; at most 360 attempts in one hour.", attemptsChart(aDay()).Says)
	assert.Equal(t, "The slowest hour began at 14:00 UTC: 95 % arrived within 1 h 6 min.", waitsChart(aDay()).Says)
	assert.Equal(t, "Nothing was sent in the last day.", waitsChart(nil).Says)
	for most, top := range map[int64]int64{0: 2, 1: 2, 3: 4, 7: 8, 9: 10, 11: 20, 360: 400, 1_000_001: 2_000_000} {
		assert.Equal(t, top, ceiling(most), most)
	}
}
