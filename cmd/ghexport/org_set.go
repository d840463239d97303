package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/interviewing-io/greenhouse-export/store"
)

const orgSetLong = `Changes a company's choices; those not named stay. What is on its way already keeps the old ones.

  second-interview   of a candidate who was sent before: hold (ask a person), create (a second profile), skip
  server-errors      what a 5xx of Greenhouse does: retry (its own advice), ask (somebody looks whether the candidate is there)
  mode               prospect (on no job), candidate (on the job that --job maps the role to; a role without one: prospect)
  credit             who gets credit in Greenhouse: created_by, interviewer`

// orgSettings are the flags of org set; only those that were given count.
type orgSettings struct {
	timeZone, mode, credit, second, errors string
	jobs                                   map[string]int64
	pool, stage                            int64
	inFlight                               int
}

func (f *orgSettings) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.timeZone, "time-zone", "", "IANA zone of the note's date where the interview has none; empty: UTC")
	flags.StringVar(&f.second, "second-interview", "", "hold, create or skip")
	flags.StringVar(&f.errors, "server-errors", "", "retry or ask")
	flags.StringVar(&f.mode, "mode", "", "prospect or candidate")
	flags.StringVar(&f.credit, "credit", "", "created_by or interviewer")
	flags.StringToInt64Var(&f.jobs, "job", nil, "ROLE=ID of a Greenhouse job; repeat for each, they replace the whole map")
	flags.Int64Var(&f.pool, "pool", 0, "id of the prospect pool; 0 for none")
	flags.Int64Var(&f.stage, "pool-stage", 0, "id of the stage in that pool; 0 for none")
	flags.IntVar(&f.inFlight, "in-flight-cap", 0, "exports at once, 1 to 64")
}

func (f *orgSettings) given(flags *pflag.FlagSet) store.Settings {
	var s store.Settings
	for name, give := range map[string]func(){
		"time-zone":        func() { s.TimeZone = &f.timeZone },
		"second-interview": func() { s.SecondInterview = &f.second },
		"server-errors":    func() { s.ServerErrors = &f.errors },
		"mode":             func() { s.Mode = &f.mode },
		"credit":           func() { s.Credit = &f.credit },
		"job":              func() { s.JobMap = f.jobs },
		"pool":             func() { s.PoolID = &f.pool },
		"pool-stage":       func() { s.PoolStageID = &f.stage },
		"in-flight-cap":    func() { s.InFlightCap = &f.inFlight },
	} {
		if flags.Changed(name) {
			give()
		}
	}
	return s
}

func (c *cli) orgSet() *cobra.Command {
	var settings orgSettings
	var reason string
	cmd := &cobra.Command{
		Use: "set ORG", Short: "Change a company's choices",
		Long:    orgSetLong,
		Example: "  ghexport org set acme --second-interview create --time-zone America/New_York\n  ghexport org set acme --mode candidate --job backend-engineer=146859",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org set")
			if err != nil {
				return err
			}
			defer st.Close()
			if err := st.SetSettings(cmd.Context(), args[0], settings.given(cmd.Flags()), c.by(reason)); err != nil {
				var wrong *store.SettingError
				if errors.As(err, &wrong) {
					return separated(err)
				}
				return orgHint(err, args[0])
			}
			c.printf("%s is changed; see ghexport org show %s\n", visible(args[0]), visible(args[0]))
			return nil
		},
	}
	settings.register(cmd.Flags())
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.MarkFlagsOneRequired("time-zone", "second-interview", "server-errors", "mode", "credit", "job", "pool", "pool-stage", "in-flight-cap")
	return cmd
}
