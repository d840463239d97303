package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestBudget(t *testing.T) {
	t.Parallel()

	t.Run("KeepsATenthForRetriesAndProbes", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: coldWindow}
		b.roll(noon, 0)
		assert.Equal(t, 45, b.free(noon, false))
		assert.Equal(t, 50, b.free(noon, true))
	})

	t.Run("CountsWhatIsInFlightWhenAWindowBegins", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: coldWindow, PhaseKnown: true, End: noon, Spent: 50}
		b.roll(noon.Add(-time.Second), 4)
		assert.Zero(t, b.free(noon.Add(-time.Second), true))
		b.roll(noon, 4)
		assert.Equal(t, 46, b.free(noon, true))
		assert.Equal(t, noon.Add(coldWindow), b.End)
	})

	t.Run("WhatIsSpentAtAWindowsEdgeCountsInBoth", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: coldWindow, PhaseKnown: true, End: noon}
		edge := noon.Add(-time.Second)
		b.roll(edge, 0)
		assert.True(t, b.spend(edge).After(noon), "it may leave in the next window")
		b.roll(noon.Add(time.Second), 0)
		assert.Equal(t, 1, b.Spent)
		b = Budget{Limit: 50, Window: coldWindow, PhaseKnown: true, End: noon}
		early := noon.Add(-5 * time.Second)
		b.roll(early, 0)
		assert.True(t, b.spend(early).Before(noon.Add(-time.Second)), "it may not")
		b.roll(noon.Add(time.Second), 0)
		assert.Zero(t, b.Spent)
	})

	t.Run("NothingGoesWhileBlocked", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: coldWindow, BlockedUntil: noon.Add(time.Minute)}
		b.roll(noon, 0)
		assert.Zero(t, b.free(noon, true))
	})
}

// While the phase is unknown the limit holds for any stretch as long as a window, wherever Greenhouse's windows begin.
func TestBudget_AnyStretchHoldsTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Window: coldWindow}
		now := noon
		var spent []time.Time
		for range 400 {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "ms")) * time.Millisecond)
			b.roll(now, 0)
			if b.free(now, rapid.Bool().Draw(t, "urgent")) > 0 {
				b.spend(now)
				spent = append(spent, now)
			}
			stretch := 0
			for _, at := range spent {
				if now.Sub(at) < coldWindow {
					stretch++
				}
			}
			require.LessOrEqual(t, stretch, b.Limit)
		}
	})
}
