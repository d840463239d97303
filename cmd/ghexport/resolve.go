package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// resolveFlags are the answers that a person can give, of which each call has one.
type resolveFlags struct {
	verbFlags
	present              string
	anyway               bool
	absent, skip, create bool
}

func (c *cli) resolve() *cobra.Command {
	var flags resolveFlags
	cmd := &cobra.Command{
		Use:   "resolve [EXPORT...] --present URL | --absent | --skip | --create",
		Short: "Answer what only a person can: is it in Greenhouse, is a second profile wanted",
		Long: `Decides exports that wait for a person. Of one in doubt (unknown): look in Greenhouse, then say --present with the profile's
address, --absent to send it again, or --skip to leave it. Of a possible duplicate: --create a second profile, or --skip it.

A profile that another candidate's export has is refused. Where the company's key may read candidates, Greenhouse is asked whose it
is, and one under another external_id is refused unless --anyway. What is sent by such a word alone, and not by Greenhouse's answer,
may be resolved again: --present another profile, or --absent.`,
		Example: `  ghexport resolve 42 --present "https://app.greenhouse.io/people/17?application_id=18" --reason "found by email"
  ghexport resolve 42 43 --absent --yes --reason "searched by name and email"
  ghexport resolve --org acme --state duplicate --skip --yes --reason "they know these people"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := flags.check(args)
			if err != nil {
				return err
			}
			st, config, err := c.open(cmd.Context(), "resolve")
			if err != nil {
				return err
			}
			defer st.Close()
			if flags.present != "" {
				return c.present(cmd.Context(), st, config, f.IDs[0], flags)
			}
			return c.act(cmd.Context(), flags.verb(st), flags.verbFlags, f)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&flags.present, "present", "", "it is in Greenhouse, under this profile's `URL`")
	cmd.Flags().BoolVar(&flags.anyway, "anyway", false, "with --present: although Greenhouse knows that profile under another id")
	cmd.Flags().BoolVar(&flags.absent, "absent", false, "it is not in Greenhouse: send it again")
	cmd.Flags().BoolVar(&flags.skip, "skip", false, "end it without sending")
	cmd.Flags().BoolVar(&flags.create, "create", false, "make a second profile of the same person")
	cmd.MarkFlagsOneRequired("present", "absent", "skip", "create")
	cmd.MarkFlagsMutuallyExclusive("present", "absent", "skip", "create")
	return cmd
}

func (r *resolveFlags) check(args []string) (store.Filter, error) {
	f, err := r.filter(args)
	switch {
	case err != nil:
		return f, err
	case !r.absent && !r.skip && !r.create && r.present == "":
		return f, usagef("--present needs the address of the profile in Greenhouse")
	case r.present != "" && (len(f.IDs) != 1 || r.dryRun):
		return f, usagef("--present is said of one export, by its number")
	case r.anyway && r.present == "":
		return f, usagef("--anyway goes with --present alone")
	}
	return f, nil
}

// present records a profile. Addresses elsewhere than at Greenhouse are taken in development alone, where a simulator stands for it.
func (c *cli) present(ctx context.Context, st *store.Store, config Config, id int64, flags resolveFlags) error {
	profile, err := store.ParseProfileURL(flags.present, config.simulated())
	if err != nil {
		return hinted(usagef("--present: %s", err), "copy the address of the candidate's page, https://app.greenhouse.io/people/ID?application_id=N")
	}
	with := &connections.Connections{Store: st, Greenhouse: config.greenhouse(), Log: zap.NewNop()}
	defer with.Greenhouse.CloseIdleConnections()
	if config.Keyset != "" || config.KeysetFile != "" {
		if with.Keyset, err = config.openKeyset(); err != nil {
			return err
		}
	}
	compared, err := with.Present(ctx, id, profile, flags.anyway, c.by(flags.reason))
	var mismatch *store.MismatchError
	if errors.As(err, &mismatch) {
		return hinted(err, "look at the profile again; if it is them all the same, add --anyway")
	}
	if err != nil {
		return err
	}
	c.printf("resolved export %d: it is in Greenhouse as candidate %d%s\n", id, profile.CandidateID, comparedWords[compared])
	return nil
}

// comparedWords say what Greenhouse's record of the profile told.
var comparedWords = map[store.Compared]string{
	store.ComparedSame:     ", which has our id",
	store.ComparedOther:    ", although it has another id than ours there",
	store.ComparedNone:     "; whose profile it is could not be compared: Greenhouse has no id of ours for it",
	store.ComparedNotShown: "; whose profile it is could not be compared: Greenhouse does not show it to the created-by user",
	store.ComparedNot:      "; whose profile it is could not be compared: Greenhouse could not be asked",
}

func (r *resolveFlags) verb(st *store.Store) verb {
	type do = func(context.Context, store.Request) (store.Result, error)
	request := func(name, past string, resolve do) verb {
		return verb{name, past, func(ctx context.Context, f store.Filter, by store.By, dryRun bool) (store.Result, error) {
			return resolve(ctx, store.Request{Filter: f, By: by, DryRun: dryRun})
		}}
	}
	switch {
	case r.absent:
		return request("resolve", "resolved (absent, to be sent again)", st.ResolveAbsent)
	case r.skip:
		return request("resolve", "resolved (skipped)", st.ResolveSkip)
	default:
		return request("resolve", "resolved (a second profile is to be made)", st.ResolveCreate)
	}
}
