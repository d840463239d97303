package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// connectFlags hold what a company is connected with, beside its key.
type connectFlags struct {
	createdBy, timeZone, reason string
	noTest, enable              bool
	waiting                     waitingFlags
}

func (c *cli) orgConnect() *cobra.Command {
	var flags connectFlags
	cmd := &cobra.Command{
		Use:   "connect ORG --created-by EMAIL",
		Short: "Connect a company to Greenhouse, or give it a new key",
		Long: `Reads the company's API key from standard input (on a terminal without showing it), tests it against Greenhouse together with
the email, and saves both; when the test fails, nothing is saved. The key's type must be Candidate Ingestion, with interviewing.io
as the partner; the email is that of a Greenhouse user of the company, who will look as if they had added the candidates.
Called again, it swaps the key in: what is being sent at that moment finishes with the old one.`,
		Example: `  ghexport org connect acme --created-by lee@acme.example --enable < key.txt
  ghexport org connect acme --created-by lee@acme.example --time-zone America/Los_Angeles`,
		Args: exactly("ORG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.createdBy = jobs.PastedEmail(flags.createdBy)
			if !strings.Contains(flags.createdBy, "@") {
				return usagef("--created-by must be the email of a Greenhouse user of the company")
			}
			if flags.waiting.answer() != store.WaitingUndecided && !flags.enable {
				return usagef("--send-waiting and --drop-waiting go with --enable")
			}
			if org := args[0]; org == "" || len([]rune(org)) > 200 {
				return usagef("ORG has 1 to 200 characters")
			}
			return c.connect(cmd.Context(), args[0], flags)
		},
	}
	cmd.Flags().StringVar(&flags.createdBy, "created-by", "", "the `EMAIL` of the Greenhouse user as whom candidates are added; required")
	cmd.Flags().StringVar(&flags.timeZone, "time-zone", "", "whose days a note prints when the interview names no zone, such as America/Los_Angeles")
	cmd.Flags().StringVar(&flags.reason, "reason", "", "why, for whoever asks later")
	cmd.Flags().BoolVar(&flags.noTest, "no-test", false, "save without a test; nothing is sent before one has passed")
	cmd.Flags().BoolVar(&flags.enable, "enable", false, "turn the company on, too")
	flags.waiting.register(cmd)
	return cmd
}

func (c *cli) connect(ctx context.Context, org string, flags connectFlags) error {
	connections, end, err := c.connections(ctx, "org connect")
	if err != nil {
		return err
	}
	defer end()
	key, err := c.readKey()
	if err != nil {
		return err
	}
	change := store.ConnectionChange{
		Key: store.APIKey(key), CreatedBy: flags.createdBy, SkipTest: flags.noTest, Enable: flags.enable, Waiting: flags.waiting.answer(),
	}
	if flags.timeZone != "" {
		change.Settings.TimeZone = &flags.timeZone
	}
	return c.save(ctx, connections, org, change, c.by(flags.reason))
}

// save saves a connection, and says line by line what its test found.
func (c *cli) save(ctx context.Context, connections *connections.Connections, org string, change store.ConnectionChange, by store.By) error {
	before, err := connections.Store.Integration(ctx, org)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	saved, err := connections.Save(ctx, org, change, by)
	var failed *store.TestFailedError
	switch {
	case errors.As(err, &failed):
		c.printChecks(failed.Report)
		if hint := failed.Report.Hint(); hint != "" {
			return hinted(err, "%s", hint)
		}
		return err
	case err != nil:
		return settingsError(err, org)
	}
	if saved.Report != nil {
		c.printChecks(*saved.Report)
	}
	c.printf("%s is connected as %s\n", visible(org), visible(change.CreatedBy))
	if change.Enable {
		c.tellEnabled(org, before.Enabled, saved.Switched)
	}
	return c.tellHeld(ctx, connections.Store, org)
}

// keyLimit bounds what is read as a key; Greenhouse's have some forty characters.
const keyLimit = 64 << 10

// readKey reads an API key. On a terminal it asks for it and does not show it.
func (c *cli) readKey() (string, error) {
	var pasted []byte
	var err error
	if fd, ok := terminal(c.in); ok {
		fmt.Fprint(c.err, "API key (not shown): ")
		pasted, err = term.ReadPassword(fd)
		fmt.Fprintln(c.err)
	} else {
		pasted, err = io.ReadAll(io.LimitReader(c.in, keyLimit))
	}
	if err != nil {
		return "", fmt.Errorf("read the API key: %w", err)
	}
	key, err := seal.CleanAPIKey(string(pasted))
	if err != nil {
		return "", hinted(err, "ghexport org connect ORG --created-by EMAIL < FILE, with the key alone in the file")
	}
	return key, nil
}

// orgHint tells how a company that is not known becomes known.
func orgHint(err error, org string) error {
	if errors.Is(err, store.ErrNotFound) {
		return hinted(err, "connect it first: ghexport org connect %s --created-by EMAIL", visible(org))
	}
	return err
}
