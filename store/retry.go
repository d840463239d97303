package store

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ReplayNow returns what River UI's Retry button does. It returns what follows, in words; what cannot be retried is refused with a
// [*RefusedError].
func (s *Store) ReplayNow(ctx context.Context, id int64, by By) (string, error) {
	var was ledger.State
	result, err := s.apply(ctx, Verb{Verb: ledger.VerbRetry, Lane: LaneReplay, was: &was}, by, false, []int64{id})
	if err != nil {
		return "", err
	}
	if problems := result.Problems(); len(problems) > 0 {
		return "", problems[0]
	}
	if was == ledger.StateDead {
		return "replayed: it goes as a job of its own once its company may send", nil
	}
	return "due now: it goes as a job of its own once its company may send", nil
}

// RefusedRetries tells which of these exports [Store.ReplayNow] would refuse now, and changes nothing.
func (s *Store) RefusedRetries(ctx context.Context, ids []int64) (map[int64]error, error) {
	result, err := s.apply(ctx, Verb{Verb: ledger.VerbRetry}, By{}, true, ids)
	if err != nil {
		return nil, err
	}
	refused := map[int64]error{}
	for _, one := range result.Refused {
		refused[one.ExportID] = one
	}
	for _, id := range result.Missing {
		refused[id] = fmt.Errorf("export %d: %w", id, ErrNotFound)
	}
	return refused, nil
}

// RetriedBy tells who pressed Retry for a River job of an export within the last hour, as our guard of River UI recorded it; empty
// where it was pressed elsewhere.
func (s *Store) RetriedBy(ctx context.Context, exportID, jobID int64) (string, error) {
	var actor string
	err := s.Pool.QueryRow(ctx, `
		SELECT coalesce((SELECT a.actor
		                   FROM ghexport.audit a -- audit_by_export
		                  WHERE a.export_id = $1 AND a.action = 'river.retry' AND a.at > statement_timestamp() - interval '1 hour'
		                    AND a.detail -> 'jobs' @> to_jsonb($2::bigint)
		                  ORDER BY a.id DESC LIMIT 1), '')`, exportID, jobID).Scan(&actor)
	if err != nil {
		return "", fmt.Errorf("ask who pressed Retry: %w", err)
	}
	return actor, nil
}
