package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// exportsShown sets how many rows a table has when nobody asks for more; JSON has every match.
const exportsShown = 100

func (c *cli) exports() *cobra.Command {
	var filter filterFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "exports",
		Short: "List exports, newest first",
		Long: "Lists exports, newest first, without personal data. The table shows the newest 100 unless --limit says otherwise;\n" +
			"--json gives every match.",
		Example: "  ghexport exports --state pending --org acme\n  ghexport exports --since 2h --json | jq '.[].state'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := filter.filter()
			if err != nil {
				return err
			}
			return c.list(cmd, f, asJSON)
		},
	}
	filter.register(cmd, true)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// list prints the exports that match.
func (c *cli) list(cmd *cobra.Command, f store.Filter, asJSON bool) error {
	st, _, err := c.open(cmd.Context(), cmd.Name())
	if err != nil {
		return err
	}
	defer st.Close()
	if asJSON {
		return c.streamExports(cmd, st, f)
	}
	asked := f.Limit
	if !cmd.Flags().Changed("limit") {
		f.Limit = exportsShown + 1
	}
	rows, err := query.In(st).Exports(cmd.Context(), f)
	if err != nil {
		return err
	}
	more := asked == 0 && f.Limit > 0 && len(rows) > exportsShown
	if more {
		rows = rows[:exportsShown]
	}
	c.exportTable(rows)
	if more {
		c.sayf("there are more; --limit 0 shows all")
	}
	return nil
}

func (c *cli) exportTable(rows []query.ExportRow) {
	if len(rows) == 0 {
		c.printf("no exports match\n")
		return
	}
	cells := make([][]string, len(rows))
	for n, row := range rows {
		cells[n] = []string{
			fmt.Sprint(row.ID), row.OrgID, row.InterviewID, string(row.State), whyNot(row), fmt.Sprint(row.Attempts), moment(row.CreatedAt),
		}
	}
	c.table([]column{{"id", 8}, {"org", 12}, {"interview", 13}, {"state", 10}, {"why", 23}, {"tries", 5}, {"since", 17}}, cells)
}

// streamExports writes an array row by row, so that a long list needs no memory.
func (c *cli) streamExports(cmd *cobra.Command, st *store.Store, f store.Filter) error {
	separator := "[\n  "
	err := query.In(st).ExportsEach(cmd.Context(), f, func(row query.ExportRow) error {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(row); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.out, "%s%s", separator, bytes.TrimSpace(text.Bytes()))
		separator = ",\n  "
		return err
	})
	if err != nil {
		return err // what was printed is no document, and no reader will take it for one
	}
	if separator == "[\n  " {
		c.printf("[]\n")
	} else {
		c.printf("\n]\n")
	}
	return nil
}
