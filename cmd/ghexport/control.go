package main

import "github.com/spf13/cobra"

func (c *cli) pauseAll() *cobra.Command {
	var all bool
	var reason string
	cmd := &cobra.Command{
		Use: "pause --all", Short: "Stop sending, for all companies",
		Long:    "Lets nothing more be sent for anybody, from now on and on all nodes. What is being sent at this moment finishes. Nothing is\nlost: what arrives waits. For one company use ghexport org pause.",
		Example: `  ghexport pause --all --reason "Greenhouse shows wrong accounts"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !all {
				return hinted(usagef("say --all if all companies are meant"), "for one company use ghexport org pause ORG")
			}
			st, _, err := c.open(cmd.Context(), "pause")
			if err != nil {
				return err
			}
			defer st.Close()
			changed, err := st.StopAll(cmd.Context(), c.by(reason))
			if err != nil {
				return err
			}
			if changed {
				c.printf("everything is stopped\n")
			} else {
				c.printf("everything was stopped already\n")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "all companies; required")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}
