package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"os"
	"path/filepath"
)

//go:embed page.html
var pageText string

// pageView holds what the page shows.
type pageView struct {
	Machine   string
	Noise     bool    // others were working, too
	Others    float64 // cores that they used
	Smoke     bool    // sizes that measure nothing
	Settings  settings
	Goals     []judged
	Passed    int
	Failed    int
	Lose, Win []comparison
	Cells     []cellView
	Peers     []peerView
}

type cellView struct {
	Name, Title, Says string
	Chart             *chart
	Peers             []string
	Rows              []rowView
	NotRun            []string
	Steps             []Step
}

type rowView struct {
	Label string
	Cells []string
}

type peerView struct {
	Title, Version, How, Keeps string
}

// view arranges the report.
func (r *report) view() pageView {
	v := pageView{Machine: r.Machine.line(), Noise: r.others() > noisyFrom, Others: r.others(), Smoke: r.Settings.Smoke, Settings: r.Settings}
	for _, g := range goals() {
		j := g.judge(r)
		v.Goals = append(v.Goals, j)
		if len(j.Got) > 0 && j.Pass {
			v.Passed++
		} else if len(j.Got) > 0 {
			v.Failed++
		}
	}
	v.Lose, v.Win = r.comparisons()
	for _, c := range cells() {
		if len(r.tookPart(c)) > 0 {
			v.Cells = append(v.Cells, r.cellView(c))
		}
	}
	for _, p := range peers() {
		v.Peers = append(v.Peers, peerView{p.title, p.pinned(), p.how, p.keeps})
	}
	return v
}

func (r *report) cellView(c cell) cellView {
	v := cellView{Name: c.name, Title: c.title, Says: c.says, Chart: r.chartOf(c)}
	list := r.tookPart(c)
	for _, p := range list {
		v.Peers = append(v.Peers, p.title)
		if why := r.notRun(c.name, p.name); why != "" {
			v.NotRun = append(v.NotRun, p.title+": not run: "+why)
		}
	}
	for _, name := range c.metrics {
		m := metricOf(name).in(c)
		row := rowView{Label: m.label}
		for _, p := range list {
			row.Cells = append(row.Cells, m.spread(r.values(c.name, p.name, name)))
		}
		v.Rows = append(v.Rows, row)
	}
	for _, s := range r.Samples {
		if s.Cell == c.name && len(s.Steps) > 0 {
			v.Steps = s.Steps
		}
	}
	return v
}

// writePage draws the report into dir. It needs nothing from elsewhere: no script, no style, no picture.
func (r *report) writePage(dir string) error {
	page, err := template.New("page").Funcs(plus).Parse(pageText)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := page.Execute(&text, r.view()); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "index.html"), text.Bytes(), 0o644)
}
