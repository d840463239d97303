package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/migrations"
)

// versionInfo holds what this binary is and what it knows, under the names of `version --json`.
type versionInfo struct {
	Version       string `json:"version"`
	Commit        string `json:"commit"` // that it was built from; empty where nobody said
	Go            string `json:"go"`
	Platform      string `json:"platform"`
	Schema        int64  `json:"schema"`         // of the database, ours
	MessageSchema int    `json:"schema_version"` // of producers' messages
	NoteFormat    int    `json:"note_format"`    // the newest layout that it can render
}

func (c *cli) version() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Print what this binary is and which schema it needs",
		Example: "  ghexport version\n  ghexport version --json",
		Args:    cobra.NoArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			latest, err := migrations.Latest()
			if err != nil {
				return err
			}
			v := versionInfo{
				Version: binaryVersion(), Commit: binaryCommit(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
				Schema: latest, MessageSchema: jobs.SchemaVersion, NoteFormat: slices.Max(ledger.NoteFormats),
			}
			if asJSON {
				return c.json(v)
			}
			c.printf("ghexport %s (%s, %s), database schema %d, message schema %d, note format %d\n",
				v.Version, v.Go, v.Platform, v.Schema, v.MessageSchema, v.NoteFormat)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// What a build outside a repository says of itself: -ldflags "-X main.stampedVersion=v1.2.3 -X main.stampedCommit=0123abc".
var stampedVersion, stampedCommit string

// binaryVersion returns what the build said, else what the Go tool recorded: a tag, or a commit.
func binaryVersion() string {
	info, ok := debug.ReadBuildInfo()
	if stampedVersion != "" || !ok {
		return cmp.Or(stampedVersion, "devel")
	}
	return cmp.Or(info.Main.Version, "devel")
}

// binaryCommit is the commit that the binary was built from, likewise.
func binaryCommit() string {
	info, ok := debug.ReadBuildInfo()
	if stampedCommit != "" || !ok {
		return stampedCommit
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return ""
}
