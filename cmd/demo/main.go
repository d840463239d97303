// Command demo shows the whole exporter at work: a Postgres of its own, a simulated Greenhouse, the built ghexport, and producers
// that play a story through the exporter's public names only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `Usage: demo [--once] [--dir FOLDER] [--ghexport PATH]

Starts a private Postgres (or uses DATABASE_URL), a simulated Greenhouse and ghexport, plays interviews of all
kinds, and tells what became of each and why. It goes on serving until Ctrl-C, which removes all of it again.

  --once            end after the table: exit 0 where every outcome was the expected one, else 1
  --dir FOLDER      where it keeps what it needs while it runs (default .demo)
  --ghexport PATH   the ghexport to start (default: the one beside this program, else one is built)
`

// errInterrupted says that a signal came before the table, and that everything was taken down in order.
var errInterrupted = errors.New("interrupted")

// options are the command line.
type options struct {
	once     bool
	dir      string
	ghexport string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// Once the first signal has begun the stop, a second one ends the process at once; the next run then cleans up.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings handed in. It returns the exit code.
func run(ctx context.Context, args []string, out, problems io.Writer) int {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.Usage = func() { fmt.Fprint(problems, usage) }
	flags.BoolVar(&o.once, "once", false, "")
	flags.StringVar(&o.dir, "dir", ".demo", "")
	flags.StringVar(&o.ghexport, "ghexport", "", "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(problems, "demo: %q is not understood\n\n%s", flags.Arg(0), usage)
		return 2
	}

	switch err := play(ctx, o, story, newTerminal(out)); err {
	case nil:
		return 0
	case errInterrupted:
		fmt.Fprintln(problems, "demo: interrupted; everything was removed again")
		return 130
	default:
		fmt.Fprintln(problems, "demo:", err)
		return 1
	}
}
