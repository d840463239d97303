package main

import (
	"fmt"
	"slices"
)

// close is how near two medians are that count as even: less than what rounds of one peer differ by.
const closeBy = 1.05

// comparison is ours beside one peer in one figure.
type comparison struct {
	Cell, Metric string // titles
	Peer         string
	Ours, Theirs string
	Times        float64 // how many times as good the better one is; 0 where one of them is nothing
	Lose         bool
}

// Line says who is ahead.
func (c comparison) Line() string {
	who := map[bool]string{true: c.Peer + " is ahead", false: "ours is ahead of " + c.Peer}[c.Lose]
	if c.Times > 0 {
		who += fmt.Sprintf(", %.1f times", c.Times)
	}
	return fmt.Sprintf("%s, %s: ours %s, %s %s; %s", c.Cell, c.Metric, c.Ours, c.Peer, c.Theirs, who)
}

// comparisons are all in which one is ahead, the greatest distance first.
func (r *report) comparisons() (lose, win []comparison) {
	for _, c := range cells() {
		for _, name := range c.metrics {
			m := metricOf(name).in(c)
			mine := r.values(c.name, ourName, name)
			if m.better == 0 || len(mine) == 0 {
				continue
			}
			for _, p := range peers() {
				theirs := r.values(c.name, p.name, name)
				if p.name == ourName || len(theirs) == 0 {
					continue
				}
				if one, ahead := compare(m, mine, theirs); ahead {
					one.Cell, one.Peer = c.title, p.title
					if one.Lose {
						lose = append(lose, one)
					} else {
						win = append(win, one)
					}
				}
			}
		}
	}
	further := func(a, b comparison) int {
		switch {
		case a.Times == b.Times:
			return 0
		case a.Times == 0 || b.Times != 0 && a.Times > b.Times:
			return -1
		}
		return 1
	}
	slices.SortStableFunc(lose, further)
	slices.SortStableFunc(win, further)
	return lose, win
}

// compare tells who is ahead, where the medians are not as good as equal.
func compare(m metric, mine, theirs []float64) (c comparison, ahead bool) {
	a, b := median(mine), median(theirs)
	c = comparison{Metric: m.label, Ours: m.spread(mine), Theirs: m.spread(theirs), Lose: (b-a)*float64(m.better) > 0}
	low, high := min(a, b), max(a, b)
	if low <= 0 {
		return c, high > low
	}
	c.Times = high / low
	return c, c.Times > closeBy
}
