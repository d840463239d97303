package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drained spends for a backlog whatever is free, whenever something is, each request answered so much later, and returns how many went in
// each window since noon.
func drained(b Budget, takes time.Duration, windows int) []int {
	sent := make([]int, windows)
	type answer struct{ at, moment time.Time }
	var under []answer
	for now := noon; now.Before(noon.Add(time.Duration(windows) * ColdWindow)); {
		under = slices.DeleteFunc(under, func(a answer) bool {
			if a.at.After(now) {
				return false
			}
			if i := slices.Index(b.Spends, a.moment); i >= 0 && !b.PhaseKnown {
				b.Spends = slices.Delete(slices.Clone(b.Spends), i, i+1)
				b.Spends = append(b.Spends, now)
			}
			return true
		})
		b.Roll(now, len(under), 0)
		for len(under) < b.Abreast && b.Free(now, false) > 0 {
			b.Spend(now)
			under = append(under, answer{now.Add(takes), b.Moment(now)})
			sent[now.Sub(noon)/ColdWindow]++
		}
		next := now.Add(takes)
		if len(under) == 0 || b.Free(now, false) == 0 {
			next = b.Next(now)
		}
		for _, a := range under {
			if a.at.Before(next) {
				next = a.at
			}
		}
		now = next
	}
	return sent
}

func TestBudget_ReserveIsLetGo(t *testing.T) {
	t.Parallel()
	known := Budget{Limit: 50, Window: ColdWindow, PhaseKnown: true, End: noon, Abreast: 4}
	unknown := Budget{Limit: 50, Window: ColdWindow, Abreast: 4}

	t.Run("ABacklogUsesAWholeWindow", func(t *testing.T) {
		t.Parallel()
		for _, takes := range []time.Duration{5 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond} {
			b := known
			b.Takes = takes
			assert.Equal(t, []int{50, 50, 50, 50}, drained(b, takes, 4), "%s", takes)
		}
		b := unknown
		b.Takes = 50 * time.Millisecond
		total := 0
		for _, n := range drained(b, b.Takes, 20) {
			total += n
		}
		assert.GreaterOrEqual(t, total, 20*50*98/100)
	})

	t.Run("UntilThenItIsKept", func(t *testing.T) {
		t.Parallel()
		b := known
		b.Roll(noon, 0, 0)
		b.Spent = 45
		assert.Zero(t, b.Free(noon.Add(5*time.Second), false))
		assert.Equal(t, 5, b.Free(noon.Add(5*time.Second), true))
		assert.Equal(t, 5, b.Free(b.Next(noon), false))
		assert.Zero(t, b.Free(b.Next(noon).Add(-time.Millisecond), false))
		assert.Zero(t, b.Free(b.lastCall(), false), "what goes then is the next window's")
		assert.Equal(t, b.End, b.Next(b.lastCall()))
	})

	t.Run("NotWhileSomebodyElseSpends", func(t *testing.T) {
		t.Parallel()
		for _, b := range []Budget{known, unknown} {
			b.Others = true
			assert.Equal(t, 45, drained(b, 5*time.Millisecond, 2)[0])
		}
	})

	t.Run("EarlierWhereRequestsTakeLong", func(t *testing.T) {
		t.Parallel()
		b := known
		b.Takes = 5 * time.Millisecond
		quick := b.handover(5)
		b.Takes = 300 * time.Millisecond
		assert.Greater(t, b.handover(5), quick)
		b.Takes = time.Hour
		assert.Equal(t, ColdWindow/4, b.handover(5))
	})
}

// At the moment that Next names something is free, and a moment before nothing is.
func TestBudget_NextIsWhenSomethingIsFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Window: ColdWindow, Abreast: 4, Others: rapid.Bool().Draw(t, "others")}
		now := noon
		for range 200 {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond)
			b.Roll(now, 0, 0)
			if b.Free(now, false) > 0 {
				b.Spend(now)
				continue
			}
			next := b.Next(now)
			require.True(t, next.After(now))
			later := b
			later.Roll(next, 0, 0)
			require.Positive(t, later.Free(next, false))
			before := b
			before.Roll(next.Add(-time.Microsecond), 0, 0)
			require.Zero(t, before.Free(next.Add(-time.Microsecond), false))
		}
	})
}
