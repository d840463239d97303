package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/migrations"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

const (
	serviceRole  = "ghexport_service" // as `ghexport grant --service` leaves it
	templateLock = 0x7465737464       // "testd": one process at a time builds a template
)

// template returns the name of a migrated database, made where it is missing, that others are copied from. Its name is the hash of
// what went into it, so that a server which outlives a run never serves an old schema. Safe from several processes at once.
func (c cluster) template(ctx context.Context) (string, error) {
	grants, err := rights.GrantSQL(rights.GrantService, serviceRole)
	if err != nil {
		return "", err
	}
	hash, err := c.schemaHash(ctx, grants)
	if err != nil {
		return "", err
	}
	name := "ghexport_template_" + hash
	err = c.connect(ctx, "", func(conn *pgx.Conn) error {
		// Session locks end with the connection at the latest.
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
			return fmt.Errorf("wait for another process's template: %w", err)
		}
		var done bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)", name).Scan(&done)
		if err != nil || done {
			return err
		}
		return c.buildTemplate(ctx, conn, name, grants)
	})
	if err != nil {
		return "", fmt.Errorf("template database: %w", err)
	}
	return name, nil
}

// buildTemplate makes the database. What says that it is complete is the mark as a template, which comes last.
func (c cluster) buildTemplate(ctx context.Context, conn *pgx.Conn, name, grants string) error {
	for _, role := range []string{ownerRole, serviceRole} {
		if err := c.ensureLogin(ctx, conn, role); err != nil {
			return err
		}
	}
	// Separate calls: neither statement may run in a transaction, which several in one call would share.
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)",
		"CREATE DATABASE " + quote(name) + " OWNER " + quote(ownerRole),
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, c.url(ownerRole, name)); err != nil {
		return err
	}
	if err := c.execAs(ctx, ownerRole, name, grants); err != nil {
		return fmt.Errorf("grant the service's rights: %w", err)
	}
	// Nobody may connect from here on: a database with a connection cannot be copied.
	_, err := conn.Exec(ctx, "ALTER DATABASE "+quote(name)+" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")
	return err
}

// execAs runs statements in a database as one of its roles.
func (c cluster) execAs(ctx context.Context, role, database, statements string) error {
	conn, err := pgx.Connect(ctx, c.url(role, database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	_, err = conn.Exec(ctx, statements)
	return err
}

// schemaHash names what a template is made of: our migrations, River's, and the service's rights.
func (c cluster) schemaHash(ctx context.Context, grants string) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := migrations.Files.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s\n", path, len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash migrations: %w", err)
	}
	steps, err := migrations.Status(ctx, c.admin.String())
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	for _, step := range steps {
		fmt.Fprintln(sum, step.Owner, step.Version, step.Name)
	}
	fmt.Fprintln(sum, grants)
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
