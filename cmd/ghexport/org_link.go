package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/web/auth"
)

func (c *cli) orgLink() *cobra.Command {
	var who, as, reason string
	var valid time.Duration
	cmd := &cobra.Command{
		Use: "link ORG", Short: "Print a link that opens the console for one company, once",
		Long: "Prints a link by which one of the company's people gets into the console and sees that company alone: an admin, or with\n" +
			"--role recruiter somebody who sees who arrived and what waits, and changes nothing. It opens once, and not after it has expired or\n" +
			"was ended (ghexport sessions). Whoever has it gets in: hand it to nobody else. The product makes such links by itself;\n" +
			"docs/companies.md says how.",
		Example: "  ghexport org link acme --for mia@acme.example\n  ghexport org link acme --for mia@acme.example --valid 2h --reason 'she asked by phone'\n" +
			"  ghexport org link acme --for ron@acme.example --role recruiter",
		Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if valid < time.Second || valid > auth.LinkLifeMax {
				return usagef("--valid: %s is not between 1s and %s", valid, auth.LinkLifeMax)
			}
			if !auth.Role(as).OfCompany() {
				return usagef("--role: %s is neither company nor recruiter", as)
			}
			st, config, err := c.open(cmd.Context(), "org link", needLink)
			if err != nil {
				return err
			}
			defer st.Close()
			by := c.by(reason)
			if who == "" {
				who = by.Actor
			}
			now := time.Now()
			link := auth.NewLink(args[0], who, now, valid).For(auth.Role(as))
			address, err := link.Sign(config.LinkSecret, config.PublicURL)
			if err != nil {
				return err
			}
			expires := time.Unix(link.Expires, 0).UTC()
			if err := link.Record(cmd.Context(), st, by, now); err != nil {
				return err // what leaves no trace is not done
			}
			c.printf("%s\n", address)
			c.sayf("opens once, until %s, for %s of %s%s", moment(expires), visible(link.Who), visible(link.Org), map[bool]string{true: ", who reads"}[link.Role() == auth.RoleRecruiter])
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&who, "for", "", "who will use it, for the audit trail (else who makes it)")
	flags.StringVar(&as, "role", string(auth.RoleCompany), "as what: company (an admin of it) or recruiter (who changes nothing)")
	flags.DurationVar(&valid, "valid", auth.LinkLife, "until when it opens, from now; at most 24h")
	flags.StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}
