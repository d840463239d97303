package main

import (
	"fmt"
	"html/template"
	"math"
	"slices"
)

// bar is one peer's median of a figure, with the least and the most.
type bar struct {
	Name, Figure      string
	Ours              bool
	Y                 float64
	Width, From, Upto float64 // of the bar, and of the line from least to most
	TextX             float64
}

// chart is bars of one figure, drawn as SVG by the page.
type chart struct {
	Title, Better string
	Bars          []bar
	Height, Axis  float64
	Goal          string // the bound of ours as a line; "" for none
	GoalX         float64
}

// The drawing's measures, in units of the SVG.
const (
	chartName = 210. // room for names
	chartBars = 380. // room for the longest bar
	chartRow  = 26.
)

// chartOf draws the cell's first figure of every peer that has it.
func (r *report) chartOf(c cell) *chart {
	m := metricOf(c.metrics[0]).in(c)
	d := &chart{Title: m.label, Better: map[int]string{1: "longer is better", -1: "shorter is better"}[m.better], Axis: chartName}
	most := 0.
	for _, p := range r.tookPart(c) {
		for _, v := range r.values(c.name, p.name, m.name) {
			most = math.Max(most, v)
		}
	}
	if most == 0 {
		return nil
	}
	for _, g := range goals() {
		if g.cell == c.name && g.metric == m.name && g.over == "" && g.bound <= most {
			d.Goal, d.GoalX = fmt.Sprintf("goal %g", g.bound), chartName+chartBars*g.bound/most
		}
	}
	for _, p := range r.tookPart(c) {
		values := r.values(c.name, p.name, m.name)
		if len(values) == 0 {
			continue
		}
		scale := func(v float64) float64 { return chartBars * math.Max(v, 0) / most }
		b := bar{
			Name: p.title, Figure: m.spread(values), Ours: p.name == ourName, Y: 8 + chartRow*float64(len(d.Bars)), Width: scale(median(values)),
			From: chartName + scale(slices.Min(values)), Upto: chartName + scale(slices.Max(values)),
		}
		b.TextX = b.Upto + 8
		d.Bars = append(d.Bars, b)
	}
	d.Height = 16 + chartRow*float64(len(d.Bars))
	if d.Goal != "" {
		d.Height += 14
	}
	return d
}

// plus is arithmetic that templates lack.
var plus = template.FuncMap{"plus": func(a, b float64) float64 { return a + b }}
