// Command bench measures ghexport beside a tuned raw River that makes the same POST: same Postgres, same simulator, same client, one
// run. README.md says how to read what it prints.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
	"time"
)

// settings are the command line.
type settings struct {
	N       int           // exports of a drain
	Runs    int           // measured pairs of drains, after one pair that is not counted
	Latency time.Duration // of every answer of the simulator
	Workers int           // River's MaxWorkers on both sides, so POSTs in flight at most
	Conns   int           // connections of either side's pool
	Orgs    int           // companies that the exports belong to, by turns
	Cap     int           // in-flight cap of each company, 1 to 64
	Idle    int           // exports of the idle measurement
	Rate    float64       // of which this many a second
	Warm    int           // exports carried before each measurement, on the same database
	Replay  int           // dead letters replayed beside live exports; 0 leaves it out

	jsonFile   string
	cpuProfile string
	keepLog    bool
	onlyReplay bool
}

// smoke are sizes that prove that the bench works, and measure nothing.
func (s *settings) smoke() {
	s.N, s.Runs, s.Orgs, s.Idle, s.Rate, s.Warm, s.Replay = 200, 1, 10, 10, 50, 20, 20
}

func parse(args []string, out io.Writer) (settings, error) {
	var s settings
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(out)
	set.IntVar(&s.N, "n", 10_000, "exports of a drain")
	set.IntVar(&s.Runs, "runs", 3, "measured pairs of drains, after one that is dropped")
	set.DurationVar(&s.Latency, "latency", 5*time.Millisecond, "how long the simulator takes to answer")
	set.IntVar(&s.Workers, "workers", 64, "worker slots of either side: POSTs in flight at most")
	set.IntVar(&s.Conns, "conns", 16, "database connections of either side's pool")
	set.IntVar(&s.Orgs, "orgs", 100, "companies")
	set.IntVar(&s.Cap, "cap", 64, "in-flight cap of each company (1 to 64; the product's default is 4)")
	set.IntVar(&s.Idle, "idle", 300, "exports of the idle measurement; 0 leaves it out")
	set.Float64Var(&s.Rate, "rate", 20, "exports a second of the idle measurement")
	set.IntVar(&s.Warm, "warm", 500, "exports carried before each measurement")
	set.IntVar(&s.Replay, "replay", 5000, "dead letters replayed beside live exports; 0 leaves it out")
	only := set.Bool("only-replay", false, "measure the replay alone")
	set.StringVar(&s.jsonFile, "json", "", "write every figure to this `file` as JSON")
	set.StringVar(&s.cpuProfile, "cpuprofile", "", "write a CPU profile of our last drain to this `file`")
	set.BoolVar(&s.keepLog, "v", false, "print our service's warnings")
	tiny := set.Bool("smoke", false, "tiny sizes: shows that the bench works, measures nothing")
	if err := set.Parse(args); err != nil {
		return s, err
	}
	if *tiny {
		s.smoke()
	}
	s.onlyReplay = *only
	if s.N < 1 || s.Runs < 1 || s.Workers < 1 || s.Orgs < 1 || s.Cap < 1 || s.Cap > 64 || s.Rate <= 0 || set.NArg() > 0 {
		set.Usage()
		return s, flag.ErrHelp
	}
	return s, nil
}

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

// run measures everything once and prints it. progress gets a line a step.
func run(ctx context.Context, s settings, out, progress io.Writer) (err error) {
	b, err := newBench(ctx, s, progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.server.Stop()) }()
	r := report{Settings: s, Machine: b.facts()}
	if !s.onlyReplay {
		if err := b.drains(ctx, &r); err != nil {
			return err
		}
	}
	if s.Idle > 0 && !s.onlyReplay {
		if err := b.idles(ctx, &r); err != nil {
			return err
		}
	}
	if s.Replay > 0 && s.Idle > 0 {
		if r.Replay, err = b.replays(ctx); err != nil {
			return fmt.Errorf("replay beside live work: %w", err)
		}
	}
	r.print(out)
	if s.jsonFile == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.jsonFile, append(text, '\n'), 0o644)
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
