package main

import (
	"github.com/spf13/cobra"
)

// finding is one line of the doctor's.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
}

func (c *cli) doctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check the settings and everything that they lead to",
		Long: "Checks the settings, the database, its schema and clock, whether the keyset opens what is stored, and whether Greenhouse can\n" +
			"be reached. It changes nothing, and exits with 1 when something is wrong.",
		Example: "  ghexport doctor",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := c.examine(cmd.Context())
			wrong := false
			for _, f := range findings {
				wrong = wrong || !f.OK
			}
			if asJSON {
				if err := c.json(findings); err != nil {
					return err
				}
			} else {
				c.showFindings(findings)
			}
			if wrong {
				return errProblemsFound
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (c *cli) showFindings(findings []finding) {
	for _, f := range findings {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
		}
		c.printf("%s  %-14s %s\n", mark, f.Check, visible(oneLine(f.Detail)))
		if f.Hint != "" {
			c.printf("      hint: %s\n", f.Hint)
		}
	}
}
