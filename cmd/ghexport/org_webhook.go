package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
	"github.com/interviewing-io/greenhouse-export/web/hooks"
	"github.com/interviewing-io/greenhouse-export/wording"
)

const orgWebhookLong = `With webhooks a company's Greenhouse tells at once when somebody moves on, is hired, rejected, merged, deleted or anonymised, and
settles exports whose answer got lost. The secret is shown by the command that makes it, and never again: it goes into each web hook
of the company's Greenhouse (docs/webhooks.md).`

func (c *cli) orgWebhook() *cobra.Command {
	return parent(&cobra.Command{
		Use: "webhook", Short: "Let a company's Greenhouse tell what happens there",
		Long:    orgWebhookLong,
		Example: "  ghexport org webhook new acme\n  ghexport org webhook show acme",
	}, c.orgWebhookNew(), c.orgWebhookRotate(), c.orgWebhookShow(), c.orgWebhookRetry())
}

// madeWebhook is a secret that was just made.
type madeWebhook struct {
	Address string `json:"address"`
	Secret  string `json:"secret"`
}

func (c *cli) orgWebhookNew() *cobra.Command {
	return c.makesSecret("new", "Make a company's first secret, and print it with the address", "  ghexport org webhook new acme --reason 'set up with Mia'", nil,
		func(ctx context.Context, s hooks.Secrets, org string, by store.By) (string, error) {
			secret, err := s.New(ctx, org, by)
			if errors.Is(err, webhooks.ErrHookMade) {
				return "", hinted(fmt.Errorf("%s: %w", org, err), "ghexport org webhook rotate %s", org)
			}
			return secret, err
		})
}

func (c *cli) orgWebhookRotate() *cobra.Command {
	var now bool
	return c.makesSecret("rotate", "Make another secret; the one before counts for 7 days more",
		"  ghexport org webhook rotate acme\n  ghexport org webhook rotate acme --now --reason 'it was in a mail'",
		func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&now, "now", false, "the present secret counts no longer: it is in wrong hands")
		},
		func(ctx context.Context, s hooks.Secrets, org string, by store.By) (string, error) {
			secret, err := s.Rotate(ctx, org, now, by)
			if errors.Is(err, store.ErrNotFound) {
				return "", hinted(fmt.Errorf("%s has no secret yet", org), "ghexport org webhook new %s", org)
			}
			return secret, err
		})
}

// makesSecret is a command that makes a secret and prints it.
func (c *cli) makesSecret(name, short, example string, flags func(*cobra.Command), makes func(context.Context, hooks.Secrets, string, store.By) (string, error)) *cobra.Command {
	var asJSON bool
	var reason string
	cmd := &cobra.Command{
		Use: name + " ORG", Short: short, Long: orgWebhookLong, Example: example, Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, config, err := c.open(cmd.Context(), "org webhook "+name, needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			keyset, err := config.openKeyset()
			if err != nil {
				return err
			}
			if _, err := keyring.In(st).Digests(cmd.Context(), keyset); err != nil {
				return err
			}
			s := hooks.Secrets{Store: st, Keyset: keyset, PublicURL: config.PublicURL}
			secret, err := makes(cmd.Context(), s, args[0], c.by(reason))
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(madeWebhook{s.Address(args[0]), secret})
			}
			c.printf("address %s\nsecret  %s\n", visible(s.Address(args[0])), secret)
			c.sayf("shown this once: paste both into each web hook of %s's Greenhouse", visible(args[0]))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	if flags != nil {
		flags(cmd)
	}
	return cmd
}

func (c *cli) orgWebhookShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ORG", Short: "Show where a company's webhooks come in and what was last heard, without the secret",
		Long: orgWebhookLong, Example: "  ghexport org webhook show acme\n  ghexport org webhook show acme --json", Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, config, err := c.open(cmd.Context(), "org webhook show")
			if err != nil {
				return err
			}
			defer st.Close()
			h, err := webhooks.In(st).Hook(cmd.Context(), args[0])
			if errors.Is(err, store.ErrNotFound) {
				return hinted(fmt.Errorf("%s has no secret yet", args[0]), "ghexport org webhook new %s", args[0])
			}
			if err != nil {
				return err
			}
			address := hooks.Secrets{PublicURL: config.PublicURL}.Address(args[0])
			if asJSON {
				return c.json(struct {
					Address string `json:"address"`
					webhooks.Hook
				}{address, h})
			}
			c.showWebhook(address, h)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (c *cli) showWebhook(address string, h webhooks.Hook) {
	line := func(name, value string) { c.printf("%-16s %s\n", name, visible(value)) }
	line("address", address)
	line("secret", "made "+moment(h.MadeAt)+" by "+h.MadeBy)
	if h.BeforeUntil != nil {
		line("the one before", "counts until "+moment(*h.BeforeUntil))
	}
	line("last event", or(h.LastAt, moment)+" "+or(h.LastAction, asText))
	line("last ping", or(h.PingAt, moment))
	if h.Refused > 0 {
		line("wrong signature", fmt.Sprintf("%d, the last %s: a web hook there has another secret", h.Refused, or(h.RefusedAt, moment)))
	}
	line("not worked off", fmt.Sprint(h.Waiting))
	line("of no use", fmt.Sprintf("%d %s", h.Unused, or(h.UnusedAction, asText)))
	c.printf("\n")
	var rows [][]string
	for _, e := range wording.HookEvents(ledger.HookActions) {
		rows = append(rows, []string{e.Named, string(e.Action), e.Does})
	}
	c.table([]column{{"when", 30}, {"event", 25}, {"what we do", 40}}, rows)
	if h.Refused > 0 {
		c.printf("\nrunbook  ghexport explain %s\n", wording.RunbookWebhook)
	}
}
