package main

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func (c *cli) why() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why INTERVIEW|EMAIL|CANDIDATE",
		Short: "Say why somebody is in Greenhouse, or is not",
		Long: "Goes through the links from an interview to a profile in Greenhouse, and marks the first that is broken. Asked by email,\n" +
			"which needs the keyset, it does so for every interview of that person which ever qualified; an address may be pasted as it\n" +
			"stands in a mail. Asked by the producer's id of a candidate, it does so for theirs.",
		Example: "  ghexport why iv_123\n  ghexport why 'Ada King <ada@example.com>'\n  ghexport why cand_9",
		Args:    exactly("INTERVIEW|EMAIL|CANDIDATE"),
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

// explanations asks by email where the text holds one, pasted as it may be, then by interview and by candidate, whose ids may hold an @
// too. It is empty where the text holds an address, and nothing is known by it.
func (c *cli) explanations(ctx context.Context, asked string) ([]ledger.WhyFacts, error) {
	asked = strings.TrimFunc(asked, func(r rune) bool { return unicode.IsSpace(r) || jobs.Invisible(r) })
	emails := jobs.Emails(asked)
	var needs []need
	if len(emails) > 0 {
		needs = append(needs, needKeyset)
	}
	st, config, err := c.open(ctx, "why", needs...)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var digests *seal.Digests
	if len(emails) > 0 || config.Keyset != "" || config.KeysetFile != "" {
		if digests, err = config.digestsMade(ctx, st); err != nil {
			return nil, err
		}
	}
	list := []ledger.WhyFacts{}
	for _, email := range emails {
		if digests == nil {
			break
		}
		found, err := query.In(st).WhyEmail(ctx, "", digests.Email(email))
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	if len(list) > 0 {
		return list, nil
	}
	return whyByID(ctx, st, digests, asked, len(emails) > 0)
}

// whyByID asks by the ids of the producer's.
func whyByID(ctx context.Context, st *store.Store, digests *seal.Digests, asked string, wasEmail bool) ([]ledger.WhyFacts, error) {
	interview, err := query.In(st).Why(ctx, "", asked)
	if err != nil || len(interview) > 0 && interview[0].OrgID != "" {
		return interview, err
	}
	var digest []byte
	if digests != nil {
		digest = digests.Candidate(asked)
	}
	candidate, err := query.In(st).WhyCandidate(ctx, "", asked, digest)
	if err != nil || len(candidate) > 0 || wasEmail {
		return candidate, err
	}
	return interview, nil
}

func (c *cli) explain(list []wording.Explanation) {
	if len(list) == 0 {
		c.printf("no export is known by this address: before both say yes, the ledger does not keep whose a result is; ask by the interview's id\n")
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
