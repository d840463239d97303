package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// waitingFlags answer what becomes of what gathered while a company was off.
type waitingFlags struct{ send, drop bool }

func (w *waitingFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.send, "send-waiting", false, "send what gathered while the company was off")
	cmd.Flags().BoolVar(&w.drop, "drop-waiting", false, "cancel what gathered while the company was off")
	cmd.MarkFlagsMutuallyExclusive("send-waiting", "drop-waiting")
}

func (w *waitingFlags) answer() store.Waiting {
	switch {
	case w.send:
		return store.WaitingSend
	case w.drop:
		return store.WaitingDrop
	}
	return store.WaitingUndecided
}

func (c *cli) orgEnable() *cobra.Command {
	var waiting waitingFlags
	var reason string
	cmd := &cobra.Command{
		Use: "enable ORG", Short: "Turn a company on",
		Long:    "Turns a company on. Where results gathered while it was off, say whether to send or to drop them.",
		Example: "  ghexport org enable acme\n  ghexport org enable acme --send-waiting",
		Args:    exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org enable")
			if err != nil {
				return err
			}
			defer st.Close()
			before, err := st.Integration(cmd.Context(), args[0])
			if err != nil {
				return orgHint(err, args[0])
			}
			switched, err := st.Enable(cmd.Context(), args[0], waiting.answer(), c.by(reason))
			if err != nil {
				return err
			}
			c.tellEnabled(args[0], before.Enabled, switched)
			return c.tellHeld(cmd.Context(), st, args[0])
		},
	}
	waiting.register(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}

func (c *cli) tellEnabled(org string, already bool, s store.Switched) {
	switch {
	case already:
		c.printf("%s was on already\n", visible(org))
	case s.Dropped > 0:
		c.printf("%s is on; %s dropped\n", visible(org), count(s.Dropped, "waiting export"))
	case s.Waiting > 0:
		c.printf("%s is on; %s to be sent\n", visible(org), count(s.Waiting, "waiting export"))
	default:
		c.printf("%s is on\n", visible(org))
	}
}

// tellHeld says what still keeps a company from sending.
func (c *cli) tellHeld(ctx context.Context, st *store.Store, org string) error {
	i, err := st.Integration(ctx, org)
	if err == nil && i.Held != nil {
		c.sayf("%s may not send yet: %s", visible(org), *i.Held)
	}
	return err
}

// orgSwitch is one thing that can be done to a company and needs no answer.
type orgSwitch struct {
	name, short, long string
	do                func(*store.Store, context.Context, string, store.By) (bool, error)
	done, already     string // what follows the company's name
}

func (c *cli) orgDisable() *cobra.Command {
	return c.orgSwitch(orgSwitch{
		name: "disable", short: "Turn a company off",
		long: "Turns a company off at once, as the company wishes. What is being sent at this moment finishes; what becomes eligible from\nnow on waits, and org enable asks what shall become of it.",
		do:   (*store.Store).Disable, done: "is off", already: "was off already",
	})
}

func (c *cli) orgPause() *cobra.Command {
	return c.orgSwitch(orgSwitch{
		name: "pause", short: "Keep a company's exports from being sent, for a reason of ours",
		long: "Pauses a company at once. What waits is sent after org resume, without a question.",
		do:   (*store.Store).PauseOrg, done: "is paused", already: "was paused already",
	})
}

func (c *cli) orgResume() *cobra.Command {
	return c.orgSwitch(orgSwitch{
		name: "resume", short: "Send a paused or refusing company's exports again",
		long: "Ends org pause; what waited is sent.",
		do:   (*store.Store).ResumeOrg, done: "is not paused any more", already: "was not paused",
	})
}

func (c *cli) orgProbe() *cobra.Command {
	return c.orgSwitch(orgSwitch{
		name: "probe", short: "Look at once whether Greenhouse still refuses a company",
		long: "Has a running serve look within seconds whether a company that Greenhouse refuses may send again, instead of waiting for\nthe next look. A company that may is released by itself.",
		do:   (*store.Store).ProbeNow, done: "is looked at within seconds", already: "is not refused by Greenhouse: there is nothing to look at",
	})
}

func (c *cli) orgTrack() *cobra.Command {
	return c.orgSwitch(orgSwitch{
		name: "track", short: "Look at once where a company's sent candidates stand",
		long: "Has a running serve ask Greenhouse within seconds where the company's sent candidates stand, all that are still followed,\ninstead of waiting until each is due. ghexport track then says what it found.",
		do:   trackNow, done: "is looked at within seconds", already: "has no candidate that is still followed",
	})
}

func trackNow(st *store.Store, ctx context.Context, org string, by store.By) (bool, error) {
	return tracking.In(st).TrackNow(ctx, org, by)
}

func (c *cli) orgSwitch(s orgSwitch) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: s.name + " ORG", Short: s.short, Long: s.long, Example: "  ghexport org " + s.name + " acme", Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org "+s.name)
			if err != nil {
				return err
			}
			defer st.Close()
			changed, err := s.do(st, cmd.Context(), args[0], c.by(reason))
			if err != nil {
				return orgHint(err, args[0])
			}
			if changed {
				c.printf("%s %s\n", visible(args[0]), s.done)
			} else {
				c.printf("%s %s\n", visible(args[0]), s.already)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}
