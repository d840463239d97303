package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

func (c *cli) health() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "health",
		Short:   "Say how the whole service is; exit 1 when something needs a look",
		Long:    "Says what is under way, what waits and for what, and what a person should look at. Exits with 1 when there is such a thing.",
		Example: "  ghexport health\n  ghexport health --json | jq .problems",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, _, err := c.open(cmd.Context(), "health")
			if err != nil {
				return err
			}
			defer st.Close()
			h, err := st.Health(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = c.json(h)
			} else {
				c.showHealth(h)
			}
			if err == nil && len(h.Problems) > 0 {
				err = errProblemsFound
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (c *cli) showHealth(h store.Health) {
	line := func(name, format string, args ...any) {
		c.printf("%-12s %s\n", name, visible(fmt.Sprintf(format, args...)))
	}
	age := func(s store.Seconds) string {
		if s <= 0 {
			return ""
		}
		return fmt.Sprintf(", the oldest for %s", s.Duration().Round(time.Second))
	}
	line("outbox", "%s to fold%s", count(h.Outbox, "message"), age(h.OutboxAge))
	line("due", "%s%s", count(h.Due, "export"), age(h.DueAge))
	line("in flight", "%s", count(h.InFlight, "export"))
	line("companies", "%d turned on", h.Companies)
	for _, group := range h.Held {
		line("held", "%s, %s waiting (%s): %s", count(group.Count, "company"), count(group.Waiting, "export"), group.Cause, strings.Join(group.Orgs, " "))
	}
	var states []string
	for _, state := range store.States {
		if n := h.States[state]; n > 0 {
			states = append(states, fmt.Sprintf("%d %s", n, state))
		}
	}
	if len(states) == 0 {
		states = []string{"the ledger is empty"}
	}
	line("ledger", "%s", strings.Join(states, ", "))
	if len(h.Problems) == 0 {
		c.printf("\nno problems\n")
		return
	}
	c.printf("\n")
	for _, problem := range h.Problems {
		c.printf("problem: %s\n", visible(problem.Says))
	}
}
