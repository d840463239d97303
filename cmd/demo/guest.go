package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// demoMark begins the comment on a schema that a demo made, and may therefore drop; the names of its roles follow.
	demoMark     = "Made by the ghexport demo, which drops it when it ends or is run again. Roles:"
	demoLock     = 0x67686578 // one demo at a time in a database, and what nobody holds it for is a leftover
	removalLimit = 30 * time.Second
)

// guest is the demo in a database that is not its own.
type guest struct {
	conn    *pgx.Conn // holds the lock
	address string
	name    string
	roles   []string
}

func (g *guest) moveIn(ctx context.Context, out *terminal) (*database, error) {
	var free bool
	if err := g.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(demoLock)).Scan(&free); err != nil {
		return nil, fmt.Errorf("lock database %s: %w", g.name, err)
	}
	if !free {
		return nil, fmt.Errorf("another demo uses database %s (DATABASE_URL): end it first", g.name)
	}
	comment, exists, err := schemaComment(ctx, g.conn)
	if err != nil {
		return nil, err
	}
	if roles, ours := strings.CutPrefix(comment, demoMark); ours {
		g.roles = strings.Fields(roles)
		if err := g.drop(ctx); err != nil {
			return nil, err
		}
		out.printf("  %s\n", out.dim("removed schema ghexport of database "+g.name+", left by a demo that was killed"))
	} else if exists {
		return nil, fmt.Errorf("database %s (DATABASE_URL) has a schema ghexport that no demo made, and is left alone: "+
			"name an empty database, or unset DATABASE_URL to have a private one", g.name)
	}
	return g.settle(ctx, out)
}

// settle makes schema and roles in one transaction, the roles only where we may make some.
func (g *guest) settle(ctx context.Context, out *terminal) (*database, error) {
	tag := strings.ToLower(rand.Text()[:8])
	password := rand.Text()
	service, producer := "ghexport_demo_service_"+tag, "ghexport_demo_producer_"+tag
	db := &database{owner: g.address, service: asRole(g.address, service, password), producer: asRole(g.address, producer, password)}
	g.roles = []string{service, producer}
	err := g.make(ctx, password)
	if err == nil {
		err = canConnect(ctx, db.service, db.producer)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "42501" || strings.HasPrefix(refused.Code, "28")) { // no right to, or no way in
		out.printf("  %s\n", out.dim("no roles could be made in DATABASE_URL's database: all is done as its own user"))
		if err := g.drop(ctx); err != nil {
			return nil, err
		}
		g.roles = nil
		db.service, db.producer = g.address, g.address
		err = g.make(ctx, "")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make schema ghexport in database %s: %w", g.name, err), g.drop(context.WithoutCancel(ctx)))
	}
	db.about = fmt.Sprintf("%s, of DATABASE_URL\n              made there, and dropped at the end: schema ghexport", g.name)
	for _, role := range g.roles {
		db.about += "\n              and role " + role
	}
	db.remove = func() error {
		// The demo's own context has ended by now.
		ctx, cancel := limited(context.Background(), removalLimit, "schema ghexport to be dropped")
		defer cancel()
		return errors.Join(g.drop(ctx), g.conn.Close(ctx))
	}
	return db, nil
}

func (g *guest) make(ctx context.Context, password string) error {
	return pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		comment := strings.Join(append([]string{demoMark}, g.roles...), " ")
		statements := []string{"CREATE SCHEMA ghexport", "COMMENT ON SCHEMA ghexport IS '" + comment + "'"}
		for _, role := range g.roles {
			statements = append(statements, "CREATE ROLE "+role+" LOGIN PASSWORD '"+password+"'")
		}
		_, err := tx.Exec(ctx, strings.Join(statements, ";"))
		return err
	})
}

// drop removes what make made, and nothing else: a schema that does not bear our mark stays. Safe to call twice.
func (g *guest) drop(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		comment, _, err := schemaComment(ctx, tx)
		if err != nil {
			return err
		}
		statements := "SET LOCAL client_min_messages = warning"
		if strings.HasPrefix(comment, demoMark) {
			statements += "; DROP SCHEMA ghexport CASCADE"
		}
		// Asked first because DROP ROLE IF EXISTS needs the right to drop even where there is nothing to.
		rows, err := tx.Query(ctx, "SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)", g.roles)
		if err != nil {
			return err
		}
		roles, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, role := range roles {
			statements += "; DROP ROLE " + pgx.Identifier{role}.Sanitize()
		}
		_, err = tx.Exec(ctx, statements)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop schema ghexport of database %s: %w", g.name, err)
	}
	return nil
}

func schemaComment(ctx context.Context, db interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}) (comment string, exists bool, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce(obj_description(to_regnamespace('ghexport'), 'pg_namespace'), ''), to_regnamespace('ghexport') IS NOT NULL`).
		Scan(&comment, &exists)
	if err != nil {
		return "", false, fmt.Errorf("look for schema ghexport: %w", err)
	}
	return comment, exists, nil
}
