package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"text/tabwriter"
)

// report is all that was measured.
type report struct {
	Settings  settings
	Machine   Machine
	Ours      []Drain
	River     []Drain
	OursIdle  Idle
	RiverIdle Idle
	Replay    Replay
}

func (r report) print(out io.Writer) {
	m, s := r.Machine, r.Settings
	fmt.Fprintf(out, "\n%s: %d cores (%s), load %s, %s, Postgres %s (fsync on), River %s, %s\n", m.At.Format("2006-01-02 15:04 UTC"),
		m.Cores, m.CPU, m.Load, m.Go, m.Postgres, m.River, m.OS)
	fmt.Fprintf(out, "Postgres, service, simulator and producer share those cores.\n")
	if len(r.Ours) > 0 {
		r.printDrain(out)
	}
	if len(r.OursIdle.Arrive) > 0 {
		r.printIdle(out)
	}
	if len(r.Replay.Alone) > 0 {
		r.Replay.print(out, s.Rate)
	}
	if len(r.Ours) > 0 && r.Ours[len(r.Ours)-1].Counted.Known {
		r.printStatements(out)
	}
}

func (r report) printDrain(out io.Writer) {
	n := r.Settings.N
	fmt.Fprintf(out, "\nDrain of %d exports of %d companies, answers after %s, %d slots, %d connections; median of %d (least-most)\n",
		n, r.Settings.Orgs, r.Settings.Latency, r.Settings.Workers, r.Settings.Conns, r.Settings.Runs)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, of func(Drain) float64) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, spread(format, each(r.Ours, of)), spread(format, each(r.River, of)))
	}
	per := func(of func(Drain) int64) func(Drain) float64 {
		return func(d Drain) float64 { return float64(of(d)) / float64(n) }
	}
	fmt.Fprintf(t, "\tours\traw River\n")
	row("exports/s, until settled", "%.0f", func(d Drain) float64 { return d.rate(n) })
	row("exports/s, until the last answer", "%.0f", func(d Drain) float64 { return d.answeredRate(n) })
	if r.Ours[0].Counted.Known {
		row("statements of ours an export", "%.3f", per(func(d Drain) int64 { return d.Counted.Ours }))
		row("statements of River's an export", "%.3f", per(func(d Drain) int64 { return d.Counted.River }))
	}
	row("transactions an export", "%.3f", per(func(d Drain) int64 { return d.Counted.Transactions }))
	row("WAL bytes an export", "%.0f", per(func(d Drain) int64 { return d.Counted.WALBytes }))
	row("CPU us an export: this process", "%.0f", per(func(d Drain) int64 { return d.CPU.Process.Microseconds() }))
	row("CPU us an export: Postgres", "%.0f", per(func(d Drain) int64 { return d.CPU.Postgres.Microseconds() }))
	fmt.Fprintf(t, "HOT share of the ledger's updates\t%s\t\n", spread("%.2f", each(r.Ours, func(d Drain) float64 { return d.Counted.HotUpdates })))
	t.Flush()
	fmt.Fprintf(out, "ratio ours / raw River, pair by pair: settled %s, last answer %s\n",
		spread("%.2f", r.ratios(Drain.rate)), spread("%.2f", r.ratios(Drain.answeredRate)))
}

// ratios are ours to raw River's, pair by pair.
func (r report) ratios(rate func(Drain, int) float64) []float64 {
	list := make([]float64, len(r.Ours))
	for i := range r.Ours {
		list[i] = rate(r.Ours[i], r.Settings.N) / rate(r.River[i], r.Settings.N)
	}
	return list
}

func (r report) printIdle(out io.Writer) {
	fmt.Fprintf(out, "\nIdle: %d exports at %.0f/s, ms from the return of COMMIT to the request's arrival\n", r.Settings.Idle, r.Settings.Rate)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\tp50\tp95\tp99\tmax\n")
	fmt.Fprintf(t, "ours\t%s\n", latencies(r.OursIdle.Arrive))
	for _, step := range r.OursIdle.Steps {
		fmt.Fprintf(t, "  %s\t%s\n", step.Name, latencies(step.Took))
	}
	fmt.Fprintf(t, "raw River\t%s\n", latencies(r.RiverIdle.Arrive))
	fmt.Fprintf(t, "producer's transaction, ours\t%s\n", latencies(r.OursIdle.Hand))
	fmt.Fprintf(t, "producer's transaction, raw River\t%s\n", latencies(r.RiverIdle.Hand))
	t.Flush()
}

func (r report) printStatements(out io.Writer) {
	fmt.Fprintf(out, "\nWhere Postgres spent our last drain: calls and ms in all\n")
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range r.Ours[len(r.Ours)-1].Counted.Top {
		whose := "ours"
		if s.River {
			whose = "River"
		}
		fmt.Fprintf(t, "%s\t%d calls\t%d rows\t%.0f ms\t%s\n", whose, s.Calls, s.Rows, s.MS, s.Text[:min(len(s.Text), 90)])
	}
	t.Flush()
}

func each(drains []Drain, of func(Drain) float64) []float64 {
	list := make([]float64, 0, len(drains))
	for d := range slices.Values(drains) {
		list = append(list, of(d))
	}
	return list
}

// quiet is River's logger of the raw side, which has nothing to say while all goes well.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
