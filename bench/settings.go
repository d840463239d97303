package main

import (
	"flag"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// settings are the command line.
type settings struct {
	N       int           // exports of a drain
	Long    int           // exports of the long drain, of a whale's backlog, and due ones of the growth
	Runs    int           // measured rounds of the drain, after one that is dropped
	Rounds  int           // measured rounds of every other cell
	Latency time.Duration // of every answer of the simulator
	Slow    time.Duration // of every answer in the slow drain
	Trouble time.Duration // of every answer to the company in trouble
	KB      int           // size of a message, about
	Workers int           // POSTs in flight at most, of every contender
	Conns   int           // connections of every contender's pool, but where it needs one for each POST
	Orgs    int           // companies that the exports belong to, by turns
	Cap     int           // in-flight cap of each company, 1 to 64
	Idle    int           // exports of a measurement of latency
	Rate    float64       // of which this many a second
	Warm    int           // exports carried before each measurement, on the same database
	Windows int           // rate windows that the quota is measured in
	Window  time.Duration // of the simulator
	Quota   int           // requests of a company in a window
	Calm    time.Duration // after the warm-up: longer than a busy relay keeps producers from waking it (2 s)
	Replay  int           // dead letters replayed beside live exports
	Full    bool          // every cell and every peer
	Cells   []string      // these alone; all that belong to a short or full run when empty
	Peers   []string      // these alone, ours always among them

	Smoke bool // tiny sizes, and a Postgres that keeps nothing: nothing is measured

	out, render, cpuProfile string
	keepLog, install        bool
}

// tiny are sizes that prove that the bench works, and measure nothing.
func (s *settings) tiny() {
	s.Smoke, s.N, s.Long, s.Runs, s.Rounds, s.Orgs, s.Idle, s.Rate, s.Warm = true, 60, 100, 1, 1, 8, 10, 50, 0
	s.Replay, s.Windows, s.Slow, s.Trouble = 20, 1, 20*time.Millisecond, 200*time.Millisecond
	s.Window, s.Quota, s.Calm = time.Second, 5, 0
}

// full are the sizes that figures are published from.
func (s *settings) full() {
	s.N, s.Long, s.Rounds, s.Idle, s.Replay, s.Windows = 10_000, 100_000, 5, 300, 5000, 4
}

func (s *settings) flags(out io.Writer) (set *flag.FlagSet, cells, peers *string) {
	set = flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(out)
	set.IntVar(&s.N, "n", s.N, "exports of a drain")
	set.IntVar(&s.Long, "long", s.Long, "exports of the long drain, of a whale's backlog and of the growth's greater backlog")
	set.IntVar(&s.Runs, "runs", s.Runs, "measured rounds of drains, after one that is dropped")
	set.IntVar(&s.Rounds, "rounds", s.Rounds, "measured rounds of every other cell")
	set.DurationVar(&s.Latency, "latency", s.Latency, "how long the simulator takes to answer")
	set.IntVar(&s.Workers, "workers", s.Workers, "POSTs in flight at most, of every contender")
	set.IntVar(&s.Conns, "conns", s.Conns, "database connections of every contender's pool")
	set.IntVar(&s.Orgs, "orgs", s.Orgs, "companies")
	set.IntVar(&s.Cap, "cap", s.Cap, "in-flight cap of each company (1 to 64; the product's default is 4)")
	set.IntVar(&s.Idle, "idle", s.Idle, "exports of a measurement of latency")
	set.Float64Var(&s.Rate, "rate", s.Rate, "of which this many a second")
	set.IntVar(&s.Warm, "warm", s.Warm, "exports carried before each measurement")
	set.IntVar(&s.Windows, "windows", s.Windows, "rate windows of 10 s in which the quota is measured")
	set.IntVar(&s.Replay, "replay", s.Replay, "dead letters replayed beside live exports")
	set.StringVar(&s.out, "out", s.out, "`folder` for samples.jsonl and index.html; none when empty")
	set.StringVar(&s.render, "render", "", "measure nothing: print and draw the samples of this `file`")
	set.BoolVar(&s.install, "install", false, "fetch from npm what peers need, into the user's cache folder")
	set.StringVar(&s.cpuProfile, "cpuprofile", "", "write a CPU profile of our last drain to this `file`")
	set.BoolVar(&s.keepLog, "v", false, "print our service's warnings")
	set.BoolVar(&s.Full, "full", s.Full, "every cell, every peer, the sizes that figures are published from")
	set.BoolVar(&s.Smoke, "smoke", s.Smoke, "every cell at tiny sizes: shows that the bench works, measures nothing")
	cells = set.String("only", "", "these `cells` alone, separated by commas: "+strings.Join(cellNames(), ", "))
	peers = set.String("peers", "", "ours beside these `peers` alone, separated by commas: "+strings.Join(peerNames(), ", "))
	return set, cells, peers
}

// parse reads the command line. -full and -smoke set the sizes that the other flags do not name.
func parse(args []string, out io.Writer) (settings, error) {
	s := settings{
		N: 2000, Long: 10_000, Runs: 5, Rounds: 1, Latency: 5 * time.Millisecond, Slow: 200 * time.Millisecond, Trouble: 30 * time.Second,
		KB: 1, Workers: 64, Conns: 16, Orgs: 100, Cap: 64, Idle: 100, Rate: 20, Warm: 500, Windows: 2, Replay: 1000,
		Window: greenhousesim.DefaultRateWindow, Quota: 50, Calm: 3 * time.Second, out: "results",
	}
	given := func(name string) bool { return slices.Contains(args, "-"+name) || slices.Contains(args, "--"+name) }
	if s.Full = given("full"); s.Full {
		s.full()
	}
	if given("smoke") {
		s.tiny()
	}
	set, cells, peers := s.flags(out)
	if err := set.Parse(args); err != nil {
		return s, err
	}
	s.Cells, s.Peers = names(*cells), names(*peers)
	unknown := func(list, known []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return !slices.Contains(known, name) })
	}
	if s.N < 1 || s.Long < 1 || s.Runs < 1 || s.Rounds < 1 || s.Workers < 1 || s.Orgs < 4 || s.Cap < 1 || s.Cap > 64 || s.Idle < 1 || s.Rate <= 0 ||
		s.Windows < 1 || s.Replay < 1 || set.NArg() > 0 || unknown(s.Cells, cellNames()) || unknown(s.Peers, peerNames()) {
		set.Usage()
		return s, flag.ErrHelp
	}
	return s, nil
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
