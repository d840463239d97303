// Command greenhouse-sim runs the simulated Greenhouse on a port, with a page that shows who arrived.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

const (
	stopTimeout   = 5 * time.Second
	headerTimeout = 10 * time.Second
)

const long = `Runs a simulated Greenhouse: the Candidate Ingestion API under /v1/partner/, a page of candidates at /,
and orders for programs under /_sim/ (faults, candidates, requests, accounts, users, moves, merges, deletes, advance). Who arrived
is moved on the candidate's own page, by orders, or by itself (--move-every). It keeps everything in
memory and is meant for tests and for trying things out, so it has no login: keep it on a loopback address.

Each flag has an environment variable, GREENHOUSE_SIM_ and its name (GREENHOUSE_SIM_RATE_LIMIT); the flag wins.
Accounts in GREENHOUSE_SIM_ACCOUNT are separated by commas. Without any, there are two:
acme (key acme-demo-key, lee@acme.example) and globex (key globex-demo-key, sam@globex.example).`

const example = `  greenhouse-sim
  greenhouse-sim --addr 127.0.0.1:9000 --account my-key:lee@acme.example:Lee Doe --rate-limit 50

  curl -u acme-demo-key: -H 'On-Behalf-Of: lee@acme.example' http://127.0.0.1:8081/v1/partner/candidates \
    -d '{"first_name":"Ada","last_name":"Lovelace","external_id":"1","notes":"Hello"}'

  # the next candidate is kept, but the answer gets lost
  curl http://127.0.0.1:8081/_sim/faults -d '{"cut":"after"}'`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.LookupEnv).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "greenhouse-sim: "+err.Error())
		code := 1
		if errors.As(err, new(*usageError)) {
			code = 2
		}
		os.Exit(code)
	}
}

// command returns the whole command; the environment is handed in so that a test has its own.
func command(lookupEnv func(string) (string, bool)) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use: "greenhouse-sim", Short: "Run a simulated Greenhouse", Long: long, Example: example,
		Args: usageArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd, lookupEnv); err != nil {
				return err
			}
			accounts, err := o.accounts()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), cmd.OutOrStdout(), o, accounts)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	o.register(cmd)
	return cmd
}

func usageArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return &usageError{err}
	}
	return nil
}

// serve runs until ctx ends, then lets requests under way finish.
func serve(ctx context.Context, out io.Writer, o options, accounts []greenhousesim.Account) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	address := "http://" + listener.Addr().String()
	if o.publicURL == "" {
		o.publicURL = address
	}
	sim := greenhousesim.New(greenhousesim.Config{PublicURL: o.publicURL, Latency: o.latency})
	for _, a := range accounts {
		sim.AddAccount(a)
	}
	server := &http.Server{Handler: sim, ReadHeaderTimeout: headerTimeout}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	moving, stand := context.WithCancel(ctx)
	defer stand()
	go advance(moving, sim, o.moveEvery)
	fmt.Fprintf(out, "Simulated Greenhouse at %s (API under %s/v1/partner/)\n", address, address)

	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	sim.Close() // ends what a fault keeps hanging
	// ctx has ended; stopping has a limit of its own.
	stopping, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		_ = server.Close()
		return fmt.Errorf("stop: requests still open after %s: %w", stopTimeout, err)
	}
	fmt.Fprintf(out, "Stopped after %d requests, %d candidates.\n", sim.CountRequests(), sim.CountCandidates(""))
	return nil
}

// advance moves everybody one stage on at an interval, until ctx ends.
func advance(ctx context.Context, sim *greenhousesim.Sim, every time.Duration) {
	if every <= 0 {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			sim.Advance()
		}
	}
}
