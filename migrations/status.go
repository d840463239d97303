package migrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Migration is one step of the schema and when it was applied; AppliedAt is nil for one that is still to come.
type Migration struct {
	Owner     string     `json:"owner"` // "ghexport" or "river"
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"applied_at"`
}

// Status lists every migration that this binary knows, ours and River's. It changes nothing, and needs no schema to exist.
func Status(ctx context.Context, databaseURL string) ([]Migration, error) {
	pool, err := connect(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	ours, err := provider(pool)
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	applied := map[string]map[int64]*time.Time{"ghexport": {}, "river": {}}
	for owner, query := range map[string]string{
		"ghexport": "SELECT version_id, tstamp FROM ghexport.goose_db_version WHERE is_applied AND version_id > 0",
		"river":    "SELECT version, created_at FROM ghexport.river_migration",
	} {
		rows, _ := pool.Query(ctx, query)
		var version int64
		var at time.Time
		_, err := pgx.ForEachRow(rows, []any{&version, &at}, func() error {
			when := at
			applied[owner][version] = &when
			return nil
		})
		if err != nil && !missing(err) {
			return nil, fmt.Errorf("read migrations applied by %s: %w", owner, err)
		}
	}
	var all []Migration
	for _, source := range ours.ListSources() {
		all = append(all, Migration{Owner: "ghexport", Version: source.Version, Name: source.Path, AppliedAt: applied["ghexport"][source.Version]})
	}
	rivers, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Schema})
	if err != nil {
		return nil, fmt.Errorf("river's migrations: %w", err)
	}
	for _, m := range rivers.AllVersions() {
		all = append(all, Migration{Owner: "river", Version: int64(m.Version), Name: m.Name, AppliedAt: applied["river"][int64(m.Version)]})
	}
	return all, nil
}

// missing tells a table that is still to be made from a database that does not answer.
func missing(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (pgErr.Code == "42P01" || pgErr.Code == "3F000")
}
