package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// sentAs is a sent export whose candidate has an id in Greenhouse.
func (d *db) sentAs(org string, candidate int64) int64 {
	d.t.Helper()
	id := d.export(fixture{Org: org, State: ledger.StateSent})
	d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = $2::bigint, greenhouse_application_id = $2::bigint * 10 WHERE id = $1", id, candidate)
	return id
}

func standsAt(candidate int64, at time.Time, status, stage string) ledger.Observation {
	return ledger.Observation{Candidate: candidate, As: ledger.ObservedThere, At: at, Whole: true,
		Applications: []ledger.Application{{ID: candidate * 10, Status: ledger.TrackStatus(status), Stage: stage, Job: "Engineer"}}}
}

// track returns what is known of an export: candidate, status, stage, gone, and whether it is looked at again.
func (d *db) track(export int64) string {
	d.t.Helper()
	return one[string](d, `SELECT concat_ws(' ', greenhouse_candidate_id, status, stage, gone, CASE WHEN next_look_at IS NULL THEN 'never' END)
	                         FROM ghexport.tracks WHERE export_id = $1`, export)
}

// feed returns what the feed says of an export, in its order.
func (d *db) feed(export int64) []string {
	d.t.Helper()
	return one[[]string](d, `SELECT coalesce(array_agg(concat_ws(' ', what, stage) ORDER BY seq), '{}') FROM ghexport.changes WHERE export_id = $1`, export)
}

func (d *db) observe(org string, list ...ledger.Observation) tracking.Observed {
	d.t.Helper()
	done, err := tracking.In(d.Store).Observe(d.t.Context(), org, list)
	require.NoError(d.t, err)
	return done
}

