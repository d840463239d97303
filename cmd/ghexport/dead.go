package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func (c *cli) dead() *cobra.Command {
	var filter filterFlags
	var asJSON, group bool
	cmd := &cobra.Command{
		Use:   "dead",
		Short: "List dead letters, or what they died of",
		Long: "Lists dead letters: exports that Greenhouse refused for good, or that failed for 72 hours. With --group, those that died\n" +
			"of the same thing are one line, which says whether a replay is safe as things stand: yes, one first, or not yet. --json says why,\n" +
			"and when they died. Put them right, then replay or discard the group: ghexport replay --fingerprint GROUP.",
		Example: "  ghexport dead --group\n  ghexport dead --org acme --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := filter.filter()
			if err != nil {
				return err
			}
			f.State = ledger.StateDead
			if !group {
				return c.list(cmd, f, asJSON)
			}
			return c.deadGroups(cmd, f, asJSON)
		},
	}
	filter.register(cmd, false)
	cmd.Flags().BoolVar(&group, "group", false, "group those that died of the same thing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (c *cli) deadGroups(cmd *cobra.Command, f store.Filter, asJSON bool) error {
	st, _, err := c.open(cmd.Context(), "dead")
	if err != nil {
		return err
	}
	defer st.Close()
	groups, err := query.In(st).DeadGroups(cmd.Context(), f)
	if err != nil {
		return err
	}
	if groups == nil {
		groups = []query.DeadGroup{}
	}
	if asJSON {
		return c.json(groups)
	}
	if len(groups) == 0 {
		c.printf("no dead letters\n")
		return nil
	}
	var rows [][]string
	for _, g := range groups {
		rows = append(rows, []string{
			fmt.Sprint(g.Count), string(g.Cause), deathOf(g), companies(g), ago(g.LastSeen), string(g.Replay), g.Fingerprint,
		})
	}
	c.table([]column{
		{"count", 6}, {"cause", 15}, {"died of", 30}, {"companies", 10}, {"last", 8}, {"replay", 9}, {"group", 10},
	}, rows)
	return nil
}

// deathOf returns what a group died of, and where another version than this one sent it, under which.
func deathOf(g query.DeadGroup) string {
	text := g.Detail
	if g.CodeVersion != "" && g.CodeVersion != binaryVersion() {
		text = strings.TrimSpace("(" + g.CodeVersion + ") " + text)
	}
	return text
}

func companies(g query.DeadGroup) string {
	if g.Companies > 1 {
		return fmt.Sprint(g.Companies)
	}
	return strings.Join(g.Orgs, " ")
}

// ago returns how long something was ago, in the largest unit that fits.
func ago(t time.Time) string {
	switch d := time.Since(t); {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}
