package riverqueue

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// ExportOfJob is the export that River job j runs, null where it runs none.
const ExportOfJob = `CASE WHEN j.kind = 'export' AND j.args ->> 'export_id' ~ '^[0-9]{1,18}$' THEN (j.args ->> 'export_id')::bigint END`

// ExportJobs tells which of these River jobs are runs of an export, and of which: River's job id to the export's. Other jobs, and
// numbers that no job has, are left out. An export job whose args name no export stands with 0.
func (s Store) ExportJobs(ctx context.Context, jobs []int64) (map[int64]int64, error) {
	rows, err := s.Pool.Query(ctx, `
		SELECT j.id, coalesce(`+ExportOfJob+`, 0)
		  FROM ghexport.river_job j -- river_job_pkey
		 WHERE j.id = ANY ($1) AND j.kind = 'export'`, jobs)
	if err != nil {
		return nil, fmt.Errorf("ask which jobs are exports: %w", err)
	}
	exports := map[int64]int64{}
	var job, export int64
	if _, err := pgx.ForEachRow(rows, []any{&job, &export}, func() error { exports[job] = export; return nil }); err != nil {
		return nil, fmt.Errorf("ask which jobs are exports: %w", err)
	}
	return exports, nil
}

// AuditJobs records that somebody did something to River's jobs: once for each export that one of them runs, so that it stands in
// that export's history, and once for the others together. Numbers that no job has leave no trace.
func (s Store) AuditJobs(ctx context.Context, by store.By, action ledger.Action, jobs []int64) error {
	if by.Actor == "" {
		return store.ErrNoActor
	}
	_, err := s.Pool.Exec(ctx, `
		INSERT INTO ghexport.audit (actor, origin, action, org_id, export_id, reason, detail, method)
		SELECT $1, nullif($2, ''), $3, e.org_id, e.id, nullif($4, ''), jsonb_build_object('jobs', jsonb_agg(j.id ORDER BY j.id)), nullif($6, '')
		  FROM (SELECT j.id, `+ExportOfJob+` AS export_id
		          FROM ghexport.river_job j -- river_job_pkey
		         WHERE j.id = ANY ($5)) j
		  LEFT JOIN ghexport.exports e ON e.id = j.export_id
		 GROUP BY e.org_id, e.id
		 ORDER BY e.id`, ledger.Clean(by.Actor, store.DetailCap), ledger.Clean(by.From, store.DetailCap), action, ledger.Clean(by.Reason, store.DetailCap), jobs,
		ledger.Clean(by.Method, store.DetailCap))
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// AuditQueue records that somebody did something to one of River's queues.
func (s Store) AuditQueue(ctx context.Context, by store.By, action ledger.Action, queue string) error {
	return s.InTx(ctx, "record what was done in River", func(tx pgx.Tx) error {
		return store.AddAudit(ctx, tx, by, action, "", map[string]any{"queue": ledger.Clean(queue, store.DetailCap)})
	})
}
