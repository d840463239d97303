package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/seal"
)

func (c *cli) keyset() *cobra.Command {
	return parent(&cobra.Command{
		Use: "keyset", Short: "The keys under which companies' API keys are sealed",
		Example: "  ghexport keyset new > keyset.json\n  ghexport keyset rotate --dry-run",
	}, c.keysetNew(), c.keysetAdd(), c.keysetRotate(), c.keysetRetire())
}

func (c *cli) keysetNew() *cobra.Command {
	var out string
	var ifMissing bool
	cmd := &cobra.Command{
		Use: "new", Short: "Print a new keyset, which is a secret",
		Long: "Makes a Tink keyset of one AES256-GCM key and prints its JSON alone. Make one for the whole service, once, keep it where\n" +
			"secrets are kept, and hand it to every node as GHEXPORT_KEYSET or as a file named by GHEXPORT_KEYSET_FILE. Without it the\n" +
			"companies' keys cannot be opened again.",
		Example: "  ghexport keyset new > keyset.json\n  ghexport keyset new --out /secrets/keyset.json --if-missing",
		Args:    cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			if ifMissing && out == "" {
				return usagef("--if-missing goes with --out")
			}
			text, err := seal.NewKeysetJSON()
			if err != nil {
				return err
			}
			if ifMissing {
				return c.writeKeyset(out, text, ifMissing)
			}
			return c.handOver(text, out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write it to this `FILE`, which only its owner can read, instead")
	cmd.Flags().BoolVar(&ifMissing, "if-missing", false, "leave a FILE that exists as it is, and be content")
	return cmd
}

// writeKeyset never replaces a file: in the one that is there may be the only key to what is sealed.
func (c *cli) writeKeyset(path, text string, ifMissing bool) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		if ifMissing {
			c.sayf("%s exists, and stays as it is", path)
			return nil
		}
		return hinted(fmt.Errorf("%s exists, and may hold the only key to what is sealed", path), "choose another file, or add --if-missing")
	}
	if err == nil {
		_, err = file.WriteString(strings.TrimSpace(text) + "\n")
		err = errors.Join(err, file.Sync(), file.Close())
	}
	if err != nil {
		return fmt.Errorf("write the keyset: %w", err)
	}
	c.sayf("wrote a new keyset to %s", path)
	return nil
}
