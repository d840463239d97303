package main

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

const orgSetLong = `Changes a company's choices; those not named stay. What is on its way already keeps the old ones.

  second-interview   of a candidate who was sent before: hold (ask a person), create (a second profile), skip
  server-errors      what a 5xx of Greenhouse does: retry (its own advice), ask (somebody looks whether the candidate is there)
  mode               prospect (on no job), candidate (on the job that --job maps the role to; a role without one: prospect)
  default-job        with mode candidate, the job of roles that --job does not map; without one they are prospects
  credit             who gets credit in Greenhouse: created_by, interviewer, or fixed: the person of --credit-to
  notice-email       who is told when something needs attention; never the "Created by" address, which need not have an inbox
  note-format        layout of the notes of results that arrive from now on: 1 (blank lines between, the scale of the scores in its first
                     line), 2 (a short first line, bullets); org preview shows both, and what was rendered stays as it is
  keep-people-days   days for which what was sent about a person is kept, 7 to 3650, once its export is settled for good; 0: as long as the
                     service keeps it (GHEXPORT_KEEP_PEOPLE_DAYS). What waits for somebody, or may still be sent, stays however old
  created-by         another "Created by" user; it is tested with the saved key, and not saved when the test fails`

// orgSettings are the flags of org set; only those that were given count.
type orgSettings struct {
	timeZone, mode, credit, second, errors string
	creditTo                               string
	jobs                                   map[string]int64
	defaultJob, pool, stage                int64
	inFlight, noteFormat, keepDays         int
	noticeEmails                           []string
	noticeWebhook                          bool
}

func (f *orgSettings) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.timeZone, "time-zone", "", "IANA zone of the note's date where the interview has none; empty: UTC")
	flags.StringVar(&f.second, "second-interview", "", "hold, create or skip")
	flags.StringVar(&f.errors, "server-errors", "", "retry or ask")
	flags.StringVar(&f.mode, "mode", "", "prospect or candidate")
	flags.Int64Var(&f.defaultJob, "default-job", 0, "id of the Greenhouse job of all other roles; 0 for none")
	flags.StringVar(&f.credit, "credit", "", "created_by, interviewer or fixed")
	flags.StringVar(&f.creditTo, "credit-to", "", "`PERSON` for --credit fixed, as 'Zoe Roe <zoe@acme.example>'; empty for nobody")
	flags.StringSliceVar(&f.noticeEmails, "notice-email", nil, "`EMAIL` of somebody to tell; repeat for each, they replace the whole list; empty for nobody")
	flags.BoolVar(&f.noticeWebhook, "notice-webhook", true, "whether the product is told by webhook")
	flags.StringToInt64Var(&f.jobs, "job", nil, "ROLE=ID of a Greenhouse job; repeat for each, they replace the whole map")
	flags.Int64Var(&f.pool, "pool", 0, "id of the prospect pool; 0 for none")
	flags.Int64Var(&f.stage, "pool-stage", 0, "id of the stage in that pool; 0 for none")
	flags.IntVar(&f.noteFormat, "note-format", 0, "layout of the note: 1 or 2")
	flags.IntVar(&f.keepDays, "keep-people-days", 0, "days for which personal data is kept, 7 to 3650; 0: as long as the service does")
	flags.IntVar(&f.inFlight, "in-flight-cap", 0, "exports at once, 1 to 64")
}

// given are the choices whose flags were given. A person that cannot be read is one that no check lets pass.
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
		"default-job":      func() { s.DefaultJobID = &f.defaultJob },
		"credit-to":        func() { s.CreditTo = person(f.creditTo) },
		"notice-email":     func() { s.NoticeEmails = withoutEmpty(f.noticeEmails) },
		"notice-webhook":   func() { s.NoticeWebhook = &f.noticeWebhook },
		"keep-people-days": func() { s.KeepPeopleDays = &f.keepDays },
		"note-format":      func() { s.NoteFormat = &f.noteFormat },
	} {
		if flags.Changed(name) {
			give()
		}
	}
	return s
}

// person reads "Zoe Roe <zoe@acme.example>".
func person(text string) *store.Person {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return &store.Person{Email: strings.TrimSpace(text)} // empty: nobody
	}
	first, last, _ := render.SplitName("", "", parsed.Name)
	return &store.Person{Email: parsed.Address, FirstName: first, LastName: last}
}

func withoutEmpty(texts []string) []string {
	return slices.DeleteFunc(append([]string{}, texts...), func(text string) bool { return text == "" })
}

func (c *cli) orgSet() *cobra.Command {
	var settings orgSettings
	var createdBy, reason string
	cmd := &cobra.Command{
		Use: "set ORG", Short: "Change a company's choices",
		Long: orgSetLong,
		Example: "  ghexport org set acme --second-interview create --time-zone America/New_York\n" +
			"  ghexport org set acme --mode candidate --job backend-engineer=146859 --default-job 146860\n" +
			"  ghexport org set acme --credit fixed --credit-to 'Zoe Roe <zoe@acme.example>' --notice-email mia@acme.example",
		Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			change := settings.given(cmd.Flags())
			if createdBy != "" {
				return c.setCreatedBy(cmd.Context(), args[0], store.ConnectionChange{CreatedBy: jobs.PastedEmail(createdBy), Settings: change}, c.by(reason))
			}
			st, _, err := c.open(cmd.Context(), "org set")
			if err != nil {
				return err
			}
			defer st.Close()
			if err := st.SetSettings(cmd.Context(), args[0], change, c.by(reason)); err != nil {
				return settingsError(err, args[0])
			}
			c.printf("%s is changed; see ghexport org show %s\n", visible(args[0]), visible(args[0]))
			return nil
		},
	}
	settings.register(cmd.Flags())
	cmd.Flags().StringVar(&createdBy, "created-by", "", "`EMAIL` of another Greenhouse user as whom candidates are added")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.MarkFlagsOneRequired("time-zone", "second-interview", "server-errors", "mode", "credit", "job", "pool", "pool-stage", "in-flight-cap",
		"default-job", "credit-to", "notice-email", "notice-webhook", "note-format", "keep-people-days",
		"created-by")
	return cmd
}

// setCreatedBy changes choices together with the created-by user, whom the saved key must take.
func (c *cli) setCreatedBy(ctx context.Context, org string, change store.ConnectionChange, by store.By) error {
	connections, end, err := c.connections(ctx, "org set")
	if err != nil {
		return err
	}
	defer end()
	if _, err := connections.Store.Integration(ctx, org); err != nil {
		return orgHint(err, org)
	}
	return c.save(ctx, connections, org, change, by)
}

// settingsError says every wrong setting on a line of its own.
func settingsError(err error, org string) error {
	wrong := store.SettingErrors(err)
	if len(wrong) == 0 {
		return orgHint(err, org)
	}
	var all problems
	for _, one := range wrong {
		all = append(all, one)
	}
	return all
}
