package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// heldFile holds what held prints as JSON: to hand to the person, and so without who of ours asked.
type heldFile struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	erasure.Held
}

func (c *cli) held() *cobra.Command {
	var q erasure.Erasure
	var reason string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "held CANDIDATE",
		Short: "Print all that is held about a person",
		Long: `Prints every row, of every table, that holds something about a candidate: what was sent, what waits, attempts and answers, edits,
where they stand in Greenhouse, and what people did with it; and where others' words name them. It is what to answer a person with who asks
what is kept about them. Who asked for it, and why, goes into the audit trail. CANDIDATE is the producer's candidate.id or the candidate's
email; the keyset is needed to find them by digests, also after an erasure.

Left out are digests, who of ours did something, and the interviewer's email. Not reached are the producer's own data and Greenhouse.`,
		Example: `  ghexport held cand_9 --reason "PRIV-9, asked on 12 November"
  ghexport held ada@example.com --json --reason PRIV-9 > held.json`,
		Args: exactly("CANDIDATE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch q.Candidate = strings.TrimSpace(args[0]); {
			case q.Candidate == "":
				return usagef("the candidate is empty")
			case strings.TrimSpace(reason) == "":
				return usagef("--reason is missing: a person will ask why")
			}
			st, config, err := c.open(cmd.Context(), "held", needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			q.By = c.by(reason)
			if q.Digests, err = config.digestsMade(cmd.Context(), st); err != nil {
				return err
			}
			held, err := erasure.In(st).Held(cmd.Context(), q)
			switch {
			case err != nil:
				return err
			case held.Nobody():
				return errNobody
			case asJSON:
				return c.json(heldFile{time.Now().UTC(), reason, held})
			}
			c.showHeldRows(held)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&q.Org, "org", "", "only at this company")
	flags.StringVar(&reason, "reason", "", "why, for whoever asks later; required. Name the request, not the person")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (c *cli) showHeldRows(h erasure.Held) {
	for _, table := range h.Tables {
		c.printf("%s: %s, each %s\n", table.Table, count(len(table.Rows), "row"), table.What)
		for _, row := range table.Rows {
			for _, field := range row.Fields() {
				c.printf("  %-26s %s\n", field.Name, visible(field.Value))
			}
			c.printf("\n")
		}
	}
	for _, text := range h.NamedIn {
		c.printf("named in %s.%s, %s\n", text.Table, text.Column, visible(text.Row))
	}
	c.printf("left out: %s\n", strings.Join(h.LeftOut, "; "))
}