func TestObserve(t *testing.T) {
	t.Parallel()
	d := setup(t)
	began := time.Now().Add(-time.Hour)
	at := func(minute int) time.Time { return began.Add(time.Duration(minute) * time.Minute) }

	t.Run("ARowForWhatIsSentHoweverThatBecomesKnown", func(t *testing.T) {
		id := d.sentAs("acme", 1)
		assert.Equal(t, "1", d.track(id))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.tracking WHERE org_id = 'acme'"))
		d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = NULL WHERE id = $1", id)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.tracks WHERE export_id = $1", id), "a person took their word back")
	})

	t.Run("OnlyWhatChangesIsTold", func(t *testing.T) {
		id := d.sentAs("acme", 2)
		assert.Equal(t, tracking.Observed{Known: 1, Changed: 1}, d.observe("acme", standsAt(2, at(1), "active", "Review")))
		assert.Equal(t, tracking.Observed{Known: 1}, d.observe("acme", standsAt(2, at(2), "Active", "Review")))
		d.observe("acme", standsAt(2, at(4), "active", "Offer"), standsAt(2, at(3), "active", "Phone"))
		assert.Equal(t, tracking.Observed{Known: 1}, d.observe("acme", standsAt(2, at(2), "rejected", "Review")), "it comes late")
		assert.Equal(t, "2 active Offer", d.track(id))
		assert.Equal(t, []string{"seen Review", "moved Phone", "moved Offer"}, d.feed(id))
		d.observe("acme", standsAt(2, at(5), "hired", "Offer"))
		assert.Equal(t, "2 hired Offer never", d.track(id))
	})

	t.Run("IdsOfOthersArePassedOver", func(t *testing.T) {
		id := d.sentAs("acme", 3)
		assert.Zero(t, d.observe("acme", standsAt(33, at(1), "hired", "Offer")), "an id that was never sent")
		assert.Zero(t, d.observe("other", standsAt(3, at(1), "hired", "Offer")), "another company's")
		assert.Equal(t, "3", d.track(id))
		assert.Empty(t, d.feed(id))
	})

	t.Run("SilenceEndsNothingAndSendsNothing", func(t *testing.T) {
		id := d.sentAs("acme", 4)
		missing := ledger.Observation{Candidate: 4, As: ledger.ObservedMissing, At: at(1)}
		assert.Equal(t, tracking.Observed{Known: 1}, d.observe("acme", missing))
		assert.Empty(t, d.feed(id))
		assert.Equal(t, "4", d.track(id))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.tracks WHERE export_id = $1 AND missing_since IS NOT NULL AND next_look_at > now() + interval '20 hours'", id))
		assert.Equal(t, ledger.StateSent, d.ledger(id).State)
		d.observe("acme", standsAt(4, at(2), "active", "Review"))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.tracks WHERE export_id = $1 AND missing_since IS NULL", id))
	})

	t.Run("DeletedIsNeverSentAgain", func(t *testing.T) {
		id := d.sentAs("acme", 5)
		d.observe("acme", ledger.Observation{Candidate: 5, As: ledger.ObservedDeleted, At: at(1)})
		assert.Equal(t, "5 deleted never", d.track(id))
		assert.Equal(t, []string{"gone"}, d.feed(id))
		assert.Equal(t, ledger.StateSent, d.ledger(id).State)
		assert.False(t, d.ledger(id).Due)
	})

	t.Run("MergedFollowsTheNewId", func(t *testing.T) {
		id, into := d.sentAs("acme", 6), d.sentAs("acme", 60)
		merged := ledger.Observation{Candidate: 6, As: ledger.ObservedMerged, At: at(1), Into: 60}
		d.observe("acme", ledger.Observation{Candidate: 6, As: ledger.ObservedDeleted, At: at(1)})
		d.observe("acme", merged)
		assert.Zero(t, d.observe("acme", merged), "nobody has the old id any more")
		assert.Equal(t, tracking.Observed{Known: 2, Changed: 2}, d.observe("acme", standsAt(60, at(2), "active", "Onsite")))
		assert.Equal(t, "60 active Onsite", d.track(id))
		assert.Equal(t, []string{"gone", "merged", "seen Onsite"}, d.feed(id))
		assert.Equal(t, []string{"seen Onsite"}, d.feed(into))
		assert.Equal(t, int64(6), d.profile(id)[0], "the ledger keeps what was answered")
	})

	t.Run("ALookThatCameTooLateIsOneAllTheSame", func(t *testing.T) {
		id := d.sentAs("acme", 7)
		d.observe("acme", standsAt(7, at(9), "active", "Review"))
		d.exec("UPDATE ghexport.tracks SET next_look_at = now() - interval '1 hour' WHERE export_id = $1", id)
		d.observe("acme", standsAt(7, at(8), "active", "Phone"))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.tracks WHERE export_id = $1 AND stage = 'Review' AND next_look_at > now()", id))
	})

	t.Run("AnErasedPersonIsNotAskedAboutAgain", func(t *testing.T) {
		id := d.sentAs("acme", 8)
		candidate := one[string](d, "SELECT candidate_id FROM ghexport.exports WHERE id = $1", id)
		_, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: candidate, By: kim})
		require.NoError(t, err)
		assert.Equal(t, "8 erased never", d.track(id))
		d.observe("acme", standsAt(8, at(1), "active", "Review"))
		assert.Equal(t, "8 erased never", d.track(id))
	})

	t.Run("ATimeAheadOfUsHidesNothing", func(t *testing.T) {
		id := d.sentAs("acme", 9)
		d.observe("acme", standsAt(9, time.Now().Add(240*time.Hour), "active", "Review"))
		d.observe("acme", standsAt(9, time.Now().Add(time.Minute), "active", "Phone"))
		assert.Equal(t, "9 active Phone", d.track(id))
	})
}

