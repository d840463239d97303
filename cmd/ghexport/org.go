package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/store/retention"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (c *cli) org() *cobra.Command {
	return parent(&cobra.Command{
		Use:     "org",
		Short:   "Companies: connect them to Greenhouse, turn them on and off",
		Example: "  ghexport org list\n  ghexport org connect acme --created-by lee@acme.example --enable < key.txt",
	}, c.orgList(), c.orgShow(), c.orgConnect(), c.orgEnable(), c.orgDisable(), c.orgPause(), c.orgResume(), c.orgSet(), c.orgTest(), c.orgJobs(),
		c.orgPreview(), c.orgProbe(), c.orgTrack(), c.orgLink(), c.orgLinks(), c.orgWebhook(),
		c.orgTestCandidate(), c.orgTestMode())
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
			st, config, err := c.open(cmd.Context(), "org show")
			if err != nil {
				return err
			}
			defer st.Close()
			i, err := st.Integration(cmd.Context(), args[0])
			if err != nil {
				return orgHint(err, args[0])
			}
			jobs, err := st.SeenJobs(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			closed := slices.DeleteFunc(jobs.List, func(j store.SeenJob) bool { return j.ClosedAt == nil })
			told, err := notices.In(st).List(cmd.Context(), notices.Filter{Org: i.OrgID, Limit: noticesShown})
			if err != nil {
				return err
			}
			held, err := readHeld(cmd.Context(), st, i.OrgID)
			if err != nil {
				return err
			}
			people, err := retention.In(st).PeopleHeld(cmd.Context(), i.OrgID, config.retention()[ledger.KeptPeople])
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(shownOrg{i, held, people, closed, told})
			}
			c.showOrg(i, closed)
			c.showPeopleHeld(people)
			c.showHeld(held)
			c.showNotices(told)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func mappedRoles(jobs map[string]int64) []string {
	var roles []string
	for _, role := range slices.Sorted(maps.Keys(jobs)) {
		roles = append(roles, fmt.Sprintf("%s=%d", role, jobs[role]))
	}
	return roles
}

// showOrg prints a company, and which of the jobs that it maps are not open any more.
func (c *cli) showOrg(i store.Integration, closed []store.SeenJob) {
	line := func(name, value string) {
		if value != "" && value != "-" {
			c.printf("%-17s %s\n", name, visible(value))
		}
	}
	line("company", i.OrgID)
	line("state", wording.Connection(i.State))
	line("sends", sends(i))
	if i.TestSince != nil {
		line("test mode", "since "+moment(*i.TestSince)+" by "+or(i.TestBy, asText)+": "+testWords(i))
	}
	line("turned on", yesNo(i.Enabled))
	if i.SwitchedAt != nil {
		line("switched", moment(*i.SwitchedAt)+" by "+or(i.SwitchedBy, asText))
	}
	line("waiting", fmt.Sprint(i.Waiting))
	line("key", or(i.KeyLast5, ending))
	if i.KeySetAt != nil {
		line("key set", moment(*i.KeySetAt)+" by "+or(i.KeySetBy, asText))
	}
	line("created by", strings.TrimSpace(or(i.CreatedBy, asText)+" "+or(i.CreatedByName, func(name string) string { return "(" + name + ")" })))
	line("tested", yesNo(i.Tested))
	if i.TestReport != nil {
		line("last test", fmt.Sprintf("%s: %s", moment(i.TestReport.At), map[bool]string{true: "passed", false: "failed"}[i.TestReport.Passed]))
	}
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
	line("jobs", strings.Join(mappedRoles(i.JobMap), ", "))
	line("other roles", or(i.DefaultJobID, func(id int64) string { return fmt.Sprintf("on job %d", id) }))
	for _, job := range closed {
		line("not open", fmt.Sprintf("%s, since %s: map its roles to another job", strings.TrimSpace(fmt.Sprint(job.ID, " ", job.Name)), moment(*job.ClosedAt)))
	}
	line("prospect pool", or(i.PoolID, func(id int64) string { return fmt.Sprint(id) }))
	line("stage there", or(i.PoolStageID, func(id int64) string { return fmt.Sprint(id) }))
	line("credit", i.Credit)
	if i.CreditTo != nil {
		line("credit to", fmt.Sprintf("%s %s <%s>", i.CreditTo.FirstName, i.CreditTo.LastName, i.CreditTo.Email))
	}
	line("told by email", strings.Join(i.NoticeEmails, ", "))
	line("told by webhook", yesNo(i.NoticeWebhook))
	line("note format", fmt.Sprint(i.NoteFormat))
	line("second interview", i.SecondInterview)
	line("server errors", i.ServerErrors)
	line("in flight", fmt.Sprintf("at most %d", i.InFlightCap))
}

// sends says whether exports leave, else why not.
func sends(i store.Integration) string {
	if i.Held == nil && i.TestSince != nil {
		return "test address only"
	}
	if i.Held == nil {
		return "yes"
	}
	return "no: " + string(*i.Held)
}

func ending(last5 string) string { return "…" + last5 }
