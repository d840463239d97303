package store

import (
	"context"
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// judgeRetry says what River UI's Retry button means for an export: a dead one is replayed, a pending one is due at once.
func judgeRetry(row verbRow) (m move, refusal string) {
	switch {
	case row.State == ledger.StateDead:
		return judgeReplay(row, laneReplay)
	case row.State == ledger.StatePending && row.Due:
		return move{to: ledger.StatePending, keepsClock: true}, ""
	case row.State == ledger.StatePending:
		return move{}, "it waits for another export of the same candidate"
	default:
		return move{}, "Retry applies to dead and pending exports only"
	}
}

// ReplayNow is what River UI's Retry button does. It returns what follows, in words; what cannot be retried is refused with a
// [*RefusedError].
func (s *Store) ReplayNow(ctx context.Context, id int64, by By) (string, error) {
	follows := "due now: it goes as a job of its own once its company may send"
	v := verb{action: "replay", judge: func(row verbRow) (move, string) {
		if row.State == ledger.StateDead {
			follows = "replayed: it goes as a job of its own once its company may send"
		}
		return judgeRetry(row)
	}}
	result, err := s.apply(ctx, v, by, false, []int64{id})
	if err != nil {
		return "", err
	}
	if problems := result.Problems(); len(problems) > 0 {
		return "", problems[0]
	}
	return follows, nil
}

// RefusedRetries tells which of these exports [Store.ReplayNow] would refuse now, and changes nothing.
func (s *Store) RefusedRetries(ctx context.Context, ids []int64) (map[int64]error, error) {
	result, err := s.apply(ctx, verb{action: "look at a retry", judge: judgeRetry}, By{}, true, ids)
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
