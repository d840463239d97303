package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/interviewing-io/greenhouse-export/migrations"
)

const urlUsage = "`URL` of the producer's database; a password may be left to PGPASSWORD or a PGPASSFILE"

func (c *cli) migrateProducer() *cobra.Command {
	return parent(&cobra.Command{
		Use: "producer", Short: "Put an outbox into a producer's own database",
		Long: "A producer whose data is in another database than the service's hands results over there, in its own transaction: the set holds\n" +
			"outbox, enqueue, validate and status, no keys and no ledger. serve reads it where GHEXPORT_OUTBOX_URLS names it.",
		Example: "  ghexport migrate producer up --url postgres://owner@db.internal/app\n  ghexport migrate producer sql > migration.sql",
	}, c.migrateProducerUp(), c.migrateProducerStatus(), c.migrateProducerSQL())
}

func (c *cli) migrateProducerUp() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use: "up", Short: "Bring a producer's database to what this binary knows",
		Long: "Applies what is missing. It is safe to run twice. The role of the address must own the schema ghexport there, or have CREATE on the\n" +
			"database; then ghexport grant --producer and --relay give others their rights. Upgrade serve first: it reads no newer schema than it knows.",
		Example: "  ghexport migrate producer up --url postgres://owner@db.internal/app",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := migrations.ProducerUp(cmd.Context(), url); err != nil {
				return producerHint(err)
			}
			latest, err := migrations.ProducerLatest()
			if err == nil {
				c.printf("the producer's schema is at version %d\n", latest)
			}
			return err
		},
	}
	requireURL(cmd, &url)
	return cmd
}

func (c *cli) migrateProducerStatus() *cobra.Command {
	var url string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "List what was applied to a producer's database; exit 1 when something is missing",
		Example: "  ghexport migrate producer status --url postgres://owner@db.internal/app",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := migrations.ProducerStatus(cmd.Context(), url)
			if err != nil {
				return err
			}
			return c.showMigrations(list, asJSON, "run ghexport migrate producer up, with an address of the database's owner")
		},
	}
	requireURL(cmd, &url)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (c *cli) migrateProducerSQL() *cobra.Command {
	var after int64
	cmd := &cobra.Command{
		Use: "sql", Short: "Print the SQL for a migration tool of your own",
		Long:    "Prints one transaction, which also notes what it applied where ghexport migrate producer status looks.",
		Example: "  ghexport migrate producer sql > migration.sql\n  ghexport migrate producer sql --after 2",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if after < 0 {
				return usagef("--after is the version that the database has, 0 for none")
			}
			text, err := migrations.ProducerSQL(after)
			c.printf("%s", text)
			return err
		},
	}
	cmd.Flags().Int64Var(&after, "after", 0, "leave out what a database of this `VERSION` has")
	return cmd
}

func requireURL(cmd *cobra.Command, url *string) {
	cmd.Flags().StringVar(url, "url", "", urlUsage)
	if err := cmd.MarkFlagRequired("url"); err != nil {
		panic(err) // the flag is made one line above
	}
}

func producerHint(err error) error {
	if errors.Is(err, migrations.ErrHasLedger) {
		return hinted(err, "its producers hand over there already, and need ghexport grant --producer alone")
	}
	return err
}

// showMigrations prints migrations, and fails with a hint where one is missing.
func (c *cli) showMigrations(list []migrations.Migration, asJSON bool, hint string) error {
	missing := 0
	var rows [][]string
	for _, m := range list {
		applied := "missing"
		if m.AppliedAt != nil {
			applied = moment(*m.AppliedAt)
		} else {
			missing++
		}
		rows = append(rows, []string{m.Owner, fmt.Sprint(m.Version), m.Name, applied})
	}
	var err error
	if asJSON {
		err = c.json(list)
	} else {
		c.table([]column{{"of", 10}, {"version", 8}, {"name", 50}, {"applied", 17}}, rows)
	}
	if err == nil && missing > 0 {
		err = hinted(fmt.Errorf("%s missing", count(missing, "migration")), "%s", hint)
	}
	return err
}