// A reader that goes on from the last number it saw misses nothing, whichever transaction took the lower number first.
func TestObserve_FeedIsReadWithoutGaps(t *testing.T) {
	t.Parallel()
	d := setup(t)
	const people, moves = 8, 12
	for i := range int64(people) {
		d.sentAs("acme", 100+i)
	}
	var writers sync.WaitGroup
	for i := range int64(people) {
		writers.Go(func() {
			for n := range moves {
				_, err := tracking.In(d.Store).Observe(t.Context(), "acme", []ledger.Observation{
					standsAt(100+i, time.Now(), "active", fmt.Sprint("stage ", n)), standsAt(100+(i+1)%people, time.Now(), "active", fmt.Sprint("other ", n)),
				})
				assert.NoError(t, err)
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	after, read := int64(0), 0
	next := func() int {
		rows, err := d.Pool.Query(t.Context(), "SELECT seq FROM ghexport.changes WHERE seq > $1 ORDER BY seq", after)
		require.NoError(t, err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		require.NoError(t, err)
		if read += len(list); len(list) > 0 {
			after = list[len(list)-1]
		}
		return len(list)
	}
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		next()
	}
	for next() > 0 {
	}
	assert.Equal(t, d.count("SELECT count(*) FROM ghexport.changes"), read)
	assert.NotZero(t, read)
}

// Whoever adds to the feed makes the others wait until its numbers can be seen.
func TestObserve_NumbersFollowCommits(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.sentAs("acme", 1)
	var observed sync.WaitGroup
	require.NoError(t, pgx.BeginFunc(t.Context(), d.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "LOCK TABLE ghexport.turn_changes IN SHARE UPDATE EXCLUSIVE MODE")
		require.NoError(t, err)
		observed.Go(func() { d.observe("acme", standsAt(1, time.Now(), "active", "Review")) })
		require.Eventually(t, func() bool {
			return d.count("SELECT count(*) FROM pg_locks WHERE relation = 'ghexport.turn_changes'::regclass AND NOT granted") == 1
		}, 10*time.Second, time.Millisecond)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.changes"))
		return nil
	}))
	observed.Wait()
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.changes"))
}

func TestTracking_AsksCompanyByCompany(t *testing.T) {
	t.Parallel()
	d := setup(t)
	due := func() []string {
		list, err := tracking.In(d.Store).DueTracking(t.Context(), 10)
		require.NoError(t, err)
		return list
	}
	for _, org := range []string{"acme", "off", "idle"} {
		d.company(org)
		d.sentAs(org, 1)
	}
	d.exec("UPDATE ghexport.integrations SET enabled = false WHERE org_id = 'off'")
	d.exec("UPDATE ghexport.tracks SET next_look_at = now() - interval '1 minute' WHERE org_id <> 'idle'")
	assert.Equal(t, []string{"acme"}, due(), "the others may not be asked, or have nothing due")
	assert.Empty(t, due(), "it is claimed")
	d.sentAs("acme", 1)
	d.sentAs("acme", 2)
	d.exec("UPDATE ghexport.tracks SET next_look_at = now() - interval '1 minute' WHERE org_id = 'acme'")
	ids, err := tracking.In(d.Store).DueCandidates(t.Context(), "acme", 10)
	require.NoError(t, err)
	assert.ElementsMatch(t, []int64{1, 2}, ids, "each once")

	soon := func() bool {
		return one[bool](d, "SELECT next_at BETWEEN now() + interval '4 minutes' AND now() + interval '5 minutes' FROM ghexport.tracking WHERE org_id = 'acme'")
	}
	d.observe("acme", standsAt(1, time.Now(), "active", "Review"), ledger.Observation{Candidate: 2, As: ledger.ObservedMissing})
	require.NoError(t, tracking.In(d.Store).EndTracking(t.Context(), tracking.TrackingEnd{OrgID: "acme", Asked: true, Answered: true}))
	assert.True(t, soon(), "somebody may be sent just now")
	require.NoError(t, tracking.In(d.Store).EndTracking(t.Context(), tracking.TrackingEnd{OrgID: "acme", Asked: true, Refused: 401, Again: time.Hour}))
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE org_id = 'acme' AND check_at <= now() AND hold_cause IS NULL"))
	changed, err := tracking.In(d.Store).TrackNow(t.Context(), "acme", kim)
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, []string{"acme"}, due())
	d.exec("UPDATE ghexport.control SET stopped_at = now()")
	d.exec("UPDATE ghexport.tracking SET next_at = now()")
	assert.Empty(t, due())
}

func TestChargeSpare_LeavesAQuarterToSends(t *testing.T) {
	t.Parallel()
	d := setup(t)
	credential := []byte("key")
	charge := func(how func(context.Context, []byte, int) (bool, error)) bool {
		free, err := how(t.Context(), credential, 1)
		require.NoError(t, err)
		return free
	}
	spent := 0
	for charge(d.ChargeSpare) {
		spent++
	}
	assert.Equal(t, 50-5-13, spent, "of 50 a tenth is kept for probes, and a quarter for sends")
	assert.True(t, charge(d.ChargeBudget))
}
