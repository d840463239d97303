package store_test

import (
	"context"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// trackCalls look at where candidates stand, of whom this ledger has 70,000.
func (e *explained) trackCalls() []call {
	observe := func(ctx context.Context) error {
		return nothing(e.serve.Observe(ctx, "org_7", []ledger.Observation{
			standsAt(30006, time.Now(), "active", "Offer"), {Candidate: 30306, As: ledger.ObservedMissing}, standsAt(5, time.Now(), "hired", "Offer"),
		}))
	}
	return []call{
		{name: "DueTracking", do: func(ctx context.Context) error { return nothing(e.serve.DueTracking(ctx, 16)) }, uses: []string{"tracks_due"}},
		{name: "DueCandidates", do: func(ctx context.Context) error { return nothing(e.serve.DueCandidates(ctx, "whale", 50)) }, uses: []string{"tracks_due"}},
		{name: "Observe", do: observe, uses: []string{"tracks_by_candidate", "exports_pkey", "tracks_pkey"}},
		{name: "EndTracking", do: func(ctx context.Context) error {
			return e.serve.EndTracking(ctx, store.TrackingEnd{OrgID: "whale", Asked: true, Answered: true})
		}, uses: []string{"tracks_due"}},
		{name: "TrackNow", do: func(ctx context.Context) error { return nothing(e.serve.TrackNow(ctx, "org_9", kim)) }, uses: []string{"tracks_due"}},
	}
}
