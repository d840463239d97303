package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// DeadGroup is dead letters that died of the same thing.
type DeadGroup struct {
	Cause     Cause     `json:"cause"`
	Detail    string    `json:"detail"` // with each number shown as N, so that letters differing in an id fall together
	Count     int64     `json:"count"`
	Orgs      []string  `json:"orgs"` // at most 20 of them
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Sample    int64     `json:"sample"` // the newest of them
}

// DeadGroups groups the dead exports that match by what they died of, the largest group first, at most 1,000 groups. The filter's
// State and Limit do not count.
func (s *Store) DeadGroups(ctx context.Context, f Filter) ([]DeadGroup, error) {
	f.State = StateDead
	w := f.where()
	rows, err := s.Pool.Query(ctx, `
		SELECT cause, shape, count(*), (array_agg(DISTINCT org_id))[1:20], min(attention_at), max(attention_at), max(id)
		  FROM (SELECT coalesce(e.cause, '') AS cause, regexp_replace(coalesce(e.detail, ''), '[0-9]+', 'N', 'g') AS shape,
		               e.org_id, e.attention_at, e.id`+exportsHeld+w.sql()+`) dead -- exports_attention
		 GROUP BY cause, shape
		 ORDER BY count(*) DESC, max(attention_at) DESC
		 LIMIT 1000`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("group dead letters: %w", err)
	}
	groups, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DeadGroup])
	if err != nil {
		return nil, fmt.Errorf("group dead letters: %w", err)
	}
	return groups, nil
}
