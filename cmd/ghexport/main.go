// Command ghexport carries interview results into companies' Greenhouse accounts, and is the tool of those who look after that.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the binary runs where no zones are installed, and prints the same day everywhere

	_ "golang.org/x/crypto/x509roots/fallback" // the same for certificate authorities
)

func main() {
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, release) // a second signal ends the process at once
	log.SetOutput(io.Discard)       // libraries write there what servers said; serve gives it a way out without the content
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, environment(os.Environ())))
}

// run is the whole program without the process around it. It returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer, env map[string]string) int {
	c := &cli{in: in, out: out, err: errOut, env: env}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	return c.report(root.ExecuteContext(ctx))
}

func environment(list []string) map[string]string {
	env := make(map[string]string, len(list))
	for _, entry := range list {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env
}
