package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/web/auth"
)

func (c *cli) sessions() *cobra.Command {
	return parent(&cobra.Command{
		Use:   "sessions",
		Short: "List who is logged in to the console, and end it",
		Long: "Sessions of the console, and links for companies' people that were made here and that nobody has opened. Scripts that send name and\n" +
			"password with each request have no session; links that the product makes by itself are not known before they are opened, and live\n" +
			"for minutes.",
		Example: "  ghexport sessions list\n  ghexport sessions end --name kim --reason \"lost laptop\"",
	}, c.sessionsList(), c.sessionsEnd())
}

// sessionFlags say whose sessions a command is about.
type sessionFlags struct {
	access.SessionFilter
	all    bool
	asJSON bool
}

func (f *sessionFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.Name, "name", "", "only those of this person, as the list shows the name")
	flags.StringVar(&f.Org, "org", "", "only those of this company's people")
	flags.BoolVar(&f.all, "all", false, "everybody's")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object")
}

// check refuses what contradicts itself.
func (f *sessionFlags) check() error {
	if f.all && f.SessionFilter != (access.SessionFilter{}) {
		return usagef("--all is everybody: leave --name and --org out")
	}
	return nil
}

// sessionsListed sets how many sessions, and links, a list shows.
const sessionsListed = 1000

func (c *cli) sessionsList() *cobra.Command {
	var f sessionFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List who is logged in, and links that nobody has opened", Args: cobra.NoArgs,
		Example: "  ghexport sessions list\n  ghexport sessions list --org acme --json | jq '.links[].for'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			st, _, err := c.open(cmd.Context(), "sessions")
			if err != nil {
				return err
			}
			defer st.Close()
			list, err := access.In(st).Sessions(cmd.Context(), f.SessionFilter, time.Now(), auth.SessionIdle, sessionsListed)
			switch {
			case err != nil:
				return err
			case f.asJSON:
				return c.json(list)
			}
			c.showSessions(list)
			return nil
		},
	}
	f.register(cmd.Flags())
	return cmd
}

func (c *cli) showSessions(list access.SessionList) {
	if len(list.Sessions)+len(list.Links) == 0 {
		c.printf("no sessions, and no links that are not opened\n")
		return
	}
	var rows [][]string
	for _, s := range list.Sessions {
		rows = append(rows, []string{s.Name, s.Role, or(s.OrgID, asText), or(s.Method, asText), moment(s.BeganAt), moment(s.SeenAt), moment(s.EndsAt)})
	}
	if len(rows) > 0 {
		c.table([]column{{"name", 28}, {"role", 9}, {"company", 16}, {"by", 20}, {"since", 17}, {"last seen", 17}, {"until", 17}}, rows)
	}
	var links [][]string
	for _, l := range list.Links {
		links = append(links, []string{l.Who, l.Role, l.OrgID, l.MadeBy, moment(l.MadeAt), moment(l.ExpiresAt)})
	}
	if len(links) > 0 {
		if len(rows) > 0 {
			c.printf("\n")
		}
		c.table([]column{{"link for", 28}, {"role", 9}, {"company", 16}, {"made by", 20}, {"made", 17}, {"opens until", 17}}, links)
	}
	if list.More {
		c.sayf("there are more: look with --name or --org")
	}
}

func (c *cli) sessionsEnd() *cobra.Command {
	var f sessionFlags
	var reason string
	var dryRun bool
	cmd := &cobra.Command{
		Use: "end", Short: "End sessions on every node, and links before they are opened", Args: cobra.NoArgs,
		Long: "Ends the sessions and links of a person, of a company, or all. Whoever may come in logs in again: to keep somebody out, take them out of\n" +
			"GHEXPORT_CONSOLE_USERS or of single sign-on first. It does not ask, since nothing is lost; --dry-run counts.",
		Example: "  ghexport sessions end --name mia@acme.example --org acme --reason \"left the company\"\n  ghexport sessions end --all --reason \"a laptop was stolen\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if !f.all && f.SessionFilter == (access.SessionFilter{}) {
				return usagef("say whose: --name, --org or --all")
			}
			st, _, err := c.open(cmd.Context(), "sessions")
			if err != nil {
				return err
			}
			defer st.Close()
			ended, err := access.In(st).EndSessions(cmd.Context(), f.SessionFilter, c.by(reason), time.Now(), auth.SessionIdle, dryRun)
			switch {
			case err != nil:
				return err
			case f.asJSON:
				return c.json(ended)
			}
			c.printf("%s\n", endedWords(ended, dryRun))
			return nil
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be ended, and end nothing")
	return cmd
}

func endedWords(ended access.EndedSessions, dryRun bool) string {
	switch {
	case ended == (access.EndedSessions{}):
		return "there was nothing to end"
	case dryRun:
		return fmt.Sprintf("would end %s and %s", count(ended.Sessions, "session"), count(ended.Links, "link"))
	}
	return fmt.Sprintf("ended %s and %s", count(ended.Sessions, "session"), count(ended.Links, "link"))
}
