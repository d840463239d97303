package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// How often a node says that it is there, and how long its row stays.
const (
	NodeBeat  = 15 * time.Second
	nodeStays = 24 * time.Hour
)

// SeeNode records that a node is there, and forgets those that have been gone for a day. Safe to call at any time.
func (s *Store) SeeNode(ctx context.Context, n ledger.Node) error {
	_, err := s.Pool.Exec(ctx, `
		WITH gone AS (
			DELETE FROM ghexport.nodes WHERE seen_at < clock_timestamp() - $7::interval AND id <> $1
		)
		INSERT INTO ghexport.nodes AS n (id, host, version, sends, console, trouble, keys, trouble_kind, test_address, trouble_since)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $8, nullif($9, ''), $10, CASE WHEN $6 <> '' THEN clock_timestamp() END)
		ON CONFLICT (id) DO UPDATE
		   SET trouble = excluded.trouble, trouble_kind = excluded.trouble_kind, seen_at = clock_timestamp(),
		       trouble_since = CASE WHEN n.trouble IS NOT NULL AND n.trouble_kind IS NOT DISTINCT FROM excluded.trouble_kind AND excluded.trouble IS NOT NULL
		                            THEN n.trouble_since ELSE excluded.trouble_since END`,
		n.ID, ledger.Clean(n.Host, DetailCap), n.Version, n.Sends, n.Console, ledger.Clean(n.Trouble, DetailCap), nodeStays, n.Keys, string(n.TroubleKind), n.TestAddress)
	if err != nil {
		return fmt.Errorf("say that this node is there: %w", err)
	}
	return nil
}

// ForgetNode takes the row of a node away that ends in order.
func (s *Store) ForgetNode(ctx context.Context, id uuid.UUID) error {
	if _, err := s.Pool.Exec(ctx, "DELETE FROM ghexport.nodes WHERE id = $1", id); err != nil {
		return fmt.Errorf("forget this node: %w", err)
	}
	return nil
}

// Nodes lists the nodes of the last day, the one seen last first.
func (s *Store) Nodes(ctx context.Context) ([]ledger.Node, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT n.id, n.host, n.version, n.sends, n.console, coalesce(n.trouble, ''), n.started_at,
		       greatest(extract(epoch FROM clock_timestamp() - n.seen_at), 0)::float8, n.keys, n.test_address IS TRUE,
		       coalesce(n.trouble_kind, ''), n.trouble_since
		  FROM ghexport.nodes n
		 ORDER BY n.seen_at DESC, n.host, n.id
		 LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.Node])
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	return list, nil
}
