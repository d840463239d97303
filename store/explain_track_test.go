package store_test

import (
	"context"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// trackCalls look at where candidates stand, of whom this ledger has 70,000.
func (e *explained) trackCalls() []call {
	observe := func(ctx context.Context) error {
		return nothing(tracking.In(e.serve.Store).Observe(ctx, "org_7", []ledger.Observation{
			standsAt(30006, time.Now(), "active", "Offer"), {Candidate: 30306, As: ledger.ObservedMissing}, standsAt(5, time.Now(), "hired", "Offer"),
		}))
	}
	event := func(ctx context.Context) error {
		return nothing(tracking.In(e.serve.Store).Observe(ctx, "org_7", []ledger.Observation{{Candidate: 30606, As: ledger.ObservedDeleted}}))
	}
	adopt := func(ctx context.Context) error {
		e.exec("UPDATE ghexport.control SET sent_followed_to = now() - interval '30 minutes'")
		return nothing(tracking.In(e.serve.Store).AdoptSent(ctx))
	}
	return []call{
		{name: "AdoptSent", do: adopt, uses: []string{"attempts_by_end", "exports_pkey"}},
		{name: "ObserveAnEvent", do: event, uses: []string{"exports_by_profile", "tracks_pkey"}},
		{name: "DueTracking", do: func(ctx context.Context) error { return nothing(tracking.In(e.serve.Store).DueTracking(ctx, 16)) }, uses: []string{"tracks_due"}},
		{name: "DueCandidates", do: func(ctx context.Context) error {
			return nothing(tracking.In(e.serve.Store).DueCandidates(ctx, "whale", 50))
		}, uses: []string{"tracks_due"}},
		{name: "Observe", do: observe, uses: []string{"tracks_by_candidate", "exports_pkey", "tracks_pkey"}},
		{name: "EndTracking", do: func(ctx context.Context) error {
			return tracking.In(e.serve.Store).EndTracking(ctx, tracking.TrackingEnd{OrgID: "whale", Asked: true, Answered: true})
		}, uses: []string{"tracks_due"}},
		{name: "TrackNow", do: func(ctx context.Context) error {
			return nothing(tracking.In(e.serve.Store).TrackNow(ctx, "org_9", kim))
		}, uses: []string{"tracks_due"}},
	}
}

// trackReads returns what pages and commands ask.
func (e *explained) trackReads() []call {
	people := func(name, org string, show query.PeopleShown, uses ...string) call {
		return call{name: "People" + name, do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).People(ctx, query.PeopleFilter{Org: org, Show: show, Limit: 50}))
		}, uses: uses}
	}
	return []call{
		people("", "org_7", "", "exports_by_org", "tracks_pkey"),
		people("OfTheWhale", "whale", ""),
		people("ThatWait", "whale", query.PeopleWaiting),
		people("WhoNeedSomebody", "org_7", query.PeopleStuck),
		people("OfTheWhaleWhoNeedSomebody", "whale", query.PeopleStuck),
		people("NotAdded", "whale", query.PeopleEnded),
		{name: "JobLinks", do: func(ctx context.Context) error { return nothing(e.serve.JobLinks(ctx, "org_7")) }},
		{name: "KeepTrackingLink", do: func(ctx context.Context) error {
			return e.serve.KeepTrackingLink(ctx, "org_7", 101, "Engineer", store.TrackingLink{URL: "https://grnh.se/x", CreatedBy: "lee@acme.example"}, kim)
		}},
		{name: "Tracks", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).Tracks(ctx, query.TrackFilter{Org: "org_7", Limit: 50}))
		},
			uses: []string{"tracks_by_org", "exports_pkey"}},
		{name: "TracksOfTheWhale", do: func(ctx context.Context) error {
			return nothing(query.In(e.serve.Store).Tracks(ctx, query.TrackFilter{Org: "whale", Status: query.TrackMissing, Limit: 50}))
		}},
		{name: "Track", do: func(ctx context.Context) error {
			_, _, err := query.In(e.serve.Store).Track(ctx, 90000)
			return err
		}, uses: []string{"tracks_pkey", "changes_by_export"}},
		{name: "TrackingsOfACompany", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Trackings(ctx, "org_7")) }, uses: []string{"tracks_by_org"}},
		{name: "Trackings", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).Trackings(ctx, "")) }},
		{name: "TrackStages", do: func(ctx context.Context) error { return nothing(query.In(e.serve.Store).TrackStages(ctx, "org_7")) }, uses: []string{"changes_by_org"}},
	}
}
