package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

func (c *cli) org() *cobra.Command {
	return parent(&cobra.Command{
		Use:     "org",
		Short:   "Companies: connect them to Greenhouse, turn them on and off",
		Example: "  ghexport org list\n  ghexport org connect acme --created-by lee@acme.example --enable < key.txt",
	}, c.orgList(), c.orgShow(), c.orgConnect(), c.orgEnable(), c.orgDisable(), c.orgPause(), c.orgResume(), c.orgSet(), c.orgProbe(), c.orgLink())
}

func (c *cli) orgList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List companies, and why those that may not send may not",
		Example: "  ghexport org list\n  ghexport org list --json | jq '.[] | select(.held)'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, _, err := c.open(cmd.Context(), "org list")
			if err != nil {
				return err
			}
			defer st.Close()
			list, err := st.Integrations(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				if list == nil {
					list = []store.Integration{}
				}
				return c.json(list)
			}
			if len(list) == 0 {
				c.printf("no companies are connected\n")
				return nil
			}
			var rows [][]string
			for _, i := range list {
				rows = append(rows, []string{i.OrgID, sends(i), fmt.Sprint(i.Waiting), or(i.CreatedBy, asText), or(i.CreatedByName, asText), or(i.KeyLast5, ending)})
			}
			c.table([]column{{"org", 16}, {"sends", 21}, {"waiting", 7}, {"created by", 24}, {"name", 14}, {"key", 6}}, rows)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (c *cli) orgShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ORG", Short: "Show a company's connection, without its key",
		Example: "  ghexport org show acme\n  ghexport org show acme --json",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org show")
			if err != nil {
				return err
			}
			defer st.Close()
			i, err := st.Integration(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			told, err := st.Notices(cmd.Context(), store.NoticeFilter{Org: i.OrgID, Limit: noticesShown})
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(shownOrg{i, told})
			}
			c.showOrg(i)
			c.showNotices(told)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (c *cli) showOrg(i store.Integration) {
	line := func(name, value string) {
		if value != "" && value != "-" {
			c.printf("%-17s %s\n", name, visible(value))
		}
	}
	line("company", i.OrgID)
	line("sends", sends(i))
	line("turned on", yesNo(i.Enabled))
	line("waiting", fmt.Sprint(i.Waiting))
	line("key", or(i.KeyLast5, ending))
	if i.KeySetAt != nil {
		line("key set", moment(*i.KeySetAt)+" by "+or(i.KeySetBy, asText))
	}
	line("created by", strings.TrimSpace(or(i.CreatedBy, asText)+" "+or(i.CreatedByName, func(name string) string { return "(" + name + ")" })))
	line("tested", yesNo(i.Tested))
	line("last accepted", or(i.LastGoodAt, moment))
	if i.HoldCause != nil {
		line("refused", fmt.Sprintf("%s since %s, looked at %d times", *i.HoldCause, or(i.HoldSince, moment), i.Probes))
		line("Greenhouse says", or(i.HoldDetail, asText))
		line("next look", or(i.ProbeAt, moment))
	}
	if i.PausedAt != nil {
		line("paused", fmt.Sprintf("%s by %s: %s", moment(*i.PausedAt), or(i.PausedBy, asText), or(i.PausedReason, asText)))
	}
	line("time zone", or(i.TimeZone, asText))
	line("adds", i.Mode+"s")
	var roles []string
	for role, job := range i.JobMap {
		roles = append(roles, fmt.Sprintf("%s=%d", role, job))
	}
	sort.Strings(roles)
	line("jobs", strings.Join(roles, ", "))
	line("prospect pool", or(i.PoolID, func(id int64) string { return fmt.Sprint(id) }))
	line("credit", i.Credit)
	line("second interview", i.SecondInterview)
	line("server errors", i.ServerErrors)
	line("in flight", fmt.Sprintf("at most %d", i.InFlightCap))
}

// sends says whether exports leave, else why not.
func sends(i store.Integration) string {
	if i.Held == nil {
		return "yes"
	}
	return "no: " + string(*i.Held)
}

func ending(last5 string) string { return "…" + last5 }
