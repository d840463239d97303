package main

import (
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
)

// report is all that was measured.
type report struct {
	Settings settings
	Machine  Machine
	Samples  []sample
}

// values are a figure's, round by round.
func (r *report) values(cell, peer, metric string) (list []float64) {
	for _, s := range r.Samples {
		if v, ok := s.Values[metric]; ok && s.Cell == cell && s.Peer == peer {
			list = append(list, v)
		}
	}
	return list
}

// ratios are ours to a peer's, round by round, of rounds that both have.
func (r *report) ratios(cell, metric, peer string) (list []float64) {
	mine, theirs := r.values(cell, ourName, metric), r.values(cell, peer, metric)
	for i := range min(len(mine), len(theirs)) {
		list = append(list, mine[i]/theirs[i])
	}
	return list
}

// notRun tells why a peer has no figures in a cell; "" where it has, or was not asked.
func (r *report) notRun(cell, peer string) string {
	for _, s := range r.Samples {
		if s.Cell == cell && s.Peer == peer && s.NotRun != "" {
			return s.NotRun
		}
	}
	return ""
}

// took part are the peers that a cell has anything about.
func (r *report) tookPart(c cell) (list []peer) {
	for _, p := range peers() {
		for _, s := range r.Samples {
			if s.Cell == c.name && s.Peer == p.name {
				list = append(list, p)
				break
			}
		}
	}
	return list
}

// broken is an error where ours lost or doubled an export.
func (r *report) broken() error {
	for _, s := range r.Samples {
		if s.Peer == ourName && (s.Values["lost"] != 0 || s.Values["doubled"] != 0) {
			return fmt.Errorf("%s: ours lost %.0f exports and doubled %.0f", s.Cell, s.Values["lost"], s.Values["doubled"])
		}
	}
	return nil
}

// others returns how many cores others used, on average of the samples.
func (r *report) others() float64 {
	sum, n := 0., 0
	for _, s := range r.Samples {
		if s.NotRun == "" {
			sum, n = sum+s.Others, n+1
		}
	}
	return sum / float64(max(n, 1))
}

// noisyFrom sets how many cores others may use before figures are worth less.
const noisyFrom = 0.1

func (r *report) print(out io.Writer) {
	m := r.Machine
	fmt.Fprintf(out, "\n%s\nPostgres, workers, simulator and producers share those cores; others used %.2f of them meanwhile.\n", m.line(), r.others())
	for _, c := range cells() {
		if list := r.tookPart(c); len(list) > 0 {
			r.printCell(out, c, list)
		}
	}
	r.printTop(out)
	r.printAhead(out)
	r.printGoals(out)
}

func (r *report) printCell(out io.Writer, c cell, list []peer) {
	fmt.Fprintf(out, "\n%s (%s). %s\n", c.title, c.name, c.says)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, p := range list {
		fmt.Fprintf(t, "\t%s", p.name)
	}
	fmt.Fprintln(t)
	for _, name := range c.metrics {
		m := metricOf(name).in(c)
		fmt.Fprint(t, m.label)
		for _, p := range list {
			fmt.Fprintf(t, "\t%s", m.spread(r.values(c.name, p.name, name)))
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	for _, p := range list {
		if why := r.notRun(c.name, p.name); why != "" {
			fmt.Fprintf(out, "%s: not run: %s\n", p.name, why)
		}
	}
	for _, s := range r.Samples {
		if s.Cell == c.name && s.Round == 0 {
			for _, step := range s.Steps {
				fmt.Fprintf(out, "  %-22s p50 %6.2f  p95 %6.2f  p99 %6.2f ms (first round)\n", step.Name, step.P50, step.P95, step.P99)
			}
		}
	}
}

func (r *report) printTop(out io.Writer) {
	for _, s := range r.Samples {
		if s.Cell != "drain" || len(s.Top) == 0 {
			continue
		}
		fmt.Fprintf(out, "\nWhere Postgres spent our last drain: calls, rows and ms in all\n")
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, one := range s.Top {
			whose := map[bool]string{true: "River", false: "ours"}[one.River]
			fmt.Fprintf(t, "%s\t%d calls\t%d rows\t%.0f ms\t%s\n", whose, one.Calls, one.Rows, one.MS, one.Text[:min(len(one.Text), 90)])
		}
		t.Flush()
	}
}

func (r *report) printAhead(out io.Writer) {
	lose, win := r.comparisons()
	fmt.Fprintf(out, "\nWhere ours is behind (%d), the furthest first\n", len(lose))
	for _, c := range lose {
		fmt.Fprintln(out, " ", c.Line())
	}
	fmt.Fprintf(out, "\nWhere ours is ahead (%d), the furthest first\n", len(win))
	for _, c := range win {
		fmt.Fprintln(out, " ", c.Line())
	}
}

func (r *report) printGoals(out io.Writer) {
	fmt.Fprintf(out, "\nGoals\n")
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, g := range goals() {
		if j := g.judge(r); len(j.Got) > 0 {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", j.Verdict(), j.what, j.Figure(), j.Goal())
		}
	}
	t.Flush()
}

// quiet is River's logger of the peers, which has nothing to say while all goes well.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
