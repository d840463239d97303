package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

func (c *cli) runs() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "runs",
		Short: "Look at replays and back-fills, pause, resume or stop them",
		Long: "A run is a replay of many exports, or a back-fill, begun by ghexport replay or backfill. The service brings it on by itself: one export first, the rest at a\n" +
			"rate once that is in Greenhouse. What is not released yet stays as it was.",
		Example: "  ghexport runs list\n  ghexport runs show 7 --watch\n  ghexport runs pause 7 --reason \"the company called\"",
	}, c.runsList(), c.runsShow(),
		c.runsControl("pause", "Let a run release nothing more for now", "paused", runs.Store.Pause),
		c.runsControl("resume", "Let a paused run go on", "resumed", runs.Store.Resume),
		c.runsControl("stop", "End a run for good; what it has not released stays as it was", "stopped", runs.Store.Stop))
}

// runsListed sets how many runs a list shows.
const runsListed = 50

func (c *cli) runsList() *cobra.Command {
	var asJSON bool
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List runs, the newest first", Args: cobra.NoArgs,
		Example: "  ghexport runs list\n  ghexport runs list --json | jq '.[] | select(.state == \"paused\")'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usagef("--limit %d: at least 1", limit)
			}
			st, _, err := c.open(cmd.Context(), "runs")
			if err != nil {
				return err
			}
			defer st.Close()
			runs, err := runs.In(st).List(cmd.Context(), 0, limit)
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(runs)
			}
			if len(runs) == 0 {
				c.printf("no runs\n")
				return nil
			}
			var rows [][]string
			for _, r := range runs {
				rows = append(rows, []string{
					fmt.Sprint(r.ID), string(r.State), fmt.Sprintf("%d/%d", r.Counts.Settled(), r.Members), fmt.Sprint(r.Counts.Sent),
					fmt.Sprint(r.Counts.DeadAgain), moment(r.CreatedAt), r.Actor, r.Reason,
				})
			}
			c.table([]column{
				{"run", 6}, {"state", 7}, {"settled", 11}, {"sent", 6}, {"dead", 6}, {"begun", 17}, {"by", 12}, {"reason", 21},
			}, rows)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	cmd.Flags().IntVar(&limit, "limit", runsListed, "how many at most")
	return cmd
}

func (c *cli) runsShow() *cobra.Command {
	var asJSON, watch bool
	cmd := &cobra.Command{
		Use: "show RUN", Short: "Show how far a run is, and what became of its exports",
		Long:    "Shows a run. With --watch it follows the run until it is done, paused or stopped: 0 when everything was sent, else 1.",
		Example: "  ghexport runs show 7\n  ghexport runs show 7 --watch",
		Args:    exactly("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := runID(args[0])
			if err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "runs")
			if err != nil {
				return err
			}
			defer st.Close()
			if watch {
				return c.watchRun(cmd.Context(), st, id, asJSON)
			}
			return c.showRun(cmd.Context(), st, id, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&watch, "watch", false, "follow it until it is over or needs a person")
	return cmd
}

// runsControl is one of the things that a person can do to a run.
func (c *cli) runsControl(name, short, done string, do func(runs.Store, context.Context, int64, store.By) error) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: name + " RUN", Short: short, Args: exactly("RUN"),
		Example: fmt.Sprintf("  ghexport runs %s 7 --reason \"as agreed with the company\"", name),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := runID(args[0])
			if err != nil {
				return err
			}
			if strings.TrimSpace(reason) == "" {
				return usagef("--reason is missing: a person will ask why")
			}
			st, _, err := c.open(cmd.Context(), "runs")
			if err != nil {
				return err
			}
			defer st.Close()
			if err := do(runs.In(st), cmd.Context(), id, c.by(reason)); err != nil {
				return err
			}
			c.printf("%s run %d\n", done, id)
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later; required")
	return cmd
}

func runID(arg string) (int64, error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil || id <= 0 {
		return 0, usagef("%q is not the number of a run", arg)
	}
	return id, nil
}

// runShown is a run as `runs show --json` prints it.
type runShown struct {
	*runs.Run
	Log []query.Event `json:"log"`
}

func (c *cli) showRun(ctx context.Context, st *store.Store, id int64, asJSON bool) error {
	run, err := runs.In(st).Run(ctx, id)
	if err != nil {
		return err
	}
	log, err := runs.In(st).Log(ctx, id)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(runShown{run, log})
	}
	line := func(name, value string) {
		if value != "" {
			c.printf("%-10s %s\n", name, visible(value))
		}
	}
	line("run", fmt.Sprint(run.ID))
	if run.Kind == runs.Backfill {
		line("kind", "back-fill")
	}
	line("state", string(run.State)+phaseOf(run))
	line("because", deref(run.Because))
	line("begun", fmt.Sprintf("%s by %s: %s", moment(run.CreatedAt), run.Actor, run.Reason))
	line("ticket", deref(run.Ticket))
	line("exports", fmt.Sprintf("%d: %s", run.Members, counts(run)))
	if run.Left != nil {
		line("left", "about "+run.Left.Duration().Round(time.Second).String())
	}
	if run.EndedAt != nil {
		line("over", moment(*run.EndedAt))
	}
	c.printf("\nlog\n")
	for _, event := range log {
		who := ""
		if event.Who != nil {
			who = " (" + *event.Who + ")"
		}
		c.printf("  %s  %s: %s%s\n", event.At.UTC().Format("2006-01-02 15:04:05Z"), event.What, visible(deref(event.Reason)), visible(who))
	}
	return c.showRunTroubles(ctx, st, id)
}

// troubles sets how many members that did not get through are named.
const troubles = 20

func (c *cli) showRunTroubles(ctx context.Context, st *store.Store, id int64) error {
	var rows [][]string
	for _, state := range []runs.MemberState{runs.MemberState(ledger.StateDead), runs.MemberState(ledger.StateUnknown), runs.MemberState(ledger.StateDuplicate), runs.MemberSkipped} {
		members, err := runs.In(st).Members(ctx, id, state, 0, troubles)
		if err != nil {
			return err
		}
		for _, m := range members {
			rows = append(rows, []string{fmt.Sprint(m.ExportID), m.OrgID, string(m.State), or(m.Cause, asText), deref(m.Because)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	c.printf("\nnot sent\n")
	c.table([]column{{"export", 9}, {"company", 18}, {"state", 10}, {"cause", 18}, {"because", 37}}, rows[:min(len(rows), troubles)])
	return nil
}

func phaseOf(run *runs.Run) string {
	switch run.Phase {
	case runs.PhaseCanary:
		return ", what goes first is awaited"
	case runs.PhaseVerify:
		return ", everything is released"
	}
	return ""
}

// counts says what became of the members, leaving out what there is none of.
func counts(run *runs.Run) string {
	n := run.Counts
	var parts []string
	for _, part := range []struct {
		n    int64
		what string
	}{
		{n.Sent, "sent"}, {n.DeadAgain, "dead again"}, {n.Unknown, "in doubt"}, {n.Decide, "to decide"}, {n.Ended, "ended otherwise"},
		{n.Skipped, "skipped"}, {n.Released, "under way"}, {n.Waiting - n.Held, "waiting"}, {n.Held, "waiting for held companies"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
