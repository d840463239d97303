package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// trackedShown sets how many candidates a table lists when nobody asks for more.
const trackedShown = 100

func (c *cli) track() *cobra.Command {
	var filter query.TrackFilter
	var status string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "track",
		Short: "Show where sent candidates stand in Greenhouse",
		Long: "Shows what became of the candidates that were sent: for each company how many are active, rejected, hired or left out of\n" +
			"Greenhouse's answers; with --org each of them. ghexport org track asks Greenhouse anew. It names no person.",
		Example: "  ghexport track\n  ghexport track --org acme --status active\n  ghexport track --org acme --json | jq '.[] | select(.status == \"hired\")'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filter.Org == "" && (filter.Stage != "" || status != "") {
				return usagef("--stage and --status need --org")
			}
			if filter.Limit < 1 {
				return usagef("--limit %d: at least 1", filter.Limit)
			}
			filter.Status = ledger.TrackStatus(status)
			st, _, err := c.open(cmd.Context(), "track")
			if err != nil {
				return err
			}
			defer st.Close()
			if filter.Org == "" {
				return c.trackCompanies(cmd.Context(), st, asJSON)
			}
			return c.trackCandidates(cmd.Context(), st, filter, asJSON)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&filter.Org, "org", "", "each candidate of this company")
	flags.StringVar(&filter.Stage, "stage", "", "only those in this stage")
	flags.StringVar(&status, "status", "", "only those that are active, rejected, hired, missing (left out), gone or unseen")
	flags.IntVar(&filter.Limit, "limit", trackedShown, "how many candidates at most, the last sent first")
	flags.BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// trackCompanies prints what became of each company's candidates, and says on the side of which nothing can be known.
func (c *cli) trackCompanies(ctx context.Context, st *store.Store, asJSON bool) error {
	list, err := query.In(st).Trackings(ctx, "")
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(list)
	}
	if len(list) == 0 {
		c.printf("nobody was sent yet\n")
		return nil
	}
	var rows [][]string
	for _, t := range list {
		rows = append(rows, []string{
			t.OrgID, fmt.Sprint(t.Sent), fmt.Sprint(t.Active), fmt.Sprint(t.Rejected), fmt.Sprint(t.Hired), fmt.Sprint(t.Missing), fmt.Sprint(t.Gone),
			or(t.FirstMove, func(s ledger.Seconds) string { return wording.Age(s.Duration()) }), or(t.LookedAt, moment),
		})
	}
	c.table([]column{
		{"org", 14}, {"sent", 7}, {"active", 7}, {"rejected", 8}, {"hired", 6}, {"missing", 7}, {"gone", 6}, {"first move", 10}, {"looked at", 17},
	}, rows)
	troubled := false
	for _, t := range list {
		if says := troubleOf(t); says != "" {
			c.sayf("%s: %s", visible(t.OrgID), says)
			troubled = true
		}
	}
	if troubled {
		c.sayf("runbook  ghexport explain %s", wording.RunbookTracking)
	}
	return nil
}

func troubleOf(t query.Tracking) string {
	refused := 0
	if t.Refused != nil {
		refused = *t.Refused
	}
	return wording.TrackingTrouble(t.Blind(), t.Missing, refused)
}

// trackCandidates prints each candidate of a company.
func (c *cli) trackCandidates(ctx context.Context, st *store.Store, f query.TrackFilter, asJSON bool) error {
	list, err := query.In(st).Tracks(ctx, f)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(list)
	}
	if len(list) == 0 {
		c.printf("no candidates match\n")
		return nil
	}
	var rows [][]string
	for _, t := range list {
		rows = append(rows, []string{
			fmt.Sprint(t.ExportID), t.InterviewID, fmt.Sprint(t.Candidate), wording.Tracked(t.Ledger()), or(t.Job, asText), or(t.MovedAt, moment),
			or(t.NextLookAt, func(at time.Time) string { return moment(at) }),
		})
	}
	c.table([]column{{"export", 8}, {"interview", 16}, {"candidate", 12}, {"stands", 30}, {"job", 20}, {"since", 17}, {"next look", 17}}, rows)
	return nil
}
