package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// PausedQueue is a queue of River's that somebody paused: nothing in it runs, on any node, until it is resumed.
type PausedQueue struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	By   string    `json:"by"` // empty where it was not paused here: by another River UI, or in the database
}

// PausedQueues lists the paused queues by name. River pauses every queue at once under the name "*".
func (s *Store) PausedQueues(ctx context.Context) ([]PausedQueue, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT q.name, q.paused_at,
		       coalesce((SELECT a.actor
		                   FROM ghexport.audit a -- audit_by_action
		                  WHERE a.action = 'river.pause' AND a.detail ->> 'queue' IN (q.name, '*')
		                    AND a.at BETWEEN q.paused_at - interval '1 minute' AND q.paused_at + interval '1 minute'
		                  ORDER BY a.id DESC LIMIT 1), '')
		  FROM ghexport.river_queue q
		 WHERE q.paused_at IS NOT NULL
		 ORDER BY q.name
		 LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("list paused queues: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PausedQueue])
	if err != nil {
		return nil, fmt.Errorf("list paused queues: %w", err)
	}
	return list, nil
}
