package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (c *cli) why() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why INTERVIEW|EMAIL",
		Short: "Say why somebody is in Greenhouse, or is not",
		Long: "Goes through the links from an interview to a profile in Greenhouse, and marks the first that is broken. Asked by email,\n" +
			"which needs the keyset, it does so for every interview of that person which ever qualified.",
		Example: "  ghexport why iv_123\n  ghexport why ada@example.com",
		Args:    exactly("INTERVIEW|EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			facts, err := c.explanations(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			list := wording.Explain(facts)
			if asJSON {
				return c.json(list)
			}
			c.explain(list)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// explanations asks by email where the text can be one, pasted as it may be; the ids of interviews may hold an @ too.
func (c *cli) explanations(ctx context.Context, asked string) ([]ledger.WhyFacts, error) {
	byEmail := strings.Contains(asked, "@")
	var needs []need
	if byEmail {
		needs = append(needs, needKeyset)
	}
	st, config, err := c.open(ctx, "why", needs...)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	if !byEmail {
		return st.Why(ctx, "", asked)
	}
	list := []ledger.WhyFacts{}
	digests, err := config.digestsMade(ctx, st)
	if err != nil {
		return nil, err
	}
	if digests != nil {
		if list, err = st.WhyEmail(ctx, "", digests.Email(jobs.PastedEmail(asked))); err != nil || len(list) > 0 {
			return list, err
		}
	}
	byID, err := st.Why(ctx, "", asked)
	if err != nil || len(byID) > 0 && byID[0].OrgID != "" {
		return byID, err
	}
	return list, nil
}

func (c *cli) explain(list []wording.Explanation) {
	if len(list) == 0 {
		c.printf("nobody with this address ever qualified: before both say yes, the ledger does not know who they are\n")
	}
	for n, e := range list {
		if n > 0 {
			c.printf("\n")
		}
		title := "interview " + e.InterviewID
		if e.OrgID != "" {
			title += " at " + e.OrgID
		}
		if e.ExportID != nil {
			title += fmt.Sprintf(", export %d", *e.ExportID)
		}
		if e.State != nil {
			title += ", " + string(*e.State)
		}
		c.printf("%s\n", visible(title))
		for _, check := range e.Checks {
			mark := "ok  "
			if !check.OK {
				mark = "no  "
			}
			if check.First {
				mark = "NO >"
			}
			c.printf("  %s  %-12s %s\n", mark, check.Check, visible(check.Detail))
		}
	}
}
