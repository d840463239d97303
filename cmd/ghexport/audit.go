package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/query"
)

func (c *cli) audit() *cobra.Command {
	var f query.AuditFilter
	var from string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "List what people did, newest first",
		Example: "  ghexport audit --org acme --since 7d\n  ghexport audit --export 42 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if f.Since, err = since(from, time.Now()); err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "audit")
			if err != nil {
				return err
			}
			defer st.Close()
			entries, err := query.In(st).AuditTrail(cmd.Context(), f)
			if err != nil {
				return err
			}
			if asJSON {
				if entries == nil {
					entries = []query.AuditEntry{}
				}
				return c.json(entries)
			}
			c.showAudit(entries)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Actor, "actor", "", "only what this person did")
	flags.StringVar((*string)(&f.Action), "action", "", "only this, such as replay or \"org connect\"")
	flags.StringVar(&f.Org, "org", "", "only what concerned this company")
	flags.Int64Var(&f.ExportID, "export", 0, "only what concerned this export")
	flags.StringVar(&from, "since", "", "only since: a duration back (2h, 3d) or a moment (2026-11-24T00:00:00Z)")
	flags.IntVar(&f.Limit, "limit", 0, "how many at most; 0 is 1000")
	flags.BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (c *cli) showAudit(entries []query.AuditEntry) {
	if len(entries) == 0 {
		c.printf("nobody did anything that matches\n")
		return
	}
	var rows [][]string
	for _, e := range entries {
		var on []string
		if e.OrgID != nil {
			on = append(on, *e.OrgID)
		}
		if e.ExportID != nil {
			on = append(on, fmt.Sprintf("export %d", *e.ExportID))
		}
		rows = append(rows, []string{moment(e.At), e.Who(), string(e.Action), strings.Join(on, ", "), or(e.Reason, asText)})
	}
	c.table([]column{{"at", 17}, {"who", 14}, {"did", 18}, {"to", 22}, {"because", 20}}, rows)
}
