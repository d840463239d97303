package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

// verbFlags are those of every command that changes exports.
type verbFlags struct {
	filterFlags
	reason string
	dryRun bool
	yes    bool
}

func (v *verbFlags) register(cmd *cobra.Command) {
	v.filterFlags.register(cmd, true)
	v.registerAct(cmd)
}

// registerAct adds the flags of whatever changes many exports, however they are selected.
func (v *verbFlags) registerAct(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&v.reason, "reason", "", "why, for whoever asks later; required")
	flags.BoolVar(&v.dryRun, "dry-run", false, "say what would be done, and do nothing")
	flags.BoolVar(&v.yes, "yes", false, "do not ask, however many it is")
}

// filter is which exports the command concerns: those named, or those that the flags select.
func (v *verbFlags) filter(args []string) (store.Filter, error) {
	f, err := v.filterFlags.filter()
	if err != nil {
		return f, err
	}
	if f.IDs, err = exportIDs(args); err != nil {
		return f, err
	}
	switch {
	case len(args) > 0 && v.any():
		return f, usagef("name exports or select them by flags, not both")
	case len(args) == 0 && !v.any():
		return f, usagef("name exports, or select them by --org, --cause, --state, --since, --fingerprint or --limit")
	case strings.TrimSpace(v.reason) == "" && !v.dryRun:
		return f, usagef("--reason is missing: a person will ask why")
	}
	return f, nil
}

// verb is something that can be done to many exports: how it is called, how it is told, and what does it.
type verb struct {
	name, past string
	do         func(ctx context.Context, f store.Filter, by store.By, dryRun bool) (store.Result, error)
}

// act does a verb: it looks what would be done, asks where that is more than one, does it, and says what was done.
func (c *cli) act(ctx context.Context, v verb, flags verbFlags, f store.Filter) error {
	by := c.by(flags.reason)
	planned, err := v.do(ctx, f, by, true)
	if err != nil {
		return err
	}
	if flags.dryRun {
		c.tell("would be "+v.past, planned)
		return refusals(planned)
	}
	if len(planned.Done) == 0 {
		c.tell(v.past, planned)
		return refusals(planned)
	}
	if err := c.confirm(v.name, "export", len(planned.Done), flags.yes); err != nil {
		return err
	}
	// By their ids: what is done is what was confirmed, whatever matches by now.
	done, err := v.do(ctx, store.Filter{IDs: planned.Done}, by, false)
	done.Refused = append(done.Refused, planned.Refused...)
	done.Missing = append(done.Missing, planned.Missing...)
	c.tell(v.past, done)
	if err != nil {
		return err
	}
	return refusals(done)
}

// tell says what was done. Who was refused is said by the error.
func (c *cli) tell(past string, r store.Result) {
	done, all := len(r.Done), len(r.Done)+len(r.Refused)+len(r.Missing)
	switch {
	case all == 0:
		c.printf("no exports match\n")
	case done == 0:
		c.printf("%s 0 of %d\n", past, all)
	case done < all:
		c.printf("%s %d of %d: %s\n", past, done, all, listIDs(r.Done))
	case done == 1:
		c.printf("%s export %d\n", past, r.Done[0])
	default:
		c.printf("%s %d exports: %s\n", past, done, listIDs(r.Done))
	}
}

func refusals(r store.Result) error {
	if found := r.Problems(); len(found) > 0 {
		return problems(found)
	}
	return nil
}

// confirm lets pass what touches one, or what --yes was said to; else a person types how many.
func (c *cli) confirm(name, noun string, n int, yes bool) error {
	if n <= 1 || yes {
		return nil
	}
	fmt.Fprintf(c.err, "this will %s %s; type %d to go on: ", name, count(n, noun), n)
	typed, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && typed == "" {
		fmt.Fprintln(c.err)
		return hinted(usagef("this concerns %s, and nobody said yes: nothing was changed", count(n, noun)), "add --yes, or type the number")
	}
	if strings.TrimSpace(typed) != strconv.Itoa(n) {
		return fmt.Errorf("that is not %d: nothing was changed", n)
	}
	return nil
}
