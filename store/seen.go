package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// SeenJobs returns what Greenhouse last listed as the company's jobs; [ErrNotFound] where nobody connected it.
func (s *Store) SeenJobs(ctx context.Context, org string) (Seen[SeenJob], error) {
	seen := Seen[SeenJob]{List: []SeenJob{}}
	err := s.Pool.QueryRow(ctx, "SELECT coalesce(jobs_seen, '[]'), jobs_seen_at FROM ghexport.integrations WHERE org_id = $1", org).
		Scan(&seen.List, &seen.At)
	if err != nil {
		return seen, fmt.Errorf("jobs of company %q: %w", org, NotFound(err))
	}
	return seen, nil
}

// SeenPools returns what Greenhouse last listed as the company's prospect pools; [ErrNotFound] where nobody connected it.
func (s *Store) SeenPools(ctx context.Context, org string) (Seen[SeenPool], error) {
	seen := Seen[SeenPool]{List: []SeenPool{}}
	err := s.Pool.QueryRow(ctx, "SELECT coalesce(pools_seen, '[]'), pools_seen_at FROM ghexport.integrations WHERE org_id = $1", org).
		Scan(&seen.List, &seen.At)
	if err != nil {
		return seen, fmt.Errorf("prospect pools of company %q: %w", org, NotFound(err))
	}
	return seen, nil
}

// KeepJobs remembers the open jobs that Greenhouse lists to this version of the credential, and which mapped ones it lists no more. It
// returns the whole list. Of a credential that was replaced meanwhile nothing is remembered.
func (s *Store) KeepJobs(ctx context.Context, org string, credentialVersion int64, open []SeenJob) (Seen[SeenJob], error) {
	var seen Seen[SeenJob]
	err := s.InTx(ctx, "keep the list of jobs", func(tx pgx.Tx) error {
		var before []SeenJob
		var now time.Time
		var choices Choices
		err := tx.QueryRow(ctx, `
			SELECT coalesce(jobs_seen, '[]'), job_map, default_job_id, clock_timestamp()
			  FROM ghexport.integrations
			 WHERE org_id = $1
			   FOR NO KEY UPDATE`, org).Scan(&before, &choices.JobMap, &choices.DefaultJobID, &now)
		if err != nil {
			return fmt.Errorf("company %q: %w", org, NotFound(err))
		}
		seen = Seen[SeenJob]{List: mergeJobs(before, open, choices, now), At: &now}
		_, err = tx.Exec(ctx, `
			UPDATE ghexport.integrations SET jobs_seen = $3, jobs_seen_at = $4
			 WHERE org_id = $1 AND credential_version = $2`, org, credentialVersion, seen.List, now)
		return err
	})
	return seen, err
}

// mergeJobs is the open jobs, and behind them those that the company maps and that are not open, each with when that was first seen.
func mergeJobs(before, open []SeenJob, choices Choices, now time.Time) []SeenJob {
	list := append([]SeenJob{}, open...)
	known := map[int64]SeenJob{}
	for _, j := range before {
		known[j.ID] = j
	}
	isOpen := map[int64]bool{}
	for _, j := range open {
		isOpen[j.ID] = true
	}
	for _, id := range choices.Jobs() {
		if isOpen[id] {
			continue
		}
		j := known[id]
		if j.ID = id; j.ClosedAt == nil {
			j.ClosedAt = &now
		}
		list = append(list, j)
	}
	return list
}

// KeepPools remembers the pools that Greenhouse lists to this version of the credential.
func (s *Store) KeepPools(ctx context.Context, org string, credentialVersion int64, pools []SeenPool) (Seen[SeenPool], error) {
	seen := Seen[SeenPool]{List: pools}
	err := s.Pool.QueryRow(ctx, `
		UPDATE ghexport.integrations SET pools_seen = $3, pools_seen_at = clock_timestamp()
		 WHERE org_id = $1 AND credential_version = $2
		RETURNING pools_seen_at`, org, credentialVersion, pools).Scan(&seen.At)
	if err != nil {
		return seen, fmt.Errorf("keep the prospect pools of company %q: %w", org, NotFound(err))
	}
	return seen, nil
}
