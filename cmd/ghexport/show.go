package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
)

func (c *cli) show() *cobra.Command {
	var asJSON bool
	var reason string
	cmd := &cobra.Command{
		Use:   "show EXPORT",
		Short: "Show all about one export, personal data included",
		Long: "Shows one export: where it stands and why, who it is about, the note as Greenhouse gets it, its history and its attempts.\n" +
			"Of all that is stored, no other command shows personal data; that you looked is recorded, see ghexport audit.",
		Example: "  ghexport show 42\n  ghexport show 42 --json | jq -r .note",
		Args:    exactly("EXPORT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := exportIDs(args)
			if err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "show")
			if err != nil {
				return err
			}
			defer st.Close()
			export, err := query.In(st).Show(cmd.Context(), ids[0])
			if err != nil {
				return err
			}
			if export.Note != nil {
				if _, err := search.In(st).Reveal(cmd.Context(), ids[0], c.by(reason)); err != nil {
					return err
				}
			}
			if asJSON {
				return c.json(export)
			}
			c.showExport(export)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().StringVar(&reason, "reason", "", "why you look, for the audit trail")
	return cmd
}

func (c *cli) showExport(e *query.ExportDetail) {
	line := func(name, value string) {
		if value != "" && value != "-" {
			c.printf("%-14s %s\n", name, visible(value))
		}
	}
	line("export", fmt.Sprint(e.ID))
	line("company", e.OrgID)
	line("interview", fmt.Sprintf("%s, version %d, of %s", e.InterviewID, e.Version, moment(e.InterviewedAt)))
	line("candidate", e.CandidateID)
	line("state", string(e.State))
	line("because", whyNot(e.ExportRow))
	line("detail", or(e.Detail, asText))
	line("flags", strings.Join(e.Flags, ", "))
	line("decisions", fmt.Sprintf("interviewer %s, candidate %s", decision(e.Advances), decision(e.Continues)))
	line("due", or(e.DueAt, moment))
	line("attempts", fmt.Sprint(e.Attempts))
	line("sent", or(e.SentAt, moment))
	line("profile", or(e.ProfileURL, asText))
	if e.ByWord {
		line("by word", fmt.Sprintf("a person said so, and may take it back: ghexport resolve %d --absent, or --present another", e.ID))
	}
	line("name", strings.TrimSpace(or(e.FirstName, asText)+" "+or(e.LastName, asText)))
	line("email", or(e.Email, asText))
	line("linkedin", or(e.LinkedIn, asText))
	if e.HasNewerMessage {
		line("waiting", "a newer result waits to be folded")
	}
	for _, sibling := range e.Siblings {
		line("same person", fmt.Sprintf("export %d, interview %s, %s", sibling.ID, sibling.InterviewID, sibling.State))
	}
	if e.Note != nil {
		c.printf("\nnote\n  %s\n", strings.ReplaceAll(lines(*e.Note), "\n", "\n  "))
	}
	if e.LaterNote != nil {
		c.printf("\nnote of a newer result, which is not sent\n  %s\n", strings.ReplaceAll(lines(*e.LaterNote), "\n", "\n  "))
	}
	if e.Answer != nil {
		c.printf("\nGreenhouse's answer of %s, which may quote the candidate\n  %s\n", moment(e.Answer.At), strings.ReplaceAll(lines(e.Answer.Words), "\n", "\n  "))
	}
	c.printf("\nhistory\n")
	for _, event := range e.Timeline {
		who := ""
		if event.Reason != nil {
			who = ": " + *event.Reason
		}
		if event.Who != nil {
			who += " (" + *event.Who + ")"
		}
		c.printf("  %s  %s\n", event.At.UTC().Format("2006-01-02 15:04:05Z"), visible(event.What+who))
	}
	c.showAttempts(e.AttemptLog)
}

func (c *cli) showAttempts(attempts []query.AttemptRow) {
	if len(attempts) == 0 {
		return
	}
	c.printf("\nattempts\n")
	var rows [][]string
	for _, a := range attempts {
		rows = append(rows, []string{
			fmt.Sprint(a.Number), moment(a.StartedAt), a.FinishedAt.Sub(a.StartedAt).Round(time.Millisecond).String(), string(a.Outcome),
			or(a.Status, func(n int) string { return fmt.Sprint(n) }), or(a.Cause, asText), or(a.Detail, asText),
		})
	}
	c.table([]column{{"no", 4}, {"began", 17}, {"took", 9}, {"outcome", 10}, {"http", 4}, {"cause", 16}, {"detail", 26}}, rows)
}

func decision(said *bool) string {
	if said == nil {
		return "not answered"
	}
	return yesNo(*said)
}
