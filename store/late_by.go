package store

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// LateBy says whose doing it is that an export took long from its producer's commit until it was sent: Greenhouse's where it failed
// meanwhile, the company's where that was held, off or paused, nobody's where a person had to act, else ours. Call it once it is sent.
func (s *Store) LateBy(ctx context.Context, export int64) (ledger.Fault, error) {
	var fault string
	err := s.Pool.QueryRow(ctx, `
		SELECT CASE WHEN e.lane = 1 OR e.duplicate_allowed OR t.died THEN ''
		            WHEN t.failed THEN 'greenhouse'
		            WHEN t.held OR i.released_at > e.committed_at THEN 'company'
		            ELSE 'ours' END
		  FROM ghexport.exports e
		  LEFT JOIN ghexport.integrations i ON i.org_id = e.org_id
		 CROSS JOIN LATERAL (
			SELECT coalesce(bool_or(a.outcome IN ('dead', 'unknown')), false) AS died, coalesce(bool_or(a.cause = 'greenhouse.down'), false) AS failed,
			       coalesce(bool_or(a.outcome = 'hold'), false) AS held
			  FROM ghexport.attempts a WHERE a.export_id = e.id) t -- attempts_pkey
		 WHERE e.id = $1`, export).Scan(&fault)
	if err != nil {
		return ledger.FaultOurs, fmt.Errorf("say why export %d was late: %w", export, NotFound(err))
	}
	return ledger.Fault(fault), nil
}
