package ledger

import (
	"slices"
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
		b.Roll(noon, 0, 0)
		assert.Equal(t, 45, b.Free(noon, false))
		assert.Equal(t, 50, b.Free(noon, true))
	})

	t.Run("CountsWhatIsInFlightWhenAWindowBegins", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon, Spent: 50}
		b.Roll(noon.Add(-time.Second), 4, 0)
		assert.Zero(t, b.Free(noon.Add(-time.Second), true))
		b.Roll(noon, 4, 0)
		assert.Equal(t, 46, b.Free(noon, true))
		assert.Equal(t, noon.Add(ColdWindow), b.End)
	})

	t.Run("WhatIsSpentAtAWindowsEdgeCountsInBoth", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon}
		edge := noon.Add(-time.Second)
		b.Roll(edge, 0, 0)
		assert.True(t, b.Spend(edge).After(noon), "it may leave in the next window")
		b.Roll(noon.Add(time.Second), 0, 0)
		assert.Equal(t, 1, b.Spent)
		b = Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon}
		early := noon.Add(-5 * time.Second)
		b.Roll(early, 0, 0)
		assert.True(t, b.Spend(early).Before(noon.Add(-time.Second)), "it may not")
		b.Roll(noon.Add(time.Second), 0, 0)
		assert.Zero(t, b.Spent)
	})

	t.Run("NothingGoesWhileBlocked", func(t *testing.T) {
		t.Parallel()
		b := Budget{Limit: 50, Window: ColdWindow, BlockedUntil: noon.Add(time.Minute)}
		b.Roll(noon, 0, 0)
		assert.Zero(t, b.Free(noon, true))
	})
}

// While the phase is unknown the limit holds for any stretch as long as a window, wherever Greenhouse's windows begin: of arrivals, which
// come between dispatch and answer, whether the answer was recorded at once, late or never.
func TestBudget_AnyStretchHoldsTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Window: ColdWindow, Abreast: 4}
		now := noon
		type request struct{ moment, arrived, answered time.Time }
		var under, all []request
		ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
		for range 300 {
			now = now.Add(ms(rapid.IntRange(0, 600).Draw(t, "ms")))
			overdue := 0
			under = slices.DeleteFunc(under, func(r request) bool {
				if r.answered.After(now) {
					if !r.moment.After(now.Add(-ColdWindow)) {
						overdue++
					}
					return false
				}
				if i := slices.Index(b.Spends, r.moment); i >= 0 {
					b.Spends = slices.Delete(slices.Clone(b.Spends), i, i+1)
				}
				b.Spends = append(b.Spends, now)
				return true
			})
			b.Roll(now, 0, overdue)
			if b.Free(now, rapid.Bool().Draw(t, "urgent")) > 0 {
				b.Spend(now)
				arrived := now.Add(ms(rapid.IntRange(0, 1000).Draw(t, "left after")))
				r := request{b.Moment(now), arrived, arrived.Add(ms(rapid.IntRange(1, 15_000).Draw(t, "answered after")))}
				under, all = append(under, r), append(all, r)
			}
		}
		for _, first := range all {
			stretch := 0
			for _, r := range all {
				if d := r.arrived.Sub(first.arrived); d >= 0 && d < ColdWindow {
					stretch++
				}
			}
			require.LessOrEqual(t, stretch, b.Limit)
		}
	})
}
