package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func (c *cli) resumeAll() *cobra.Command {
	var r resumption
	cmd := &cobra.Command{
		Use: "resume --all", Short: "Send again after pause --all, or after a restore",
		Long: "Ends pause --all; what waited is sent.\n\n" +
			"Where the ledger may have forgotten what was sent, after a restore or a failover, it first shows what ghexport reconcile\n" +
			"finds: what Greenhouse does not show, and what would be sent and may be there already. It needs --reason then, and asks;\n" +
			"--yes is the answer of who has looked. From then on this database, as it is, is the one to send from.",
		Example: "  ghexport resume --all --reason \"Greenhouse is well again\"\n  ghexport resume --all --since 2026-11-24T00:00:00Z --reason \"restored to midnight, compared\"",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !r.all {
				return hinted(usagef("say --all if all companies are meant"), "for one company use ghexport org resume ORG")
			}
			from, err := since(r.since, time.Now())
			if err != nil {
				return err
			}
			st, config, err := c.open(cmd.Context(), "resume")
			if err != nil {
				return err
			}
			defer st.Close()
			return c.resume(cmd.Context(), st, config, r, from)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&r.all, "all", false, "all companies; required")
	flags.StringVar(&r.reason, "reason", "", "why, for whoever asks later; required after a restore")
	flags.StringVar(&r.since, "since", "1d", "after a restore: compare what was sent since, a duration back (2h, 3d) or the moment of the backup")
	flags.BoolVar(&r.yes, "yes", false, "after a restore: do not ask")
	return cmd
}

// resumption holds what resume is told.
type resumption struct {
	all, yes      bool
	reason, since string
}

func (c *cli) resume(ctx context.Context, st *store.Store, config Config, r resumption, from time.Time) error {
	changed, err := st.ResumeAll(ctx, c.by(r.reason))
	var doubt *store.DoubtError
	if errors.As(err, &doubt) {
		if strings.TrimSpace(r.reason) == "" {
			return hinted(usagef("%s: --reason is required, and nothing was changed", doubt), "compare with Greenhouse first: ghexport reconcile --since MOMENT; ghexport explain restore")
		}
		if err := c.compareBefore(ctx, st, config, from, doubt); err != nil {
			return err
		}
		if err := c.confirmResume(r.yes); err != nil {
			return err
		}
		changed, err = st.ConfirmDatabase(ctx, c.by(r.reason))
	}
	if err != nil {
		return err
	}
	if changed {
		c.printf("exports are sent again\n")
	} else {
		c.printf("nothing was stopped\n")
	}
	return nil
}

// compareBefore shows what reconcile finds. Without a keyset Greenhouse cannot be asked, which it says.
func (c *cli) compareBefore(ctx context.Context, st *store.Store, config Config, from time.Time, doubt error) error {
	c.sayf("%s", doubt)
	if _, err := config.openKeyset(); err != nil {
		c.sayf("Greenhouse was not asked: %s", err)
		maybe, err := query.In(st).Unsent(ctx, "")
		if err != nil {
			return err
		}
		c.showDifferences(nil, maybe)
		return nil
	}
	found, err := c.compare(ctx, st, config, "", from, true)
	if err != nil {
		return err
	}
	c.showAsked(found)
	c.showDifferences(found.Unseen, found.MaybeSent)
	return nil
}

// confirmResume lets pass who has said yes, or types it.
func (c *cli) confirmResume(yes bool) error {
	if yes {
		return nil
	}
	fmt.Fprint(c.err, "whatever of this waits is sent, and who is in Greenhouse already will be there twice; type resume to go on: ")
	typed, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && typed == "" {
		fmt.Fprintln(c.err)
		return hinted(usagef("this may send people a second time, and nobody said yes: nothing was changed"), "look each up in Greenhouse, ghexport discard what is there, then add --yes")
	}
	if strings.TrimSpace(typed) != "resume" {
		return errors.New("that is not resume: nothing was changed")
	}
	return nil
}
