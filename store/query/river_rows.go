package query

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// JobExport is the export that a River job runs, as it stands now.
type JobExport struct {
	ID    int64
	Org   string
	State ledger.State
	Cause *ledger.Cause
}

// JobExports tells of which exports these River jobs are runs. Other jobs, and numbers that no job has, are left out.
func (r Reader) JobExports(ctx context.Context, jobs []int64) (map[int64]JobExport, error) {
	rows, err := r.reads.Query(ctx, `
		SELECT j.id, e.id, e.org_id, e.state, e.cause
		  FROM ghexport.river_job j -- river_job_pkey
		  JOIN ghexport.exports e ON e.id = `+riverqueue.ExportOfJob+`
		 WHERE j.id = ANY ($1)`, jobs)
	if err != nil {
		return nil, fmt.Errorf("read the exports of jobs: %w", err)
	}
	list := map[int64]JobExport{}
	var job int64
	var e JobExport
	if _, err := pgx.ForEachRow(rows, []any{&job, &e.ID, &e.Org, &e.State, &e.Cause}, func() error { list[job] = e; return nil }); err != nil {
		return nil, fmt.Errorf("read the exports of jobs: %w", err)
	}
	return list, nil
}

// RiverGap is why River's Discarded and what is dead or unknown in the ledger are not the same number.
type RiverGap struct {
	Discarded int64 // jobs of exports in River's Discarded
	GoneOn    int64 // of them, whose export is neither dead nor unknown any more
	Again     int64 // of them, that an export has beside its newest
	Open      int64 // exports that are dead or unknown
	Forgotten int64 // of them, whose job River has deleted by now
}

// RiverGap counts both sides. Its error is a [*TooSlowError] where there is too much to count in time.
func (r Reader) RiverGap(ctx context.Context) (g RiverGap, err error) {
	err = r.reads.Read(ctx, "compare River with the ledger", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `
			WITH jobs AS (
				SELECT `+riverqueue.ExportOfJob+` AS export_id, count(*) AS n
				  FROM ghexport.river_job j WHERE j.state = 'discarded' AND j.kind = 'export' GROUP BY 1 -- river_job_state_and_finalized_at_index
			), open AS (
				SELECT e.id FROM ghexport.exports e WHERE e.attention_at IS NOT NULL AND e.state IN ('dead', 'unknown') -- exports_attention
			)
			SELECT coalesce(sum(j.n), 0)::bigint, coalesce(sum(j.n) FILTER (WHERE o.id IS NULL), 0)::bigint,
			       coalesce(sum(j.n - 1) FILTER (WHERE o.id IS NOT NULL AND j.n IS NOT NULL), 0)::bigint,
			       count(o.id), count(o.id) FILTER (WHERE j.n IS NULL)
			  FROM jobs j FULL JOIN open o ON o.id = j.export_id`).Scan(&g.Discarded, &g.GoneOn, &g.Again, &g.Open, &g.Forgotten)
	})
	return g, err
}
