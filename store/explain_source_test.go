package store_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// explainCarried are messages of producers' own databases of the last weeks.
const explainCarried = `
	INSERT INTO ghexport.carried (message, source, source_id, org_id, interview_id, version, at)
	SELECT gen_random_uuid(), 'scheduling', n, 'org_' || n % 1000, 'iv_' || n, 1, now() - n * interval '30 seconds' FROM generate_series(1, 100000) n`

func (e *explained) sourceCalls() []call {
	owner := e.test.Pool(e.t)
	for _, sql := range []string{explainCarried, "VACUUM (ANALYZE) ghexport.carried"} {
		_, err := owner.Exec(e.t.Context(), sql)
		require.NoError(e.t, err)
	}
	node := uuid.New()
	return []call{
		{name: "TakeSource", do: func(ctx context.Context) error {
			return nothing(e.serve.TakeSource(ctx, "scheduling", node, time.Minute))
		}},
		{name: "SeeSource", do: func(ctx context.Context) error {
			return e.serve.SeeSource(ctx, store.SourceSeen{Name: "scheduling", Read: true})
		}},
		{name: "Sources", do: func(ctx context.Context) error { return nothing(e.serve.Sources(ctx)) }},
		{name: "Carry", do: func(ctx context.Context) error {
			var messages []store.SourceMessage
			for n := range 50 {
				messages = append(messages, store.SourceMessage{ID: int64(n), Key: uuid.New(), OrgID: "org_9", InterviewID: "carried", Version: 1, SchemaVersion: 99, Body: "{}"})
			}
			return nothing(e.serve.Carry(ctx, "scheduling", messages))
		}},
		{name: "PruneSources", do: func(ctx context.Context) error { return nothing(e.serve.PruneSources(ctx, []string{"scheduling"})) }, uses: []string{"carried_by_age"}},
		{name: "LeaveSource", do: func(ctx context.Context) error { return e.serve.LeaveSource(ctx, "scheduling", node) }},
	}
}
