package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker"
)

// connectFlags are what a company is connected with, beside its key.
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
			flags.createdBy = strings.TrimSpace(flags.createdBy)
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
	st, config, err := c.open(ctx, "org connect", needKeyset)
	if err != nil {
		return err
	}
	defer st.Close()
	keyset, err := config.openKeyset()
	if err != nil {
		return err
	}
	digests, err := st.Digests(ctx, keyset)
	if err != nil {
		return err
	}
	key, err := c.readKey()
	if err != nil {
		return err
	}
	save := store.Connect{
		OrgID: org, KeyDigest: digests.Key(key), KeyLast5: store.Last5(key), CreatedBy: flags.createdBy,
		Enable: flags.enable, Waiting: flags.waiting.answer(),
	}
	if flags.timeZone != "" {
		save.Settings.TimeZone = &flags.timeZone
	}
	if save.SealedKey, err = keyset.Seal(org, []byte(key)); err != nil {
		return err
	}
	if !flags.noTest {
		user, err := c.test(ctx, config, greenhouse.Credential{Key: greenhouse.NewSecret(key), OnBehalfOf: flags.createdBy})
		if err != nil {
			return err
		}
		save.Tested, save.CreatedByName, save.CreatedByID = true, user.FullName, user.ID
		// The test's requests count with the others made with this key. They are made by now, budget or not.
		if _, err := st.ChargeBudget(ctx, save.KeyDigest, testRequests); err != nil {
			return err
		}
	}
	return c.save(ctx, st, save, flags)
}

func (c *cli) save(ctx context.Context, st *store.Store, save store.Connect, flags connectFlags) error {
	before, err := st.Integration(ctx, save.OrgID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	switched, err := st.Connect(ctx, save, c.by(flags.reason))
	if err != nil {
		return err
	}
	c.printf("%s is connected as %s\n", visible(save.OrgID), save.CreatedBy)
	if save.Enable {
		c.tellEnabled(save.OrgID, before.Enabled, switched)
	}
	return c.tellHeld(ctx, st, save.OrgID)
}

// test prints a line for each check, and returns who candidates will look as if added by.
func (c *cli) test(ctx context.Context, config Config, credential greenhouse.Credential) (*greenhouse.User, error) {
	client := config.greenhouse()
	defer client.CloseIdleConnections()
	tested := worker.TestConnection(ctx, client, credential)
	var hint string
	for _, check := range tested.Checks {
		mark := "ok  "
		if !check.OK {
			mark = "FAIL"
		}
		c.printf("%s  %s: %s\n", mark, check.What, visible(check.Says))
		if check.Hint != "" {
			hint = check.Hint
		}
	}
	if !tested.Passed() {
		err := errors.New("the connection test failed: nothing was saved")
		if hint != "" {
			err = hinted(err, "%s", hint)
		}
		return nil, err
	}
	return tested.User, nil
}

// testRequests is how many requests a connection test that passes makes.
const testRequests = 2

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
	key, err := store.CleanAPIKey(string(pasted))
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
