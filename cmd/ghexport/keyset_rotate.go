package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/store/keyring"
)

const keysetRotateLong = `Seals everything that is sealed anew under the primary key of the keyset, while the service works and without a failed export. A run
that was cut short is run again; one that finds nothing to do does no harm. To change the key, without a moment in which a node
could not open something:

  1  ghexport keyset add --out new.json        the keyset with a new key, too; replace it on every node, one by one
  2  ghexport keyset rotate --dry-run, then without      refused while a running node lacks the new key
  3  ghexport keyset retire --out last.json    the new key alone; replace the keyset once more, and destroy the old one

Each reads the present keyset from GHEXPORT_KEYSET or GHEXPORT_KEYSET_FILE; for 2 and 3 that is new.json.`

func (c *cli) keysetRotate() *cobra.Command {
	var dryRun, skipBroken, asJSON bool
	var reason string
	cmd := &cobra.Command{
		Use: "rotate", Short: "Seal every stored secret anew under the keyset's newest key",
		Long:    keysetRotateLong,
		Example: "  ghexport keyset rotate --dry-run\n  ghexport keyset rotate --reason \"yearly\"",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, config, err := c.open(cmd.Context(), "keyset rotate", needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			keyset, err := config.openKeyset()
			if err != nil {
				return err
			}
			r, err := keyring.In(st).Rotate(cmd.Context(), keyset, dryRun, skipBroken, c.by(reason))
			if err != nil {
				return rotateHint(err)
			}
			if asJSON {
				err = c.json(r)
			} else {
				c.tellRotation(r)
			}
			if err == nil && len(r.Broken) > 0 {
				err = errProblemsFound
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be sealed anew, and change nothing")
	cmd.Flags().BoolVar(&skipBroken, "skip-broken", false, "go on without the companies whose key does not open; exit 1")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for whoever asks later")
	return cmd
}

func (c *cli) tellRotation(r keyring.Rotation) {
	did := "sealed anew"
	if r.DryRun {
		did = "to be sealed anew"
	}
	c.printf("%s: %s, %d already under key %d\n", did, count(int64(r.Rewrapped), "secret"), r.Already, r.Key)
	for _, org := range r.Broken {
		c.printf("does not open, and stays as it is: %s\n", visible(org))
	}
}

// rotateHint tells the cure of each refusal.
func rotateHint(err error) error {
	var nodes *keyring.NodesLackKeyError
	var unopened *keyring.UnopenedError
	switch {
	case errors.As(err, &nodes):
		return hinted(err, "give them the keyset first; a node that has ended is forgotten within a minute")
	case errors.As(err, &unopened) && len(unopened.Unknown) > 0:
		return hinted(err, "use the keyset that the service runs with, and what ghexport keyset add made of it")
	case errors.As(err, &unopened):
		return hinted(err, "connect them anew (ghexport org connect), or add --skip-broken")
	}
	return err
}

func (c *cli) keysetAdd() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "add", Short: "Print the keyset with a new key, too, which is a secret",
		Long: "Prints the present keyset with one more key, its JSON alone: the first step of a rotation. Until ghexport keyset rotate has run,\n" +
			"secrets go on being sealed under the present key, so that nodes that do not have the new keyset yet can open them.",
		Example: "  ghexport keyset add --out new.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			config, err := c.config("keyset", needKeyset)
			if err != nil {
				return err
			}
			keyset, err := config.openKeyset()
			if err != nil {
				return err
			}
			text, err := keyset.WithNewKey()
			if err != nil {
				return err
			}
			return c.handOver(text, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write it to this `FILE`, which only its owner can read, instead")
	return cmd
}

func (c *cli) keysetRetire() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "retire", Short: "Print the keyset without its old keys, which is a secret",
		Long: "Prints the present keyset's newest key alone: the last step of a rotation. Refused while anything is still sealed under another.\n" +
			"Backups of the database from before the rotation need the old keys: keep these for as long as you keep those.",
		Example: "  ghexport keyset retire --out last.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			st, config, err := c.open(cmd.Context(), "keyset retire", needKeyset)
			if err != nil {
				return err
			}
			defer st.Close()
			keyset, err := config.openKeyset()
			if err != nil {
				return err
			}
			if err := keyring.In(st).OldKeysUnused(cmd.Context(), keyset); err != nil {
				var still *keyring.StillSealedError
				if errors.As(err, &still) {
					err = hinted(err, "ghexport keyset rotate")
				}
				return rotateHint(err)
			}
			text, err := keyset.PrimaryAlone()
			if err != nil {
				return err
			}
			return c.handOver(text, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write it to this `FILE`, which only its owner can read, instead")
	return cmd
}

// handOver prints a keyset's JSON alone, or writes it to a file that must not exist.
func (c *cli) handOver(text, out string) error {
	if out == "" {
		c.printf("%s\n", strings.TrimSpace(text))
		return nil
	}
	return c.writeKeyset(out, text, false)
}
