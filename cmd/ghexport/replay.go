package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

func (c *cli) replay() *cobra.Command {
	var flags verbFlags
	cmd := &cobra.Command{
		Use:   "replay [EXPORT...]",
		Short: "Send dead or cancelled exports again",
		Long: `Makes exports due again: those named, or the dead ones that the flags select; with --cause, the cancelled ones of that cause too.
Their 72 hours begin anew. Nothing that was sent is ever sent again, and one that may exist in Greenhouse is refused: resolve it.
--cause message.invalid puts messages that could not be folded back, to be tried anew.`,
		Example: `  ghexport replay 42 --reason "the recruiter opened the job again"
  ghexport replay --org acme --cause payload.refused --dry-run
  ghexport replay --org acme --cause payload.refused --yes --reason "names are accepted now"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := flags.filter(args)
			if err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "replay")
			if err != nil {
				return err
			}
			defer st.Close()
			if f.Cause == store.CauseMessageInvalid {
				return c.replayRejected(cmd.Context(), st, flags, f)
			}
			return c.act(cmd.Context(), verb{"replay", "replayed", func(ctx context.Context, f store.Filter, by store.By, dryRun bool) (store.Result, error) {
				return st.Replay(ctx, store.ReplayRequest{Request: store.Request{Filter: f, By: by, DryRun: dryRun}})
			}}, flags, f)
		},
	}
	flags.register(cmd)
	return cmd
}

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
