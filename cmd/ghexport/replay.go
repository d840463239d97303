package main

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// replayFlags say how carefully many exports are replayed, or what of one is edited first.
type replayFlags struct {
	verbFlags
	runFlags
	set []string
}

// runFlags say how carefully a run goes.
type runFlags struct {
	rate   string
	canary int
	stopAt int
	ticket string
	watch  bool
	asJSON bool
}

// atOnce sets how many named exports are released without a run: a person has looked at each.
const atOnce = 20

func (c *cli) replay() *cobra.Command {
	var flags replayFlags
	cmd := &cobra.Command{
		Use:   "replay [EXPORT...]",
		Short: "Send dead or cancelled exports again",
		Long: `Sends exports again. Those named are due at once, up to 20 of them. Those that flags select (the dead ones; with --cause, the
cancelled ones of that cause too) become a run: a frozen set, of which one goes first and, once that is in Greenhouse, the rest at
a rate, after live work and within the companies' budgets. A run pauses itself when what goes first dies again, or too many do;
see ghexport runs. --dry-run shows the plan: how many of which company, how long it takes, what would probably fail again.

Their 72 hours begin anew. Nothing that was sent is ever sent again, and one that may exist in Greenhouse is refused: resolve it.
--set corrects one export before it goes (name, first_name, last_name, email, linkedin); the original is kept.
--cause message.invalid puts messages that could not be folded back, to be tried anew.`,
		Example: `  ghexport replay 42 --reason "the recruiter opened the job again"
  ghexport replay 42 --set email=ada@example.com --reason "the recruiter gave us the address"
  ghexport replay --org acme --cause payload.refused --dry-run
  ghexport replay --org acme --cause payload.refused --yes --reason "names are accepted now"
  ghexport replay --fingerprint 3f2a9c41d0 --rate 5/s --ticket OPS-7 --watch --reason "fixed in 4f2c"`,
		RunE: func(cmd *cobra.Command, args []string) error { return c.runReplay(cmd, flags, args) },
	}
	flags.verbFlags.register(cmd)
	cmd.Flags().StringArrayVar(&flags.set, "set", nil, "correct a field of one export first: FIELD=VALUE; may be repeated")
	flags.runFlags.register(cmd)
	return cmd
}

func (flags *runFlags) register(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&flags.rate, "rate", "", "of a run: how many go, such as 5/s or 30/min; what the budgets allow, at most 25/s, when not said")
	set.IntVar(&flags.canary, "canary", runs.CanaryDefault, "of a run: how many must be sent before the rest goes; 0 is none")
	set.IntVar(&flags.stopAt, "stop-at", int(runs.StopShareDefault*100), "of a run: it pauses when more than this `percent` die again (of at least 10)")
	set.StringVar(&flags.ticket, "ticket", "", "of a run: where it is talked about")
	set.BoolVar(&flags.watch, "watch", false, "follow the run until it is done")
	set.BoolVar(&flags.asJSON, "json", false, "print the plan (with --dry-run) or the run as one JSON object")
}

func (c *cli) runReplay(cmd *cobra.Command, flags replayFlags, args []string) error {
	f, err := flags.filter(args)
	if err != nil {
		return err
	}
	if len(flags.set) > 0 {
		return c.replayEdited(cmd.Context(), flags, f)
	}
	request, err := flags.request(f, c.by(flags.reason))
	if err != nil {
		return err
	}
	st, _, err := c.open(cmd.Context(), "replay")
	if err != nil {
		return err
	}
	defer st.Close()
	changed := cmd.Flags().Changed
	carefully := flags.watch || flags.asJSON || changed("canary") || changed("rate") || changed("ticket") || changed("stop-at")
	switch {
	case f.Cause == ledger.CauseMessageInvalid:
		return c.replayRejected(cmd.Context(), st, flags.verbFlags, f)
	case len(f.IDs) > 0 && len(f.IDs) <= atOnce && !carefully:
		return c.act(cmd.Context(), verb{"replay", "replayed", func(ctx context.Context, f store.Filter, by store.By, dryRun bool) (store.Result, error) {
			return st.Replay(ctx, store.ReplayRequest{Request: store.Request{Filter: f, By: by, DryRun: dryRun}})
		}}, flags.verbFlags, f)
	default:
		return c.beginRun(cmd.Context(), st, flags.verbFlags, flags.runFlags, request)
	}
}

// request reads what concerns a run.
func (flags runFlags) request(f store.Filter, by store.By) (runs.Request, error) {
	r := runs.Request{Filter: f, By: by, Ticket: strings.TrimSpace(flags.ticket), Canary: flags.canary, StopShare: float64(flags.stopAt) / 100}
	if flags.canary < 0 {
		return r, usagef("--canary %d: at least 0", flags.canary)
	}
	if flags.stopAt < 1 || flags.stopAt > 100 {
		return r, usagef("--stop-at %d: a percentage from 1 to 100", flags.stopAt)
	}
	var err error
	r.Rate, err = perSecond(flags.rate)
	return r, err
}

var rates = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(?:/(s|min|h))?$`)

// perSecond reads a rate; nothing is the default.
func perSecond(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	match := rates.FindStringSubmatch(text)
	if match == nil {
		return 0, usagef("--rate %s: not a rate such as 5/s, 30/min or 100/h", text)
	}
	n, err := strconv.ParseFloat(match[1], 64)
	if err != nil || n <= 0 {
		return 0, usagef("--rate %s: must be more than nothing", text)
	}
	return n / map[string]float64{"": 1, "s": 1, "min": 60, "h": 3600}[match[2]], nil
}

// beginRun shows what a run would do, asks, and begins it.
func (c *cli) beginRun(ctx context.Context, st *store.Store, asked verbFlags, flags runFlags, r runs.Request) error {
	plan, err := runs.In(st).Plan(ctx, r)
	if err != nil {
		return err
	}
	switch {
	case asked.dryRun && flags.asJSON:
		return c.json(plan)
	case asked.dryRun:
		c.showPlan(r.Kind, plan)
		return nil
	case plan.Count == 0 && len(plan.LeftOut) == 0:
		c.printf("no exports match\n")
		return nil
	case plan.Count == 0:
		return &runs.NothingToReplayError{Kind: r.Kind, LeftOut: plan.LeftOut}
	}
	c.warnOfPlan(plan)
	if err := c.confirm(runVerbs[r.Kind], "export", int(plan.Count), asked.yes); err != nil {
		return err
	}
	if !asked.yes {
		r.Expect = plan.Count
	}
	run, err := runs.In(st).Start(ctx, r)
	var changed *runs.PlanChangedError
	if errors.As(err, &changed) {
		return hinted(err, "look again with --dry-run")
	}
	if err != nil {
		return err
	}
	if flags.watch {
		return c.watchRun(ctx, st, run.ID, flags.asJSON)
	}
	if flags.asJSON {
		return c.json(run)
	}
	c.printf("run %d begun: %s; follow it with: ghexport runs show %d --watch\n", run.ID, c.goesHow(run), run.ID)
	return nil
}

// goesHow says in a clause what a run begins with.
func (c *cli) goesHow(run *runs.Run) string {
	if int64(run.Canary) >= run.Members || run.Canary == 0 {
		return count(run.Members, "export")
	}
	return count(run.Members, "export") + ", " + strconv.Itoa(run.Canary) + " first"
}
