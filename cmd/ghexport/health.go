package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/wording"
)

const healthLong = `Says in a sentence how things are, then what is under way, what waits and for what, which nodes are there and how sending goes, and for
each problem what to do first. Exits with 1 when there is one. With --watch it looks again and again until Ctrl-C; with --json too,
one document for each look.`

// watchDefault sets how often health looks when it is not told.
const watchDefault = 5 * time.Second

func (c *cli) health() *cobra.Command {
	var asJSON bool
	var every time.Duration
	cmd := &cobra.Command{
		Use:     "health",
		Short:   "Say how the whole service is; exit 1 when something needs a look",
		Long:    healthLong,
		Example: "  ghexport health\n  ghexport health --watch\n  ghexport health --watch=2s\n  ghexport health --json | jq .problems",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("watch") && every < time.Second {
				return usagef("--watch: %s is less than 1s", every)
			}
			st, _, err := c.open(cmd.Context(), "health")
			if err != nil {
				return err
			}
			defer st.Close()
			if cmd.Flags().Changed("watch") {
				return c.watchHealth(cmd.Context(), st, every, asJSON)
			}
			return c.lookAtHealth(cmd.Context(), st, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().DurationVar(&every, "watch", watchDefault, "look again and again, this often")
	cmd.Flags().Lookup("watch").NoOptDefVal = watchDefault.String()
	return cmd
}

// lookAtHealth prints one look, and fails where there are problems.
func (c *cli) lookAtHealth(ctx context.Context, st *store.Store, asJSON bool) error {
	facts, err := health.In(st).Health(ctx)
	if err != nil {
		return err
	}
	h := wording.OfHealth(facts)
	if asJSON {
		err = c.json(h)
	} else {
		c.showHealth(h)
	}
	if err == nil && len(h.Problems) > 0 {
		err = errProblemsFound
	}
	return err
}

// watchHealth looks until ctx ends, and ends as the last look did. A terminal shows the last look only.
func (c *cli) watchHealth(ctx context.Context, st *store.Store, every time.Duration, asJSON bool) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	_, onTerminal := terminal(c.out)
	for {
		now := time.Now().UTC().Format(time.TimeOnly)
		switch {
		case onTerminal && !asJSON:
			c.printf("\x1b[H\x1b[2J%s UTC, every %s; Ctrl-C ends\n\n", now, every)
		case !asJSON:
			c.printf("%s UTC\n", now)
		}
		last := c.lookAtHealth(ctx, st, asJSON)
		if last != nil && ctx.Err() == nil && !errors.Is(last, errProblemsFound) {
			c.sayf("%s", visible(oneLine(last.Error()))) // a database that is away may come back
		}
		select {
		case <-ctx.Done():
			if errors.Is(last, context.Canceled) {
				return nil
			}
			return last
		case <-ticker.C:
			c.printf("%s", map[bool]string{false: "\n"}[asJSON])
		}
	}
}

// percent prints a share, and never rounds a failure away.
func percent(share float64) string {
	if share < 1 && share > 0.999 {
		return "99.9 %"
	}
	return fmt.Sprintf("%.3g %%", share*100)
}
