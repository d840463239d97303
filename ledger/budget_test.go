package ledger

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
		b := Budget{Limit: 50, Window: ColdWindow}
		b.Roll(noon, 0)
		assert.Equal(t, 45, b.Free(noon, false))
		assert.Equal(t, 50, b.Free(noon, true))
	})

	t.Run("CountsWhatIsInFlightWhenAWindowBegins", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon, Spent: 50}
		b.Roll(noon.Add(-time.Second), 4)
		assert.Zero(t, b.Free(noon.Add(-time.Second), true))
		b.Roll(noon, 4)
		assert.Equal(t, 46, b.Free(noon, true))
		assert.Equal(t, noon.Add(ColdWindow), b.End)
	})

	t.Run("WhatIsSpentAtAWindowsEdgeCountsInBoth", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon}
		edge := noon.Add(-time.Second)
		b.Roll(edge, 0)
		assert.True(t, b.Spend(edge).After(noon), "it may leave in the next window")
		b.Roll(noon.Add(time.Second), 0)
		assert.Equal(t, 1, b.Spent)
		b = Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon}
		early := noon.Add(-5 * time.Second)
		b.Roll(early, 0)
		assert.True(t, b.Spend(early).Before(noon.Add(-time.Second)), "it may not")
		b.Roll(noon.Add(time.Second), 0)
		assert.Zero(t, b.Spent)
	})

	t.Run("NothingGoesWhileBlocked", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, BlockedUntil: noon.Add(time.Minute)}
		b.Roll(noon, 0)
		assert.Zero(t, b.Free(noon, true))
	})
}

// While the phase is unknown the limit holds for any stretch as long as a window, wherever Greenhouse's windows begin.
func TestBudget_AnyStretchHoldsTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Window: ColdWindow}
		now := noon
		var spent []time.Time
		for range 400 {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "ms")) * time.Millisecond)
			b.Roll(now, 0)
			if b.Free(now, rapid.Bool().Draw(t, "urgent")) > 0 {
				b.Spend(now)
				spent = append(spent, now)
			}
			stretch := 0
			for _, at := range spent {
				if now.Sub(at) < ColdWindow {
					stretch++
				}
			}
			require.LessOrEqual(t, stretch, b.Limit)
		}
	})
}
