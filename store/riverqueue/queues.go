package riverqueue

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// PausedQueues lists the paused queues by name. River pauses every queue at once under the name "*".
func (s Store) PausedQueues(ctx context.Context) ([]ledger.PausedQueue, error) {
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
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ledger.PausedQueue])
	if err != nil {
		return nil, fmt.Errorf("list paused queues: %w", err)
	}
	return list, nil
}
