package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/retention"
)

// retained is one class as retention prints it as JSON.
type retained struct {
	Class    ledger.Kept    `json:"class"`
	KeptSecs ledger.Seconds `json:"kept_seconds"` // 0: for ever
	Oldest   *time.Time     `json:"oldest"`       // before it went; null where there was nothing
	Looked   int            `json:"looked"`       // rows that are older than that
	Gone     int            `json:"gone"`         // of these, what went, or would go

	Companies []retainedOf `json:"companies"` // of personal data: those of which something is past its age
}

// retainedOf is one company of a class that is personal data.
type retainedOf struct {
	OrgID    string         `json:"org_id"`
	KeptSecs ledger.Seconds `json:"kept_seconds"` // 0: for ever
	Own      bool           `json:"own"`          // the company has set it for itself
	Gone     int            `json:"gone"`
	Stays    int            `json:"stays"` // past the age, and waits for somebody
}

// keptWhat says what each class is.
var keptWhat = map[ledger.Kept]string{
	ledger.KeptPeople:   "what was sent about a person",
	ledger.KeptRejected: "overtaken invalid messages",
	ledger.KeptAttempts: "attempts of settled exports",
	ledger.KeptAudit:    "the audit trail",
	ledger.KeptNotices:  "notices",
	ledger.KeptChecks:   "looks at credentials",
	ledger.KeptEvents:   "events of Greenhouse's webhooks",
	ledger.KeptMembers:  "members of ended replay runs",
	ledger.KeptJobs:     "River's jobs without a send",
}

func (c *cli) retention() *cobra.Command {
	var dryRun, yes, asJSON bool
	cmd := &cobra.Command{
		Use: "retention", Short: "Take what is kept for long enough, or say what would go",
		Long: `Takes what is older than the settings GHEXPORT_KEEP_... say, in the small steps in which the relay does it every hour by itself. What
prevents doubles never goes: the row of each interview with its keys, version, state, digests and Greenhouse's ids. Nor does what waits
for a decision, may still be sent, or may exist in Greenhouse, however old: it is counted as what stays. What was sent about people goes by
the age that its company has set (ghexport org set ORG --keep-people-days), else by the service's; each company is counted by itself.`,
		Example: "  ghexport retention --dry-run\n  ghexport retention --yes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, config, err := c.open(cmd.Context(), "retention")
			if err != nil {
				return err
			}
			defer st.Close()
			classes, err := c.retain(cmd.Context(), st, config.retention(), dryRun, yes)
			if asJSON {
				return errors.Join(err, c.json(classesOf(classes)))
			}
			c.showRetained(classes, dryRun)
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&dryRun, "dry-run", false, "say what would go, and take nothing")
	flags.BoolVar(&yes, "yes", false, "do not ask, however much it is")
	flags.BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// retain looks what would go, asks where that is more than one row, and takes it.
func (c *cli) retain(ctx context.Context, st *store.Store, keep ledger.Retention, dryRun, yes bool) ([]retention.Retained, error) {
	if !dryRun && yes {
		return retention.In(st).Retain(ctx, keep, false)
	}
	planned, err := retention.In(st).Retain(ctx, keep, true)
	if err != nil || dryRun {
		return planned, err
	}
	rows := 0
	for _, one := range planned {
		rows += one.Gone
	}
	if err := c.confirm("retention", "row", rows, yes); err != nil {
		return planned, err
	}
	return retention.In(st).Retain(ctx, keep, false)
}

func classesOf(classes []retention.Retained) []retained {
	list := []retained{}
	for _, one := range classes {
		r := retained{Class: one.Class, KeptSecs: ledger.Seconds(one.Kept.Seconds()), Looked: one.Looked, Gone: one.Gone, Companies: []retainedOf{}}
		for _, of := range one.Companies {
			r.Companies = append(r.Companies, retainedOf{of.Org, ledger.Seconds(of.Kept.Seconds()), of.Own, of.Gone, of.Stays})
		}
		if !one.Oldest.IsZero() {
			r.Oldest = &one.Oldest
		}
		list = append(list, r)
	}
	return list
}

func (c *cli) showRetained(classes []retention.Retained, dryRun bool) {
	var rows [][]string
	for _, one := range classes {
		oldest := "-"
		if !one.Oldest.IsZero() {
			oldest = one.Oldest.UTC().Format(time.DateOnly)
		}
		rows = append(rows, []string{string(one.Class), keptWhat[one.Class], keptFor(one.Kept), oldest, strconv.Itoa(one.Looked), strconv.Itoa(one.Gone)})
	}
	gone := "gone"
	if dryRun {
		gone = "would go"
	}
	c.table([]column{{"class", 9}, {"what", 29}, {"kept", 10}, {"oldest", 11}, {"older", 9}, {gone, 9}}, rows)
	c.showRetainedCompanies(classes, gone)
}

// showRetainedCompanies prints what is past its age by company, of the classes that are personal data.
func (c *cli) showRetainedCompanies(classes []retention.Retained, gone string) {
	var rows [][]string
	for _, class := range classes {
		for _, one := range class.Companies {
			kept := keptFor(one.Kept)
			if one.Own {
				kept += ", its own"
			}
			rows = append(rows, []string{one.Org, string(class.Class), kept, strconv.Itoa(one.Gone), strconv.Itoa(one.Stays)})
		}
	}
	if len(rows) > 0 {
		c.printf("\n")
		c.table([]column{{"company", 18}, {"class", 9}, {"kept", 19}, {gone, 9}, {"stays", 9}}, rows)
	}
}

func keptFor(kept time.Duration) string {
	switch {
	case kept >= 2*day:
		return fmt.Sprintf("%d days", kept/day)
	case kept > 0:
		return kept.String()
	}
	return "for ever"
}
