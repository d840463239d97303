// Command bench measures ghexport beside other ways to bring results to Greenhouse: same Postgres, same simulator, one run. README.md
// says how to read what it prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

func main() {
	s, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, s, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures the chosen cells, keeps every sample and prints the report. progress gets a line a step. An export of ours that was
// lost or doubled is an error; a goal that was missed is not.
func run(ctx context.Context, s settings, out, progress io.Writer) error {
	var r *report
	var err error
	if s.render != "" {
		r, err = readReport(s.render)
	} else {
		r, err = measure(ctx, s, progress)
	}
	if r == nil {
		return err
	}
	r.print(out)
	if s.out != "" {
		err = errors.Join(err, r.writePage(s.out))
		fmt.Fprintf(progress, "%s/samples.jsonl has every sample, %s/index.html the charts\n", s.out, s.out)
	}
	return errors.Join(err, r.broken())
}

// measure runs cell after cell. What was measured before an error is in the report all the same.
func measure(ctx context.Context, s settings, progress io.Writer) (r *report, err error) {
	if s.install {
		if err := installGraphile(ctx, progress); err != nil {
			return nil, err
		}
	}
	b, err := newBench(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.server.Stop()) }()
	r = &report{Settings: s, Machine: b.facts()}
	keep, err := newKeeper(s.out, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, keep.close()) }()
	for _, c := range chosenCells(s) {
		if err := b.runCell(ctx, c, keep); err != nil {
			return r, err
		}
	}
	return r, nil
}

// profiled runs do under the CPU profiler where a file is named.
func profiled(file string, do func() error) error {
	if file == "" {
		return do()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = do()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}
