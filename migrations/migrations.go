// Package migrations owns the database schema: the SQL files beside it, and the order in which they and River's own are applied.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

// Schema is the Postgres schema that holds everything of ours, River's tables and goose's included.
const Schema = "ghexport"

// Files are the migrations, in goose's format. Tests hash them to name their template database.
//
//go:embed *.sql
var Files embed.FS

const (
	lockTimeout  = 5 * time.Second // a migration waits no longer than this for a table in use, so that it never queues producers behind it
	retryFor     = 2 * time.Minute // how long a migration that met a lock is tried again
	advisoryLock = 0x67686578706f  // "ghexpo": two migrations at once take turns
)

// Up brings the schema at databaseURL to what this binary needs: ours first, then River's. It is safe to call twice and from two
// places at once. Every migration is a transaction of its own; a run that fails has committed those before it. The role must own
// the database or have CREATE on it.
func Up(ctx context.Context, databaseURL string) error {
	latest, err := Latest()
	if err != nil {
		return err
	}
	return UpTo(ctx, databaseURL, latest)
}

// UpTo is [Up] that leaves out our migrations after a version, so that a test can meet a schema of before them.
func UpTo(ctx context.Context, databaseURL string, version int64) error {
	return alone(ctx, databaseURL, func(pool *pgxpool.Pool) error { return apply(ctx, pool, version) })
}

// alone connects, and applies what no other migration stands beside; a lock that it meets makes it try again for retryFor.
func alone(ctx context.Context, databaseURL string, apply func(*pgxpool.Pool) error) error {
	pool, err := connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()

	turn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to migrate: %w", err)
	}
	defer turn.Release()
	release, err := takeTurn(ctx, turn.Conn())
	if err != nil {
		return err
	}
	defer release()

	patience := backoff.NewExponentialBackOff(backoff.WithMaxElapsedTime(retryFor))
	return backoff.Retry(func() error {
		err := apply(pool)
		if err != nil && !metLock(err) {
			return backoff.Permanent(err)
		}
		return err
	}, backoff.WithContext(patience, ctx))
}

// connect makes a pool without limits on how long a statement may take: an index of a large table takes its time, whatever the role's
// own limits say.
func connect(ctx context.Context, databaseURL string) (*pgxpool.Pool, error) {
	sessions, err := pgsession.New(pgsession.Config{URL: databaseURL, ApplicationName: "ghexport migrate", LockLimit: lockTimeout})
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	config := sessions.PoolConfig()
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to migrate: %w", err)
	}
	return pool, nil
}

func apply(ctx context.Context, pool *pgxpool.Pool, version int64) error {
	producers, err := exists(ctx, pool, producerVersions)
	if err != nil {
		return err
	}
	if producers {
		return ErrProducers
	}
	if err := makeSchema(ctx, pool, "Carries interview results into Greenhouse."); err != nil {
		return err
	}
	ours, err := provider(pool)
	if err != nil {
		return err
	}
	defer ours.Close()
	if _, err := ours.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return applyRiver(ctx, pool)
}

// makeSchema makes the schema where it is not there. That is asked first, because CREATE SCHEMA IF NOT EXISTS needs the right to create
// even where there is nothing to do.
func makeSchema(ctx context.Context, pool *pgxpool.Pool, comment string) error {
	var exists bool
	if err := pool.QueryRow(ctx, "SELECT to_regnamespace($1) IS NOT NULL", Schema).Scan(&exists); err != nil {
		return fmt.Errorf("look for schema %s: %w", Schema, err)
	}
	if exists {
		return nil
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA "+Schema+"; COMMENT ON SCHEMA "+Schema+" IS '"+comment+"'"); err != nil {
		return fmt.Errorf("create schema %s: %w", Schema, err)
	}
	return nil
}

func provider(pool *pgxpool.Pool) (*goose.Provider, error) {
	store, err := database.NewStore(database.DialectPostgres, Schema+".goose_db_version")
	if err != nil {
		return nil, fmt.Errorf("goose: %w", err)
	}
	// Closing the provider closes the *sql.DB; the pool below it is the caller's.
	p, err := goose.NewProvider(goose.DialectCustom, stdlib.OpenDBFromPool(pool), Files, goose.WithStore(store))
	if err != nil {
		return nil, fmt.Errorf("goose: %w", err)
	}
	return p, nil
}

// metLock tells a migration that gave way to a table in use from one that is wrong.
func metLock(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (pgErr.Code == "55P03" || pgErr.Code == "40P01")
}
