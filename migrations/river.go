package migrations

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// unread are indexes of River's by which nobody looks for anything: the service, River itself and River UI find jobs by id, queue, kind
// and state. Both are GIN, written at every step of every job: a seventh of all that an export writes to the WAL.
var unread = []string{"river_job_args_index", "river_job_metadata_index"}

// applyRiver applies River's own migrations, and takes away the indexes that are [unread].
func applyRiver(ctx context.Context, pool *pgxpool.Pool) error {
	rivers, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: Schema})
	if err != nil {
		return fmt.Errorf("river's migrations: %w", err)
	}
	if _, err := rivers.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	return dropUnread(ctx, pool)
}

// dropUnread asks first, since DROP INDEX locks the table out for everybody, however briefly.
func dropUnread(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `
		SELECT quote_ident(schemaname) || '.' || quote_ident(indexname) FROM pg_indexes WHERE schemaname = $1 AND indexname = ANY ($2)`, Schema, unread)
	if err != nil {
		return fmt.Errorf("look for indexes of river's: %w", err)
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for indexes of river's: %w", err)
	}
	if len(there) == 0 {
		return nil
	}
	if _, err := pool.Exec(ctx, "DROP INDEX IF EXISTS "+strings.Join(there, ", ")); err != nil {
		return fmt.Errorf("drop indexes of river's that nobody reads: %w", err)
	}
	return nil
}
