package figures

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Trend reads how sending went in the last day.
func (s Store) Trend(ctx context.Context) (ledger.Trend, error) {
	now, list, err := s.slices(ctx)
	if err != nil {
		return ledger.Trend{}, err
	}
	return sumUp(now, list), nil
}

// tally holds what a pace is made of.
type tally struct {
	ledger.Pace
	waits map[int]int64
}

func (t *tally) add(s slice) {
	t.Attempts += s.Attempts
	if s.Outcome == ledger.OutcomeSent {
		t.Sent += s.Attempts
		t.waits[s.WaitStep] += s.Attempts
		return
	}
	t.Causes[s.Cause] += s.Attempts
}

func newTally() *tally {
	return &tally{Pace: ledger.Pace{Causes: map[ledger.Cause]int64{}}, waits: map[int]int64{}}
}

func (t *tally) pace() ledger.Pace {
	t.P50, t.P95 = quantile(t.waits, 0.5), quantile(t.waits, 0.95)
	return t.Pace
}

// sumUp puts slices together. Pure.
func sumUp(now time.Time, list []slice) ledger.Trend {
	const hours = 25
	first := now.Truncate(time.Hour).Add(-(hours - 1) * time.Hour)
	trend := ledger.Trend{}
	for i := range hours {
		trend.Hours = append(trend.Hours, ledger.Hour{Began: first.Add(time.Duration(i) * time.Hour), Failed: map[ledger.Fault]int64{}})
	}
	lately, day, byHour := newTally(), newTally(), map[int]*tally{}
	for _, s := range list {
		day.add(s)
		if s.Lately {
			lately.add(s)
		}
		at := int(s.Hour.Sub(first) / time.Hour)
		if at < 0 || at >= hours {
			continue
		}
		if byHour[at] == nil {
			byHour[at] = newTally()
		}
		byHour[at].add(s)
	}
	for at, t := range byHour {
		hour := &trend.Hours[at]
		hour.Pace, hour.Sent = t.pace(), t.Sent
		for cause, n := range t.Causes {
			hour.Failed[cmp.Or(cause.Fault(), ledger.FaultOurs)] += n
		}
	}
	trend.LastHour, trend.LastDay = lately.pace(), day.pace()
	return trend
}

// quantile is the wait that a share of them did not exceed, 0 of none.
func quantile(waits map[int]int64, share float64) ledger.Seconds {
	type step struct {
		at int
		n  int64
	}
	var steps []step
	var all int64
	for at, n := range waits {
		steps = append(steps, step{at, n})
		all += n
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	var below int64
	for _, s := range steps {
		below += s.n
		if float64(below) >= share*float64(all) {
			return waitOf(s.at)
		}
	}
	return 0
}

// waitOf is the middle of a step of the histogram that waitStep makes.
func waitOf(step int) ledger.Seconds { return ledger.Seconds(0.01 * math.Pow(1.2, float64(step)-0.5)) }
