package store

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Trend is how sending went in the last day, by the clock of the database.
type Trend struct {
	Hours    []Hour `json:"hours"` // 24 and the present one, oldest first; none is left out
	LastHour Pace   `json:"last_hour"`
	LastDay  Pace   `json:"last_day"`
}

// Hour is the attempts that ended in one hour.
type Hour struct {
	Began  time.Time              `json:"began"`
	Sent   int64                  `json:"sent"`
	Failed map[ledger.Fault]int64 `json:"failed"` // by whose doing it was
	Pace   Pace                   `json:"pace"`
}

// Pace is how fast and how well exports went in some stretch of time.
type Pace struct {
	Attempts int64                  `json:"attempts"`
	Sent     int64                  `json:"sent"`
	Causes   map[ledger.Cause]int64 `json:"causes"` // of the attempts that were not sent
	P50      Seconds                `json:"p50_s"`  // from the producer's commit until Greenhouse's answer, within a tenth; 0 where nothing was sent
	P95      Seconds                `json:"p95_s"`
}

// Share is the part of the attempts that were sent, from 0 to 1; 1 where there was none.
func (p Pace) Share() float64 {
	if p.Attempts == 0 {
		return 1
	}
	return float64(p.Sent) / float64(p.Attempts)
}

// Trend reads how sending went in the last day.
func (s *Store) Trend(ctx context.Context) (Trend, error) {
	now, list, err := s.slices(ctx)
	if err != nil {
		return Trend{}, err
	}
	return sumUp(now, list), nil
}

// tally is what a pace is made of.
type tally struct {
	Pace
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
	return &tally{Pace: Pace{Causes: map[ledger.Cause]int64{}}, waits: map[int]int64{}}
}

func (t *tally) pace() Pace {
	t.P50, t.P95 = quantile(t.waits, 0.5), quantile(t.waits, 0.95)
	return t.Pace
}

// sumUp puts slices together. Pure.
func sumUp(now time.Time, list []slice) Trend {
	const hours = 25
	first := now.Truncate(time.Hour).Add(-(hours - 1) * time.Hour)
	trend := Trend{}
	for i := range hours {
		trend.Hours = append(trend.Hours, Hour{Began: first.Add(time.Duration(i) * time.Hour), Failed: map[ledger.Fault]int64{}})
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
func quantile(waits map[int]int64, share float64) Seconds {
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
func waitOf(step int) Seconds { return Seconds(0.01 * math.Pow(1.2, float64(step)-0.5)) }
