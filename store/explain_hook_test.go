package store_test

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/retention"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// explainHooks are 60,000 events of the ledger's companies, of which the newest few wait, and profiles that are gone.
const explainHooks = `
	INSERT INTO ghexport.hooks (org_id, sealed_secret, made_by) SELECT org_id, '\x01', 'mia' FROM ghexport.integrations;
	INSERT INTO ghexport.hook_events (org_id, key, action, candidate_id, received_at, due_at, worked_at, outcome)
	SELECT CASE n % 7 WHEN 0 THEN 'whale' ELSE 'org_' || 1 + n % 300 END, sha256(convert_to(n::text, 'UTF8')), 'candidate_stage_change', n, at,
	       CASE WHEN n > 59500 THEN at END, CASE WHEN n <= 59500 THEN at END,
	       CASE WHEN n <= 59500 THEN CASE WHEN n % 3 = 0 THEN 'not_ours' ELSE 'seen' END END
	  FROM generate_series(1, 60000) n CROSS JOIN LATERAL (SELECT now() - (60000 - n) * interval '1 min' AS at) a;
	INSERT INTO ghexport.gone_profiles (org_id, candidate_id) SELECT 'org_' || 1 + n % 300, n FROM generate_series(200000, 230000) n`

func (e *explained) hookCalls() []call {
	owner := e.test.Pool(e.t)
	for _, sql := range []string{explainHooks, "VACUUM (ANALYZE) ghexport.hook_events", "VACUUM (ANALYZE) ghexport.gone_profiles", "VACUUM (ANALYZE) ghexport.hooks"} {
		_, err := owner.Exec(e.t.Context(), sql)
		require.NoError(e.t, err)
	}
	receive := func(ctx context.Context, event webhooks.Event) error {
		event.OrgID, event.Key, event.At = "org_9000", sha256.Sum256([]byte(event.Action)), time.Now()
		return nothing(webhooks.In(e.serve.Store).ReceiveEvent(ctx, event))
	}
	work := func(ctx context.Context) error {
		return nothing(webhooks.In(e.serve.Store).WorkEvents(ctx, "org_9000", 0, nil))
	}
	return []call{
		{name: "ReceiveEvent", do: func(ctx context.Context) error {
			return receive(ctx, webhooks.Event{Action: ledger.HookProspectCreated, Candidate: 300000, Digest: []byte("cand_77"), Status: "active"})
		}},
		{name: "WorkEventsOfAStranger", do: work, uses: []string{"hook_events_due", "exports_by_profile", "exports_by_candidate"}},
		{name: "ReceiveMerge", do: func(ctx context.Context) error {
			return receive(ctx, webhooks.Event{Action: ledger.HookMerged, Candidate: 300001, NewCandidate: 300002})
		}},
		{name: "WorkMerge", do: work, uses: []string{"hook_events_due", "exports_by_profile", "gone_profiles_pkey"}},
		{name: "SweepHooks", do: func(ctx context.Context) error { return nothing(webhooks.In(e.serve.Store).SweepHooks(ctx, 16)) }, uses: []string{"hook_events_due"}},
		{name: "RetainEvents", do: func(ctx context.Context) error {
			return nothing(retention.In(e.serve.Store).Retain(ctx, ledger.Retention{ledger.KeptEvents: 90 * 24 * time.Hour}, true))
		}, uses: []string{"hook_events_pkey"}},
		{name: "Hook", do: func(ctx context.Context) error { return nothing(webhooks.In(e.serve.Store).Hook(ctx, "org_7")) }, uses: []string{"hook_events_due"}},
		{name: "HookSecret", do: func(ctx context.Context) error { return nothing(webhooks.In(e.serve.Store).Secret(ctx, "org_7")) }},
	}
}
