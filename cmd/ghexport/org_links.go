package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store"
)

const orgLinksLong = `Whoever applies through the tracking link of a job counts in the company's Greenhouse as come from interviewing.io, and the
company's "Created by" user as who referred them. Links are kept: showing them asks Greenhouse nothing.`

func (c *cli) orgLinks() *cobra.Command {
	return parent(&cobra.Command{
		Use: "links", Short: "Tracking links of a company's open jobs",
		Long:    orgLinksLong,
		Example: "  ghexport org links show acme\n  ghexport org links make acme 101 102",
	}, c.orgLinksShow(), c.orgLinksMake())
}

func (c *cli) orgLinksShow() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ORG", Short: "Show a company's open jobs and their tracking links",
		Long: orgLinksLong, Example: "  ghexport org links show acme\n  ghexport org links show acme --json | jq -r '.list[].link.url'", Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			st, _, err := c.open(cmd.Context(), "org links show")
			if err != nil {
				return err
			}
			defer st.Close()
			list, err := st.JobLinks(cmd.Context(), args[0])
			if err != nil {
				return orgHint(err, args[0])
			}
			return c.showLinks(shownLinks{List: list}, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// shownLinks holds what the commands print in JSON.
type shownLinks struct {
	List    []store.JobLink     `json:"list"`
	Refused []store.RefusedLink `json:"refused,omitempty"`
}

// errLinksRefused ends a command after which a job has no link.
var errLinksRefused = errors.New("not every link was made")

func (c *cli) orgLinksMake() *cobra.Command {
	var again, asJSON bool
	var reason string
	cmd := &cobra.Command{
		Use: "make ORG [JOB...]", Short: "Have Greenhouse make tracking links, for these jobs or for all that lack one",
		Long:    orgLinksLong + "\n\nEach link is one request out of the company's budget; 20 are made at a time. JOB is Greenhouse's id (ghexport org jobs).",
		Example: "  ghexport org links make acme 101\n  ghexport org links make acme\n  ghexport org links make acme 101 --again --reason 'another \"Created by\"'",
		Args:    atLeastOrg,
		RunE: func(cmd *cobra.Command, args []string) error {
			jobs, err := jobIDs(args[1:])
			if err != nil {
				return err
			}
			connections, end, err := c.connections(cmd.Context(), "org links make")
			if err != nil {
				return err
			}
			defer end()
			made, err := connections.MakeLinks(cmd.Context(), args[0], jobs, again, c.by(reason))
			if err != nil {
				return orgHint(err, args[0])
			}
			list, err := connections.Store.JobLinks(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := c.showLinks(shownLinks{list, made.Refused}, asJSON); err != nil {
				return err
			}
			return c.linksRefused(made.Refused)
		},
	}
	cmd.Flags().BoolVar(&again, "again", false, "make another one where there is one")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func jobIDs(words []string) (ids []int64, err error) {
	for _, word := range words {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || id <= 0 {
			return nil, usagef("%s: is no id of a job", word)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (c *cli) showLinks(shown shownLinks, asJSON bool) error {
	if asJSON {
		return c.json(shown)
	}
	if len(shown.List) == 0 {
		c.printf("no open jobs are known\n")
		return nil
	}
	var rows [][]string
	for _, l := range shown.List {
		link, credits := "-", "-"
		if l.Link != nil {
			link, credits = l.Link.URL, l.Link.Referrer
			if !l.Link.Current {
				credits += ", no longer \"Created by\""
			}
		}
		rows = append(rows, []string{fmt.Sprint(l.JobID), l.Job, map[bool]string{true: "open", false: "not open"}[l.Open], link, credits})
	}
	c.table([]column{{"job", 12}, {"name", 32}, {"is", 8}, {"link", 48}, {"credits", 40}}, rows)
	return nil
}

// linksRefused says of each job that got no link why, and what to do about it.
func (c *cli) linksRefused(refused []store.RefusedLink) error {
	if len(refused) == 0 {
		return nil
	}
	for _, one := range refused {
		c.sayf("job %d: %s", one.JobID, visible(one.Says))
	}
	if hint := refused[0].Hint; hint != "" {
		return hinted(errLinksRefused, "%s", hint)
	}
	return errLinksRefused
}

// atLeastOrg wants a company, and takes jobs behind it.
func atLeastOrg(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s takes ORG and ids of jobs, and got 0", cmd.CommandPath())
	}
	return nil
}
