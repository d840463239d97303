package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// KeepTraces notes whose trace the interviews of arrivals belong to, and takes a few notes of more than a week ago. It is no part of a
// fold, so that tracing that fails fails alone; doing it again is safe.
func (s *Store) KeepTraces(ctx context.Context, arrivals []ledger.Arrival) error {
	var orgs, interviews, parents []string
	for _, a := range arrivals {
		if a.Traceparent != "" {
			orgs, interviews, parents = append(orgs, a.OrgID), append(interviews, a.InterviewID), append(parents, a.Traceparent)
		}
	}
	if len(orgs) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		INSERT INTO ghexport.traces AS t (org_id, interview_id, traceparent)
		SELECT org_id, interview_id, traceparent FROM unnest($1::text[], $2::text[], $3::text[]) AS n(org_id, interview_id, traceparent)
		 ORDER BY interview_id, org_id
		ON CONFLICT (interview_id, org_id) DO UPDATE SET traceparent = excluded.traceparent, at = excluded.at`, orgs, interviews, parents)
	batch.Queue(`
		DELETE FROM ghexport.traces
		 WHERE (interview_id, org_id) IN (
			SELECT t.interview_id, t.org_id FROM ghexport.traces t -- traces_by_age
			 WHERE t.at < statement_timestamp() - interval '7 days' ORDER BY t.at LIMIT 1000 FOR UPDATE SKIP LOCKED)`)
	if err := s.Pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("keep traces: %w", err)
	}
	return nil
}

// Traceparent returns the producer's trace of an interview, "" where none was kept.
func (s *Store) Traceparent(ctx context.Context, org, interview string) (string, error) {
	var parent string
	err := s.Pool.QueryRow(ctx, `
		SELECT t.traceparent FROM ghexport.traces t WHERE t.interview_id = $2 AND t.org_id = $1`, org, interview).Scan(&parent)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read a trace: %w", err)
	}
	return parent, nil
}
