// Command chaos attacks the exporter and counts: three real `ghexport serve` on one Postgres, producers at a steady rate, and faults
// of every kind drawn from a seed. It ends with a report of what was lost, doubled or stuck, and with exit 1 when anything was.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const usage = `Usage: chaos [--duration 60s] [--seed N] [--rate N] [--nodes N] [--server-errors ask|retry] [--flood N] [--json FILE] [--ghexport PATH]

Starts a private Postgres, a simulated Greenhouse and several ghexport serve behind small TCP proxies, the last of them
behind a pooler, too (PgBouncer in session mode, where it is installed), commits interviews at a steady rate, and
meanwhile kills, freezes and stops processes, crashes Postgres, turns it and open sessions read-only, kills, pauses and
freezes the pooler, cuts, blackholes and slows the network, and lets Greenhouse misbehave, with hostile headers and
bytes, too. Then it heals everything, waits until nothing moves, and counts.
Every kind of fault comes once before one comes again. The same seed draws the same schedule of faults. Exit 0: nothing lost, nothing doubled, resumed in time. Ctrl-C ends the
faults early, and still counts.

  --duration D         how long faults are injected (default 60s)
  --seed N             draws the faults (default: random, printed)
  --rate N             interviews committed a second (default 40)
  --nodes N            how many ghexport serve (default 3)
  --server-errors P    what companies do about a 5xx: ask (a person decides), or retry (the default of the product,
                       which may double what Greenhouse stored before it failed; each is counted and must be flagged)
  --flood N            begin with N more messages that are committed at once and never sent (default 0)
  --json FILE          write the report there as JSON, too
  --ghexport PATH      the ghexport to attack (default: the one beside this program)
`

// options are the command line.
type options struct {
	Duration     time.Duration
	Seed         uint64
	Rate         int
	Nodes        int
	ServerErrors string
	Flood        int
	JSON         string
	Ghexport     string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings handed in. It returns the exit code.
func run(ctx context.Context, args []string, out, progress io.Writer) int {
	o, err := parse(args, progress)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(progress, "chaos: %v\n", err)
		return 2
	}
	report, err := attack(ctx, o, progress)
	if err != nil {
		fmt.Fprintf(progress, "chaos: %v\n", err)
		return 1
	}
	report.print(out)
	if o.JSON != "" {
		if err := report.write(o.JSON); err != nil {
			fmt.Fprintf(progress, "chaos: %v\n", err)
			return 1
		}
	}
	if len(report.Broken) > 0 {
		return 1
	}
	return 0
}

func parse(args []string, problems io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.DurationVar(&o.Duration, "duration", time.Minute, "")
	flags.Uint64Var(&o.Seed, "seed", rand.Uint64N(1_000_000), "")
	flags.IntVar(&o.Rate, "rate", 40, "")
	flags.IntVar(&o.Nodes, "nodes", 3, "")
	flags.StringVar(&o.ServerErrors, "server-errors", "ask", "")
	flags.IntVar(&o.Flood, "flood", 0, "")
	flags.StringVar(&o.JSON, "json", "", "")
	flags.StringVar(&o.Ghexport, "ghexport", "", "")
	if err := flags.Parse(args); err != nil {
		fmt.Fprint(problems, usage)
		return o, err
	}
	var wrong []error
	if flags.NArg() > 0 {
		wrong = append(wrong, fmt.Errorf("%q is not understood", flags.Arg(0)))
	}
	if o.Duration <= 0 || o.Rate < 1 || o.Nodes < 1 || o.Flood < 0 {
		wrong = append(wrong, errors.New("--duration, --rate and --nodes must be more than 0, and --flood not less"))
	}
	if o.ServerErrors != "ask" && o.ServerErrors != "retry" {
		wrong = append(wrong, errors.New("--server-errors must be ask or retry"))
	}
	if o.Ghexport == "" {
		self, err := os.Executable()
		wrong = append(wrong, err)
		o.Ghexport = filepath.Join(filepath.Dir(self), "ghexport")
	}
	if _, err := os.Stat(o.Ghexport); err != nil {
		wrong = append(wrong, fmt.Errorf("--ghexport: %w (make build builds it)", err))
	}
	return o, errors.Join(wrong...)
}
