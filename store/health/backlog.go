package health

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// Backlog reads what is under way or waits.
func (s Store) Backlog(ctx context.Context) (ledger.Backlog, error) {
	b := ledger.Backlog{RiverJobs: map[string]int{}, Live: map[ledger.State]int64{}}
	var err error
	if b.Stopped, err = s.Stopped(ctx); err != nil {
		return b, err
	}
	if b.Doubt, err = s.Doubt(ctx, nil); err != nil {
		return b, err
	}
	if b.Paused, err = riverqueue.In(s.Store).PausedQueues(ctx); err != nil {
		return b, err
	}
	if b.Nodes, err = s.Nodes(ctx); err != nil {
		return b, err
	}
	if b.Sources, err = s.Sources(ctx); err != nil {
		return b, err
	}
	var blocked, sending int64
	err = s.Pool.QueryRow(ctx, backlogCounts).Scan(&b.Outbox, &b.OutboxAge, &b.Rejected, &b.InFlight, &sending, &blocked,
		&b.Dead, &b.Unknown, &b.Decisions, &b.DeadBy,
		&b.Untold, &b.Wave)
	if err != nil {
		return b, fmt.Errorf("count the backlog: %w", err)
	}
	if err := s.workByCompany(ctx, &b); err != nil {
		return b, err
	}
	b.Waiting += blocked
	for _, cause := range ledger.DeadCauses {
		b.DeadBy[cause] += 0 // whoever reads it finds every cause
	}
	b.Live = map[ledger.State]int64{
		ledger.StatePending: b.Waiting, ledger.StateQueued: b.InFlight - sending, ledger.StateSending: sending,
		ledger.StateDead: b.Dead, ledger.StateUnknown: b.Unknown, ledger.StateDuplicate: b.Decisions,
	}
	rows, err := s.Pool.Query(ctx, `
		SELECT state::text, count(*)
		  FROM ghexport.river_job
		 WHERE state IN ('available', 'running', 'retryable', 'scheduled') -- river_job_prioritized_fetching_index
		 GROUP BY state`)
	if err != nil {
		return b, fmt.Errorf("count River's jobs: %w", err)
	}
	var state string
	var count int
	if _, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error { b.RiverJobs[state] = count; return nil }); err != nil {
		return b, fmt.Errorf("count River's jobs: %w", err)
	}
	return b, nil
}

const backlogCounts = `
	SELECT outbox.n, outbox.age, (SELECT count(*) FROM ghexport.rejected), flight.n, flight.sending,
	       (SELECT count(*) FROM ghexport.exports e WHERE e.blocked_at IS NOT NULL AND e.state = 'pending'), -- exports_blocked
	       attention.dead, attention.unknown, attention.duplicate, attention.dead_by,
	       (SELECT count(*) FROM ghexport.notices n WHERE n.created_at > now() - interval '1 day' AND n.state = 'dead'), -- notices_by_age
	       coalesce((SELECT w.companies FROM ghexport.waves w -- waves_open
	                  WHERE w.ended_at IS NULL
	                    AND EXISTS (SELECT FROM ghexport.holds h WHERE h.until IS NULL AND h.org_id = ANY (w.companies))), '{}') -- holds_open
	  FROM (SELECT count(*) AS n, coalesce(extract(epoch FROM clock_timestamp() - min(o.enqueued_at)), 0)::float8 AS age
	          FROM ghexport.outbox o) outbox,
	       (SELECT count(*) AS n, count(*) FILTER (WHERE e.state = 'sending') AS sending
	          FROM ghexport.exports e WHERE e.job_id IS NOT NULL AND NOT ` + store.IsTestCandidate + `) flight, -- exports_in_flight
	       (SELECT coalesce(sum(g.n) FILTER (WHERE g.state = 'dead'), 0)::bigint AS dead,
	               coalesce(sum(g.n) FILTER (WHERE g.state = 'unknown'), 0)::bigint AS unknown,
	               coalesce(sum(g.n) FILTER (WHERE g.state = 'duplicate'), 0)::bigint AS duplicate,
	               coalesce(jsonb_object_agg(g.cause, g.n) FILTER (WHERE g.state = 'dead' AND g.cause IS NOT NULL), '{}') AS dead_by
	          FROM (SELECT e.state, e.cause, count(*) AS n
	                  FROM ghexport.exports e
	                 WHERE e.attention_at IS NOT NULL AND NOT ` + store.IsTestCandidate + ` -- exports_attention
	                 GROUP BY e.state, e.cause) g) attention`
