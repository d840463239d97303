package main

import (
	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

func (c *cli) orgWebhookRetry() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "retry ORG", Short: "Work off events again that were given up",
		Long: `An event that fails is tried again for about three hours, and then given up: the metric ghexport_hooks_worked_total counts it as
abandoned, and the log says why. Once the cause is gone, this has a running serve work off all of a company's.`,
		Example: "  ghexport org webhook retry acme --reason 'rolled back'", Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org webhook retry")
			if err != nil {
				return err
			}
			defer st.Close()
			events, err := webhooks.In(st).RetryAbandoned(cmd.Context(), args[0], c.by(reason))
			if err != nil {
				return err
			}
			if events == 0 {
				c.printf("%s: no event was given up\n", visible(args[0]))
				return nil
			}
			c.printf("%s: worked off again within seconds: %s\n", visible(args[0]), count(int(events), "event"))
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}
