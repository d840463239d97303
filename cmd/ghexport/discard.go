package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

func (c *cli) discard() *cobra.Command {
	var flags verbFlags
	cmd := &cobra.Command{
		Use:   "discard [EXPORT...]",
		Short: "End pending or dead exports that nobody wants sent",
		Long:  "Ends exports for good: those named, or the pending and dead ones that the flags select. A replay takes it back.",
		Example: `  ghexport discard 42 --reason "the company asked us not to"
  ghexport discard --org acme --state dead --yes --reason "agreed with the company on the phone"
  ghexport discard --fingerprint 3f2a9c41d0 --dry-run`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := flags.filter(args)
			if err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "discard")
			if err != nil {
				return err
			}
			defer st.Close()
			return c.act(cmd.Context(), verb{"discard", "discarded", func(ctx context.Context, f store.Filter, by store.By, dryRun bool) (store.Result, error) {
				return st.Discard(ctx, store.Request{Filter: f, By: by, DryRun: dryRun})
			}}, flags, f)
		},
	}
	flags.register(cmd)
	return cmd
}
