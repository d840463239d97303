package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// producerFiles are the migrations of a producer's own database: the outbox by hand, and the rules of a message as they stand in the
// service's schema, out of which a test makes them.
//
//go:embed producer/*.sql
var producerFiles embed.FS

// producerVersions is the table in which a producer's database keeps what was applied to it.
const producerVersions = Schema + ".producer_version"

// The two schemas are never mixed: both have an outbox, and the relay of one would read the other's.
var (
	ErrHasLedger = errors.New("this is a database of the service's: it has a ledger, and an outbox of its own")
	ErrProducers = errors.New("this is a producer's own database: it has an outbox and can hold no ledger")
)

// ProducerUp brings a producer's own database to what this binary knows: outbox, enqueue, validate and status, without keys and ledger.
// It refuses a database of the service's ([ErrHasLedger]). Safe to call twice, and from two places at once; the role must own the schema,
// or have CREATE on the database.
func ProducerUp(ctx context.Context, databaseURL string) error {
	return alone(ctx, databaseURL, func(pool *pgxpool.Pool) error { return applyProducer(ctx, pool) })
}

func applyProducer(ctx context.Context, pool *pgxpool.Pool) error {
	ledger, err := exists(ctx, pool, Schema+".exports")
	if err != nil {
		return err
	}
	if ledger {
		return ErrHasLedger
	}
	if err := makeSchema(ctx, pool, "Hands interview results to the service that carries them into Greenhouse."); err != nil {
		return err
	}
	files, err := producerProvider(pool)
	if err != nil {
		return err
	}
	defer files.Close()
	if _, err := files.Up(ctx); err != nil {
		return fmt.Errorf("migrate the producer's database: %w", err)
	}
	return nil
}

func producerProvider(pool *pgxpool.Pool) (*goose.Provider, error) {
	store, err := database.NewStore(database.DialectPostgres, producerVersions)
	if err != nil {
		return nil, fmt.Errorf("goose: %w", err)
	}
	files, err := fs.Sub(producerFiles, "producer")
	if err != nil {
		return nil, fmt.Errorf("migrations of producers: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectCustom, stdlib.OpenDBFromPool(pool), files, goose.WithStore(store))
	if err != nil {
		return nil, fmt.Errorf("goose: %w", err)
	}
	return p, nil
}

// exists tells whether a table is there.
func exists(ctx context.Context, pool *pgxpool.Pool, table string) (is bool, err error) {
	if err := pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&is); err != nil {
		return false, fmt.Errorf("look for %s: %w", table, err)
	}
	return is, nil
}

// ProducerStatus lists the migrations of producers' databases and when they were applied to this one. It changes nothing.
func ProducerStatus(ctx context.Context, databaseURL string) ([]Migration, error) {
	pool, err := connect(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	files, err := producerProvider(pool)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	applied := map[int64]time.Time{}
	rows, _ := pool.Query(ctx, "SELECT version_id, tstamp FROM "+producerVersions+" WHERE is_applied AND version_id > 0")
	var version int64
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&version, &at}, func() error { applied[version] = at; return nil })
	if err != nil && !missing(err) {
		return nil, fmt.Errorf("read migrations applied: %w", err)
	}
	var all []Migration
	for _, source := range files.ListSources() {
		m := Migration{Owner: "producer", Version: source.Version, Name: source.Path}
		if when, known := applied[source.Version]; known {
			m.AppliedAt = &when
		}
		all = append(all, m)
	}
	return all, nil
}

// ProducerLatest returns the newest version of producers' databases that this binary knows.
func ProducerLatest() (int64, error) {
	entries, err := producerFiles.ReadDir("producer")
	if err != nil {
		return 0, fmt.Errorf("list migrations of producers: %w", err)
	}
	var highest int64
	for _, entry := range entries {
		version, err := goose.NumericComponent(entry.Name())
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", entry.Name(), err)
		}
		highest = max(highest, version)
	}
	return highest, nil
}
