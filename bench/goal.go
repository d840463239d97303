package main

import (
	"fmt"
	"slices"
)

// goal holds what a figure of ours has to be.
type goal struct {
	cell   string
	what   string
	metric string
	over   string  // ours divided by this peer's, round by round; ours alone when empty
	least  bool    // the bound is the least that will do; else it is the most
	bound  float64 // passes or fails
	aim    float64 // what is hoped for; 0 where it is the bound
}

// goals in the order in which they are printed.
func goals() []goal {
	list := []goal{{cell: "drain", what: "drain, ours / raw River tuned", metric: "rate", over: "river", least: true, bound: 0.8, aim: 1}}
	for _, name := range []string{"drain-slow", "drain-8kb", "drain-long"} {
		list = append(list, goal{cell: name, what: name + ", ours / raw River tuned", metric: "rate", over: "river", least: true, bound: 0.8, aim: 1})
	}
	list = append(list,
		goal{cell: "drain", what: "drain, hand-over included, ours / raw River tuned", metric: "whole", over: "river", least: true, bound: 0.8, aim: 1},
		goal{cell: "drain", what: "drain, ours / the same guarantee by hand", metric: "rate", over: "by-hand", least: true, bound: 2},
	)
	for _, p := range []string{"river-default", "gue", "watermill", "graphile", "asynq"} {
		list = append(list, goal{cell: "drain", what: "drain, ours / " + p, metric: "rate", over: p, least: true, bound: 1})
	}
	list = append(list,
		goal{cell: "drain", what: "drain, statements of ours an export", metric: "stmts", bound: 0.35},
		goal{cell: "drain", what: "drain, WAL bytes an export", metric: "wal", bound: 5500},
		goal{cell: "drain", what: "drain, requests an export", metric: "requests", bound: 1},
		goal{cell: "idle", what: "idle, commit to arrival, p50 ms", metric: "p50", bound: 4, aim: 3},
		goal{cell: "idle", what: "idle, commit to arrival, p99 ms", metric: "p99", bound: 10},
	)
	for _, name := range []string{"quota", "quota-nodes", "quota-blind"} {
		list = append(list,
			goal{cell: name, what: name + ", % of the quota used", metric: "used", least: true, bound: 98},
			goal{cell: name, what: name + ", answers 429", metric: "refused", bound: 0})
	}
	list = append(list,
		goal{cell: "whale", what: "whale, p95 of small companies beside it / alone", metric: "ratio", bound: 1.2},
		goal{cell: "trouble", what: "trouble, healthy companies' rate / where all is well", metric: "ratio", least: true, bound: 0.83},
		goal{cell: "pressure", what: "pressure, rate / without it", metric: "ratio", least: true, bound: 0.5},
		goal{cell: "replay", what: "replay, live p95 beside it / alone", metric: "ratio", bound: 1.2},
		goal{cell: "growth-due", what: "growth, cost at the greater number due / the smaller", metric: "ratio", bound: 1.5},
		goal{cell: "growth-orgs", what: "growth, cost at the greater number of companies / the smaller", metric: "ratio", bound: 1.5},
	)
	for _, c := range cells() {
		for _, name := range []string{"lost", "doubled"} {
			if slices.Contains(c.metrics, name) {
				list = append(list, goal{cell: c.name, what: c.name + ", " + name, metric: name, bound: 0})
			}
		}
	}
	return list
}

// judged is a goal with what was measured.
type judged struct {
	goal
	Got  []float64 // nothing where it was not measured
	Pass bool
}

// judge compares the median with the bound, but what may never happen by its worst round.
func (g goal) judge(r *report) judged {
	j := judged{goal: g, Got: r.values(g.cell, ourName, g.metric)}
	if g.over != "" {
		j.Got = r.ratios(g.cell, g.metric, g.over)
	}
	if len(j.Got) == 0 {
		return j
	}
	got := median(j.Got)
	if g.metric == "lost" || g.metric == "doubled" || g.metric == "refused" {
		got = slices.Max(j.Got)
	}
	j.Pass = got <= g.bound
	if g.least {
		j.Pass = got >= g.bound
	}
	return j
}

// Figure is the median with the least and the most.
func (j judged) Figure() string {
	m := metricOf(j.metric)
	if j.over != "" {
		m.format = "%.2f"
	}
	return m.spread(j.Got)
}

// What names the figure.
func (j judged) What() string { return j.what }

// Goal is the bound in words.
func (j judged) Goal() string {
	words := map[bool]string{true: "at least", false: "at most"}[j.least]
	if j.aim != 0 {
		return fmt.Sprintf("%s %g (aim %g)", words, j.bound, j.aim)
	}
	return fmt.Sprintf("%s %g", words, j.bound)
}

// Verdict is pass, FAIL or not measured.
func (j judged) Verdict() string {
	switch {
	case len(j.Got) == 0:
		return "not measured"
	case j.Pass:
		return "pass"
	}
	return "FAIL"
}
