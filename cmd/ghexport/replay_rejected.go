package main

import (
	"context"

	"github.com/interviewing-io/greenhouse-export/store"
)

// replayRejected puts messages that could not be folded back into the outbox.
func (c *cli) replayRejected(ctx context.Context, st *store.Store, flags verbFlags, f store.Filter) error {
	by := c.by(flags.reason)
	n, err := st.ReplayRejected(ctx, f, by, true)
	if err != nil {
		return err
	}
	if n == 0 {
		c.printf("no messages match\n")
		return nil
	}
	if flags.dryRun {
		c.printf("would be put back into the outbox: %s\n", count(n, "message"))
		return nil
	}
	if err := c.confirm("put back", "message", n, flags.yes); err != nil {
		return err
	}
	f.Limit = n
	if n, err = st.ReplayRejected(ctx, f, by, false); err != nil {
		return err
	}
	c.printf("put %s back into the outbox\n", count(n, "message"))
	return nil
}
