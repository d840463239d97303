package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/migrations"
)

func (c *cli) migrate() *cobra.Command {
	return parent(&cobra.Command{
		Use: "migrate", Short: "Make or update the database schema",
		Example: "  ghexport migrate up\n  ghexport migrate status",
	}, c.migrateUp(), c.migrateStatus(), c.migrateProducer())
}

func (c *cli) migrateUp() *cobra.Command {
	return &cobra.Command{
		Use: "up", Short: "Bring the schema to what this binary needs",
		Long: "Applies what is missing, ours first, then River's. It is safe to run twice, and while an older serve runs. The role in\n" +
			"DATABASE_URL must own the schema, or have CREATE on the database; after a migration run ghexport grant again.",
		Example: "  DATABASE_URL=postgres://owner@localhost/app ghexport migrate up",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.config("migrate", needDatabase)
			if err != nil {
				return err
			}
			before, err := pending(cmd.Context(), config.DatabaseURL)
			if err != nil {
				return err
			}
			if err := migrations.Up(cmd.Context(), config.DatabaseURL); err != nil {
				if errors.Is(err, migrations.ErrProducers) {
					err = hinted(err, "ghexport migrate producer up brings it up to date; the service needs a database of its own")
				}
				return err
			}
			latest, err := migrations.Latest()
			if err != nil {
				return err
			}
			if before == 0 {
				c.printf("the schema is at version %d already\n", latest)
			} else {
				c.printf("applied %s; the schema is at version %d\n", count(before, "migration"), latest)
			}
			return nil
		},
	}
}

func pending(ctx context.Context, databaseURL string) (int, error) {
	list, err := migrations.Status(ctx, databaseURL)
	n := 0
	for _, m := range list {
		if m.AppliedAt == nil {
			n++
		}
	}
	return n, err
}

func (c *cli) migrateStatus() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "List migrations and when they were applied; exit 1 when one is missing",
		Example: "  ghexport migrate status\n  ghexport migrate status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.config("migrate", needDatabase)
			if err != nil {
				return err
			}
			list, err := migrations.Status(cmd.Context(), config.DatabaseURL)
			if err != nil {
				return err
			}
			return c.showMigrations(list, asJSON, "run ghexport migrate up, with an address of the database's owner")
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}
