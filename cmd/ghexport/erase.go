package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// errNobody does not repeat who was asked for: errors end up in logs.
var errNobody = hinted(errors.New("no export and no message that waits names this candidate"),
	"name them by the producer's candidate.id, or by email as it was sent; of who never got both yeses only the id is known")

// erasing holds what erase prints as JSON: enough to answer whoever asked for it, and nothing about them.
type erasing struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	DryRun bool      `json:"dry_run"`
	erasure.Erased
}

func (c *cli) erase() *cobra.Command {
	var q erasure.Erasure
	var reason string
	var yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "erase CANDIDATE",
		Short: "Take a candidate's personal data out, for good",
		Long: `Takes the name, email, LinkedIn and notes of a candidate out of every export, revision and waiting message, and the id by which
the producer knows them. What stays is the row of each interview: its number, keys, version, state and Greenhouse's ids, so that nobody
sends it again. What waited is cancelled (erased), and never sent. Reasons, tickets and Greenhouse's words that name the person elsewhere
are replaced; what the service may not change, as the audit trail, or what may mean something else, is listed for you to look at; with
--org nothing elsewhere is replaced, since the person may stay there. CANDIDATE is the producer's candidate.id or the candidate's email.

It needs the keyset, and cannot be undone. Not reached by it are Greenhouse, where only the company can delete a profile, the
producer's own data, and backups until they expire.`,
		Example: `  ghexport erase cand_9 --dry-run
  ghexport erase ada@example.com --yes --reason "PRIV-7, asked on 12 November"
  ghexport erase cand_9 --org acme --reason "PRIV-8" --json > certificate.json`,
		Args: exactly("CANDIDATE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch q.Candidate = strings.TrimSpace(args[0]); {
			case q.Candidate == "":
				return usagef("the candidate is empty")
			case strings.TrimSpace(reason) == "" && !q.DryRun:
				return usagef("--reason is missing: a person will ask why")
			}
			st, config, err := c.open(cmd.Context(), "erase", needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			q.By = c.by(reason)
			done, err := c.eraseFrom(cmd.Context(), st, config, q, yes)
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(erasing{time.Now().UTC(), q.By.Actor, reason, q.DryRun, done})
			}
			c.showErased(done, q.DryRun)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&q.Org, "org", "", "only at this company")
	flags.StringVar(&reason, "reason", "", "why, for whoever asks later; required. Name the request, not the person: it is kept for ever")
	flags.BoolVar(&q.DryRun, "dry-run", false, "say what would go, and take nothing")
	flags.BoolVar(&yes, "yes", false, "do not ask, however many it is")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// eraseFrom looks what would go, asks where that is more than one export, and takes it.
func (c *cli) eraseFrom(ctx context.Context, st *store.Store, config Config, q erasure.Erasure, yes bool) (erasure.Erased, error) {
	var err error
	if q.Digests, err = config.digestsMade(ctx, st); err != nil {
		return erasure.Erased{}, err
	}
	plan := q
	plan.DryRun = true
	planned, err := erasure.In(st).Erase(ctx, plan)
	switch {
	case err != nil:
		return planned, err
	case len(planned.Exports) == 0 && planned.Messages == 0 && len(planned.Texts) == 0:
		return planned, errNobody
	case q.DryRun:
		return planned, nil
	}
	fresh := slices.DeleteFunc(slices.Clone(planned.Exports), func(e erasure.ErasedExport) bool { return e.Before != nil })
	if err := c.confirm("erase", "export", len(fresh), yes); err != nil {
		return planned, err
	}
	return erasure.In(st).Erase(ctx, q)
}

func (c *cli) showErased(e erasure.Erased, dryRun bool) {
	var rows [][]string
	var profiles, doubts []string
	fresh := 0
	for _, one := range e.Exports {
		now := string(one.State)
		if one.Before != nil {
			now += ", erased " + one.Before.UTC().Format(time.DateOnly)
		} else {
			fresh++
		}
		id := strconv.FormatInt(one.ID, 10)
		rows = append(rows, []string{id, one.OrgID, one.InterviewID, string(one.Was), now})
		switch {
		case one.ProfileURL != nil:
			profiles = append(profiles, one.OrgID+"  "+*one.ProfileURL)
		case one.MayExist:
			doubts = append(doubts, id)
		}
	}
	if len(rows) > 0 {
		c.table([]column{{"export", 9}, {"company", 18}, {"interview", 29}, {"was", 10}, {"now", 26}}, rows)
		c.printf("\n")
	}
	did, what := "erased", count(fresh, "export")
	if dryRun {
		did = "would be erased"
	}
	if e.Messages > 0 {
		what += " and " + count(e.Messages, "message") + " that waited"
	}
	c.printf("%s: %s\n", did, what)
	c.showErasedTexts(e.Texts, dryRun)
	if len(profiles) > 0 {
		c.printf("in Greenhouse, where only the company can delete:\n")
		for _, profile := range profiles {
			c.printf("  %s\n", visible(profile))
		}
	}
	if len(doubts) > 0 {
		c.printf("may be in Greenhouse: look there, then ghexport resolve --present URL or --absent: %s\n", strings.Join(doubts, " "))
	}
	c.printf("not reached: the producer's own data, and backups until they expire\n")
}
