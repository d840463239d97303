package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

const (
	sourceStays  = time.Hour           // the row of a source that no node is told of any more
	carriedStays = 30 * 24 * time.Hour // which source a message came from
	carriedPrune = 10_000              // rows of one step
)

// SourceSeen holds what a node found when it looked at a source.
type SourceSeen struct {
	Name    string
	Read    bool       // its outbox could be read
	Waiting int64      // messages that lay there, where it could
	Oldest  *time.Time // when the oldest of them was committed; nil without one

	TroubleKind ledger.SourceTrouble
	Trouble     string
}

// TakeSource gives a node the turn of reading a source until d is over, or prolongs it, and reports false where another node has it.
// The turn saves work and no more: two nodes that read the same messages carry each once ([Store.Carry]).
func (s *Store) TakeSource(ctx context.Context, source string, node uuid.UUID, d time.Duration) (mine bool, err error) {
	done, err := s.Pool.Exec(ctx, `
		INSERT INTO ghexport.sources AS s (name, node, node_until)
		VALUES ($1, $2, clock_timestamp() + $3::interval)
		ON CONFLICT (name) DO UPDATE
		   SET node = excluded.node, node_until = excluded.node_until
		 WHERE s.node = excluded.node OR s.node_until < clock_timestamp()`, source, node, d)
	if err != nil {
		return false, fmt.Errorf("take the turn of source %s: %w", source, err)
	}
	return done.RowsAffected() == 1, nil
}

// LeaveSource gives a node's turn back, so that another need not wait until it is over.
func (s *Store) LeaveSource(ctx context.Context, source string, node uuid.UUID) error {
	_, err := s.Pool.Exec(ctx, "UPDATE ghexport.sources SET node_until = '-infinity' WHERE name = $1 AND node = $2", source, node)
	if err != nil {
		return fmt.Errorf("give back the turn of source %s: %w", source, err)
	}
	return nil
}

// SeeSource records how a source was found. What waits there stays what it was while it cannot be read.
func (s *Store) SeeSource(ctx context.Context, seen SourceSeen) error {
	_, err := s.Pool.Exec(ctx, `
		INSERT INTO ghexport.sources AS s (name, looked_at, read_at, waiting, oldest_at, trouble_kind, trouble, trouble_since)
		VALUES ($1, clock_timestamp(), CASE WHEN $2 THEN clock_timestamp() END, $3, $4, nullif($5, ''), nullif($6, ''),
		        CASE WHEN $5 <> '' THEN clock_timestamp() END)
		ON CONFLICT (name) DO UPDATE
		   SET looked_at = excluded.looked_at, read_at = coalesce(excluded.read_at, s.read_at),
		       waiting = CASE WHEN $2 THEN excluded.waiting ELSE s.waiting END,
		       oldest_at = CASE WHEN $2 THEN excluded.oldest_at ELSE s.oldest_at END,
		       trouble_kind = excluded.trouble_kind, trouble = excluded.trouble,
		       trouble_since = CASE WHEN s.trouble_kind IS NOT DISTINCT FROM excluded.trouble_kind THEN s.trouble_since ELSE excluded.trouble_since END`,
		seen.Name, seen.Read, seen.Waiting, seen.Oldest, string(seen.TroubleKind), ledger.Clean(seen.Trouble, DetailCap))
	if err != nil {
		return fmt.Errorf("record how source %s is: %w", seen.Name, err)
	}
	return nil
}

// Sources lists the sources that nodes read, by name. An age is by the clock of the database here.
func (s *Store) Sources(ctx context.Context) ([]ledger.Source, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT s.name, s.read_at,
		       greatest(extract(epoch FROM clock_timestamp() - coalesce(s.read_at, s.trouble_since, s.looked_at, clock_timestamp())), 0)::float8,
		       greatest(extract(epoch FROM clock_timestamp() - coalesce(s.looked_at, clock_timestamp())), 0)::float8,
		       s.waiting, coalesce(greatest(extract(epoch FROM clock_timestamp() - s.oldest_at), 0), 0)::float8, s.carried,
		       coalesce(s.trouble_kind, ''), coalesce(s.trouble, ''), s.trouble_since
		  FROM ghexport.sources s
		 ORDER BY s.name`)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.Source])
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return list, nil
}

// PruneSources forgets the sources that no node has looked at for an hour, but for the given, and of a bounded number of messages that
// were carried 30 days ago where they came from; it reports whether there are more of these. Safe to call at any time.
func (s *Store) PruneSources(ctx context.Context, ours []string) (more bool, err error) {
	_, err = s.Pool.Exec(ctx, `
		DELETE FROM ghexport.sources
		 WHERE NOT name = ANY ($1)
		   AND greatest(looked_at, node_until) < clock_timestamp() - $2::interval`, ours, sourceStays)
	if err != nil {
		return false, fmt.Errorf("forget sources: %w", err)
	}
	done, err := s.Pool.Exec(ctx, `
		DELETE FROM ghexport.carried
		 WHERE message IN (SELECT c.message FROM ghexport.carried c -- carried_by_age
		                    WHERE c.at < statement_timestamp() - $1::interval
		                    ORDER BY c.at
		                    LIMIT $2)`, carriedStays, carriedPrune)
	if err != nil {
		return false, fmt.Errorf("forget what was carried: %w", err)
	}
	return done.RowsAffected() == carriedPrune, nil
}
