package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

// everything is one direction of stopping everything.
type everything struct {
	use, short, long, example string
	do                        func(*store.Store, context.Context, store.By) (bool, error)
	done, already             string
}

func (c *cli) pauseAll() *cobra.Command {
	return c.everything(everything{
		use: "pause --all", short: "Stop sending, for all companies",
		long:    "Lets nothing more be sent for anybody, from now on and on all nodes. What is being sent at this moment finishes. Nothing is\nlost: what arrives waits. For one company use ghexport org pause.",
		example: `  ghexport pause --all --reason "Greenhouse shows wrong accounts"`,
		do:      (*store.Store).StopAll, done: "everything is stopped", already: "everything was stopped already",
	})
}

func (c *cli) resumeAll() *cobra.Command {
	return c.everything(everything{
		use: "resume --all", short: "Send again after pause --all",
		long: "Ends pause --all; what waited is sent.", example: `  ghexport resume --all --reason "Greenhouse is well again"`,
		do: (*store.Store).ResumeAll, done: "exports are sent again", already: "nothing was stopped",
	})
}

func (c *cli) everything(e everything) *cobra.Command {
	var all bool
	var reason string
	cmd := &cobra.Command{
		Use: e.use, Short: e.short, Long: e.long, Example: e.example, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !all {
				return hinted(usagef("say --all if all companies are meant"), "for one company use ghexport org %s ORG", cmd.Name())
			}
			st, _, err := c.open(cmd.Context(), cmd.Name())
			if err != nil {
				return err
			}
			defer st.Close()
			changed, err := e.do(st, cmd.Context(), c.by(reason))
			if err != nil {
				return err
			}
			if changed {
				c.printf("%s\n", e.done)
			} else {
				c.printf("%s\n", e.already)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all companies; required")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}
