package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

func (c *cli) orgTest() *cobra.Command {
	var createdBy, reason string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "test ORG", Short: "Test a company's saved key and \"Created by\" against Greenhouse",
		Long: "Tests the saved key and email, line by line, and adds nobody. What it finds counts: a company that was not tested may send when it\n" +
			"passes, one that Greenhouse refused is let go, and one that is refused now is held. With --created-by it tests the saved key with\n" +
			"another email, and nothing follows.",
		Example: "  ghexport org test acme\n  ghexport org test acme --created-by recruiting@acme.example",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			connections, end, err := c.connections(cmd.Context(), "org test")
			if err != nil {
				return err
			}
			defer end()
			report, err := connections.Test(cmd.Context(), args[0], "", jobs.PastedEmail(createdBy), c.by(reason))
			if err != nil {
				return settingsError(err, args[0])
			}
			if asJSON {
				err = c.json(report)
			} else {
				c.printChecks(report)
			}
			if err == nil && !report.Passed {
				return hinted(errTestFailed, "%s", report.Hint())
			}
			return err
		},
	}
	cmd.Flags().StringVar(&createdBy, "created-by", "", "test the saved key with this `EMAIL`")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// choicesShown holds what org jobs prints in JSON.
type choicesShown struct {
	Jobs  store.Seen[store.SeenJob]  `json:"jobs"`
	Pools store.Seen[store.SeenPool] `json:"pools"`
	Roles []store.Role               `json:"roles"`
}

func (c *cli) orgJobs() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "jobs ORG", Short: "Show roles, Greenhouse jobs and prospect pools to choose from",
		Long: "Shows the roles that results name, and the Greenhouse job that each is mapped to; the company's open jobs, and mapped ones that are\n" +
			"not open any more; and its prospect pools with their stages. Greenhouse is asked when what is known is older than half a minute.",
		Example: "  ghexport org jobs acme\n  ghexport org jobs acme --json | jq '.jobs.list[] | select(.closed_at)'",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			connections, end, err := c.connections(cmd.Context(), "org jobs")
			if err != nil {
				return err
			}
			defer end()
			shown, err := readChoices(cmd.Context(), connections, args[0])
			if err != nil {
				return orgHint(err, args[0])
			}
			if asJSON {
				return c.json(shown)
			}
			c.showChoices(shown)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func readChoices(ctx context.Context, connections *connections.Connections, org string) (shown choicesShown, err error) {
	if shown.Jobs, err = connections.Jobs(ctx, org); err != nil {
		return shown, err
	}
	if shown.Pools, err = connections.Pools(ctx, org); err != nil {
		return shown, err
	}
	shown.Roles, err = rights.In(connections.Store).Roles(ctx, org)
	return shown, err
}

func (c *cli) showChoices(shown choicesShown) {
	number := func(id int64) string { return fmt.Sprint(id) }
	var roles, jobs, pools [][]string
	for _, r := range shown.Roles {
		roles = append(roles, []string{r.Name, fmt.Sprint(r.Results), or(r.JobID, number)})
	}
	for _, j := range shown.Jobs.List {
		jobs = append(jobs, []string{number(j.ID), j.Name, map[bool]string{true: "open", false: "not open since " + or(j.ClosedAt, moment)}[j.ClosedAt == nil]})
	}
	for _, p := range shown.Pools.List {
		var stages []string
		for _, s := range p.Stages {
			stages = append(stages, fmt.Sprintf("%d %s", s.ID, s.Name))
		}
		pools = append(pools, []string{number(p.ID), p.Name, strings.Join(stages, ", ")})
	}
	c.choiceTable([]column{{"role", 40}, {"results", 8}, {"job", 12}}, roles, "no result names a role", "")
	c.choiceTable([]column{{"job", 12}, {"name", 50}, {"is", 34}}, jobs, "no open jobs", shown.Jobs.Problem)
	c.choiceTable([]column{{"pool", 12}, {"name", 36}, {"stages", 48}}, pools, "no prospect pools", shown.Pools.Problem)
}

func (c *cli) choiceTable(columns []column, rows [][]string, none, problem string) {
	if len(rows) == 0 {
		c.printf("%s\n", none)
	} else {
		c.table(columns, rows)
	}
	if problem != "" {
		c.sayf("as last seen: %s", visible(problem))
	}
	c.printf("\n")
}

func (c *cli) orgPreview() *cobra.Command {
	var settings orgSettings
	var role string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "preview ORG", Short: "Show what would be sent about a made-up interview",
		Long: "Shows the note in each layout and the request, byte for byte, that a made-up interview would lead to under the company's choices; with flags of\n" +
			"org set, under these. Nothing is sent or saved.",
		Example: "  ghexport org preview acme\n  ghexport org preview acme --role backend-engineer --mode candidate --job backend-engineer=146859",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			connections, end, err := c.connections(cmd.Context(), "org preview")
			if err != nil {
				return err
			}
			defer end()
			preview, err := connections.Preview(cmd.Context(), args[0], settings.given(cmd.Flags()), role)
			switch {
			case err != nil:
				return settingsError(err, args[0])
			case asJSON:
				return c.json(preview)
			}
			c.printf("added %s\n\n", preview.As)
			for _, note := range preview.Notes {
				c.printf("note format %d%s:\n%s\n\n", note.Format, map[bool]string{true: ", chosen"}[note.Chosen], lines(note.Note))
			}
			c.printf("%s\n", lines(preview.Request))
			return nil
		},
	}
	settings.register(cmd.Flags())
	cmd.Flags().StringVar(&role, "role", "", "the role of the made-up interview, as results name it")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}
