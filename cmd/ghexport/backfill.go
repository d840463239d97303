package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// backfillFlags say of which company and which stretch of time.
type backfillFlags struct {
	verbFlags
	runFlags
	from, to string
}

func (c *cli) backfill() *cobra.Command {
	var flags backfillFlags
	cmd := &cobra.Command{
		Use:   "backfill --org ORG",
		Short: "Send a company's interviews that never went, for a reason that is gone",
		Long: `Sends what both said yes to and what was never sent: what was dropped when the company was turned on, and what its choice for second
interviews skipped, once that is another. It is a run as that of ghexport replay: one goes first and, once that is in Greenhouse, the
rest at a rate, after live work. --dry-run counts by reason, and says what is left out and why.

What never goes: a withdrawn or missing yes, a no, practice, an erased person, a candidate whom the company has already or may have, and
what a person discarded or skipped. --from and --to bound when the interviews were: a day (2026-11-24), a moment, or a duration back (90d).`,
		Example: `  ghexport backfill --org acme --dry-run
  ghexport backfill --org acme --from 2026-06-01 --to 2026-09-30 --dry-run --json
  ghexport backfill --org acme --from 90d --rate 30/min --yes --watch --reason "they want the summer's interviews after all"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			request, err := flags.request(c.by(flags.reason), time.Now())
			if err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "backfill")
			if err != nil {
				return err
			}
			defer st.Close()
			return c.beginRun(cmd.Context(), st, flags.verbFlags, flags.runFlags, request)
		},
	}
	set := cmd.Flags()
	set.StringVar(&flags.org, "org", "", "the company; required")
	set.StringVar(&flags.from, "from", "", "only interviews at this time or later")
	set.StringVar(&flags.to, "to", "", "only interviews before this time; a day is the whole of it")
	set.IntVar(&flags.limit, "limit", 0, "how many at most; 0 is all")
	flags.registerAct(cmd)
	flags.runFlags.register(cmd)
	return cmd
}

// request reads what to back-fill.
func (flags backfillFlags) request(by store.By, now time.Time) (runs.Request, error) {
	switch {
	case strings.TrimSpace(flags.org) == "":
		return runs.Request{}, usagef("--org is missing: a back-fill is of one company")
	case strings.TrimSpace(flags.reason) == "" && !flags.dryRun:
		return runs.Request{}, usagef("--reason is missing: a person will ask why")
	case flags.limit < 0:
		return runs.Request{}, usagef("--limit %d: a limit is not negative", flags.limit)
	}
	f := store.Filter{Org: flags.org, Limit: flags.limit}
	var err error
	if f.From, err = dayOr("--from", flags.from, now, 0); err != nil {
		return runs.Request{}, err
	}
	if f.To, err = dayOr("--to", flags.to, now, 1); err != nil {
		return runs.Request{}, err
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return runs.Request{}, usagef("--from is not before --to")
	}
	r, err := flags.runFlags.request(f, by)
	r.Kind = runs.Backfill
	return r, err
}

// dayOr reads a day in UTC, that many days later, or what --since reads.
func dayOr(flag, text string, now time.Time, later int) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, later), nil
	}
	at, err := since(text, now)
	if err != nil {
		return at, usagef("%s %s: neither a day such as 2026-11-24, nor a duration such as 90d, nor a moment such as 2026-11-24T00:00:00Z", flag, text)
	}
	return at, nil
}
