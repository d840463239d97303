package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// riverJob puts a job into River's table and returns its id.
func (d *db) riverJob(kind, args string) int64 {
	d.t.Helper()
	return one[int64](d, `INSERT INTO ghexport.river_job (kind, args, max_attempts) VALUES ($1, $2, 1) RETURNING id`, kind, args)
}

func TestExportJobs(t *testing.T) {
	t.Parallel()
	d := setup(t)
	export := d.riverJob("export", `{"export_id": 12}`)
	nameless := d.riverJob("export", `{"export_id": "x; 1"}`)
	probe := d.riverJob("probe", `{"org_id": "acme", "export_id": 3}`)

	got, err := riverqueue.In(d.Store).ExportJobs(t.Context(), []int64{export, nameless, probe, 1 << 40})
	require.NoError(t, err)
	assert.Equal(t, map[int64]int64{export: 12, nameless: 0}, got)
}

func TestAuditJobs(t *testing.T) {
	t.Parallel()
	d := setup(t)
	dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
	args := fmt.Sprintf(`{"export_id": %d}`, dead)
	first, again := d.riverJob("export", args), d.riverJob("export", args)
	probe := d.riverJob("probe", `{"org_id": "acme"}`)

	require.NoError(t, riverqueue.In(d.Store).AuditJobs(t.Context(), kim, "river.retry", []int64{again, first, probe, 1 << 40}))
	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: "river.retry"})
	require.NoError(t, err)
	require.Len(t, trail, 2, "the export's own, and one for the rest")
	own, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{ExportID: dead})
	require.NoError(t, err)
	require.Len(t, own, 1)
	assert.Equal(t, "kim", own[0].Actor)
	assert.JSONEq(t, fmt.Sprintf(`{"jobs": [%d, %d]}`, first, again), string(own[0].Detail))
	for _, entry := range trail {
		if entry.ExportID == nil {
			assert.JSONEq(t, fmt.Sprintf(`{"jobs": [%d]}`, probe), string(entry.Detail))
		}
	}
	require.Error(t, riverqueue.In(d.Store).AuditJobs(t.Context(), store.By{}, "river.retry", []int64{first}), "nobody did it")
}

func TestPausedQueues(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.exec(`INSERT INTO ghexport.river_queue (name, paused_at, updated_at) VALUES ('probe', now(), now()), ('export', NULL, now())`)

	paused, err := riverqueue.In(d.Store).PausedQueues(t.Context())
	require.NoError(t, err)
	require.Len(t, paused, 1)
	assert.Equal(t, "probe", paused[0].Name)

	require.NoError(t, riverqueue.In(d.Store).AuditQueue(t.Context(), kim, "river.pause", "probe"))
	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: "river.pause"})
	require.NoError(t, err)
	require.Len(t, trail, 1)
	assert.JSONEq(t, `{"queue": "probe"}`, string(trail[0].Detail))
}
