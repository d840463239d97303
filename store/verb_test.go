package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func TestReplay(t *testing.T) {
	t.Parallel()

	t.Run("MakesDeadExportsDueWithTheirClockReset", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "emails"})
		var got store.Result
		d.wakes(func() {
			var err error
			got, err = d.Replay(t.Context(), store.ReplayRequest{Request: ids(id)})
			require.NoError(t, err)
		})
		assert.Equal(t, store.Result{Done: []int64{id}}, got)
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Lane: 1, Flags: []string{}}, d.ledger(id))
		trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{ExportID: id})
		require.NoError(t, err)
		require.Len(t, trail, 1)
		assert.Equal(t, "kim", trail[0].Actor)
		assert.Equal(t, ledger.ActionReplay, trail[0].Action)
		assert.Equal(t, text("on call"), trail[0].Reason)
		assert.Equal(t, text("acme"), trail[0].OrgID)
		assert.JSONEq(t, `{"from": "dead", "to": "pending"}`, string(trail[0].Detail))
	})

	t.Run("GoesWithLiveWorkWhenAsked", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		_, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(id), LiveLane: true})
		require.NoError(t, err)
		assert.Equal(t, 0, d.ledger(id).Lane)
	})

	t.Run("RefusesEveryOtherStateWithItsReason", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		refused := map[int64]ledger.State{}
		for _, state := range ledger.States {
			if state != ledger.StateDead && state != ledger.StateCancelled {
				refused[d.export(fixture{State: state})] = state
			}
		}
		doubt := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: []string{ledger.FlagMayExist}})
		erased := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseErased, NoBody: true})
		d.exec("UPDATE ghexport.exports SET erased_at = now() WHERE id = $1", erased)
		empty := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug, NoBody: true})
		done := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})

		r := ids(doubt, erased, empty, done, 4711)
		for id := range refused {
			r.Filter.IDs = append(r.Filter.IDs, id)
		}
		got, err := d.Replay(t.Context(), store.ReplayRequest{Request: r})
		require.NoError(t, err)
		assert.Equal(t, []int64{done}, got.Done)
		assert.Equal(t, []int64{4711}, got.Missing)
		reasons := map[int64]string{}
		for _, e := range got.Refused {
			reasons[e.ExportID] = e.Because
			if state, ok := refused[e.ExportID]; ok {
				assert.Equal(t, state, e.State)
				assert.Equal(t, "only dead and cancelled exports can be replayed", e.Because)
			}
		}
		assert.Len(t, reasons, len(refused)+3)
		assert.Contains(t, reasons[doubt], "may exist in Greenhouse")
		assert.Contains(t, reasons[erased], "personal data is gone")
		assert.Contains(t, reasons[empty], "personal data is gone")
		assert.Len(t, got.Problems(), len(refused)+4)
		require.ErrorIs(t, got.Problems()[0], store.ErrNotFound)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit"))
	})

	t.Run("PutsBackWhatWasKeptAside", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded, Interview: "iv"})
		d.setAside(id, 9)
		_, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(id)})
		require.NoError(t, err)
		assert.Equal(t, ledger.StatePending, d.ledger(id).State)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.aside"))
		assert.Equal(t, 1, d.count(`
			SELECT count(*) FROM ghexport.outbox
			 WHERE org_id = 'acme' AND interview_id = 'iv' AND version = 9 AND message = '{"kept": "aside"}'`))
	})

	t.Run("SelectsByCompanyCauseAndLimit", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		first := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		second := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
		d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug, Org: "other"})
		discarded := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})
		replay := func(f store.Filter) []int64 {
			got, err := d.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: f, By: kim, DryRun: true}})
			require.NoError(t, err)
			return got.Done
		}
		assert.Equal(t, []int64{first, second}, replay(store.Filter{Org: "acme", Cause: ledger.CauseBug}))
		assert.Equal(t, []int64{first}, replay(store.Filter{Org: "acme", Cause: ledger.CauseBug, Limit: 1}))
		assert.Len(t, replay(store.Filter{}), 4, "cancelled exports were not asked for")
		assert.Equal(t, []int64{discarded}, replay(store.Filter{Cause: ledger.CauseDiscarded}))
		assert.Empty(t, replay(store.Filter{Since: time.Now().Add(time.Hour)}))
		assert.Equal(t, ledger.StateDead, d.ledger(first).State, "a dry run changes nothing")
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.audit"))
	})

	t.Run("DoesMoreThanOneBatch", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		d.exec(`
			INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at,
			       practice, body_id, attention_at, committed_at)
			SELECT 'acme', 'many_' || n, 'c', 1, '\x00', 'dead', 'bug', now(), false, 1, now(), now() FROM generate_series(1, 700) n`)
		got, err := d.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: store.Filter{Org: "acme"}, By: kim}})
		require.NoError(t, err)
		assert.Len(t, got.Done, 701)
		assert.Equal(t, 701, d.count("SELECT count(*) FROM ghexport.exports WHERE state = 'pending' AND lane = 1"))
		assert.Equal(t, 701, d.count("SELECT count(*) FROM ghexport.audit WHERE export_id IS NOT NULL"))
	})

	t.Run("NeedsAnActor", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		_, err := d.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: store.Filter{IDs: []int64{id}}}})
		require.ErrorContains(t, err, "nobody is named")
		assert.Equal(t, ledger.StateDead, d.ledger(id).State)
	})
}

func TestReplayNow(t *testing.T) {
	t.Parallel()
	d := setup(t)
	dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
	later := d.export(fixture{State: ledger.StatePending, Cause: ledger.CauseGreenhouseDown, DueIn: time.Hour})
	d.exec("UPDATE ghexport.exports SET failures = 2, first_failed_at = now() WHERE id = $1", later)
	blocked := d.export(fixture{State: ledger.StatePending, Blocked: true})
	sent := d.export(fixture{State: ledger.StateSent})
	cancelled := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})

	follows, err := d.ReplayNow(t.Context(), dead, kim)
	require.NoError(t, err)
	assert.Contains(t, follows, "replayed")
	assert.Equal(t, standings{State: ledger.StatePending, Due: true, Lane: 1, Flags: []string{}}, d.ledger(dead))

	follows, err = d.ReplayNow(t.Context(), later, kim)
	require.NoError(t, err)
	assert.Contains(t, follows, "due now")
	assert.Equal(t, standings{State: ledger.StatePending, Due: true, Failures: 2, Clock: true, Flags: []string{}}, d.ledger(later))

	for id, because := range map[int64]string{
		blocked: "waits for another export", sent: "dead and pending exports only", cancelled: "dead and pending exports only",
	} {
		_, err := d.ReplayNow(t.Context(), id, kim)
		var refused *store.RefusedError
		require.ErrorAs(t, err, &refused)
		assert.Contains(t, refused.Because, because)
	}
	_, err = d.ReplayNow(t.Context(), 4711, kim)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func TestReplayRejected(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, org := range []string{"acme", "acme", "other"} {
		id := d.message(org, "iv", 3, true, true)
		require.NoError(t, d.Reject(t.Context(), map[int64]string{id: "no name"}))
	}
	n, err := d.ReplayRejected(t.Context(), store.Filter{Org: "acme"}, kim, true)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.rejected"))

	d.wakes(func() {
		n, err = d.ReplayRejected(t.Context(), store.Filter{Org: "acme"}, kim, false)
	})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.rejected"))
	assert.Equal(t, 2, d.count("SELECT count(*) FROM ghexport.outbox WHERE version = 3 AND message ->> 'interview_id' = 'iv'"))
}

func TestResolve(t *testing.T) {
	t.Parallel()
	profile, err := store.ParseProfileURL("https://app.greenhouse.io/people/17?application_id=19", false)
	require.NoError(t, err)
	mayExist := []string{ledger.FlagMayExist}

	t.Run("PresentMakesItSentUnderTheProfilesIDs", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		unknown := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown, Candidate: "ada"})
		d.setAside(unknown, 9)
		ended := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: mayExist, Candidate: "ada"})
		for _, id := range []int64{unknown, ended} {
			require.NoError(t, d.ResolvePresent(t.Context(), id, profile, kim))
			assert.Equal(t, standings{State: ledger.StateSent, Flags: []string{}}, d.ledger(id))
			var refused *store.RefusedError
			require.ErrorAs(t, d.ResolvePresent(t.Context(), id, profile, kim), &refused)
			assert.Equal(t, ledger.StateSent, refused.State)
		}
		assert.Equal(t, 2, d.count(`
			SELECT count(*) FROM ghexport.exports
			 WHERE greenhouse_candidate_id = 17 AND greenhouse_application_id = 19 AND sent_at IS NOT NULL
			   AND profile_url = 'https://app.greenhouse.io/people/17?application_id=19'`))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.outbox WHERE version = 9"))
	})

	t.Run("AbsentMakesItDueOnceNoAnswerCanCome", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		settled := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
		d.silent(settled, 5*time.Second)
		d.exec("UPDATE ghexport.attempts SET silent = false")
		old := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
		d.silent(old, 61*time.Second)
		fresh := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
		d.silent(fresh, 40*time.Second)
		ended := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: mayExist})
		over := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})

		got, err := d.ResolveAbsent(t.Context(), ids(settled, old, fresh, ended, over))
		require.NoError(t, err)
		assert.Equal(t, []int64{settled, old, ended}, got.Done)
		for _, id := range got.Done {
			assert.Equal(t, standings{State: ledger.StatePending, Due: true, Flags: []string{}}, d.ledger(id))
		}
		require.Len(t, got.Refused, 2)
		assert.Equal(t, fresh, got.Refused[0].ExportID)
		assert.Contains(t, got.Refused[0].Because, "may still arrive until 20")
		assert.Equal(t, over, got.Refused[1].ExportID)
		assert.Equal(t, ledger.StateUnknown, d.ledger(fresh).State)
	})

	t.Run("AbsentWithNothingLeftToSendEndsTheDoubt", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		erased := d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseErased, NoBody: true, Flags: mayExist})
		d.exec("UPDATE ghexport.exports SET erased_at = now() WHERE id = $1", erased)
		_, err := d.ResolveAbsent(t.Context(), ids(erased))
		require.NoError(t, err)
		assert.Equal(t, standings{State: ledger.StateCancelled, Cause: text("erased"), Flags: []string{}}, d.ledger(erased))
	})

	t.Run("SkipEndsItAndKeepsTheDoubt", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		unknown := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
		d.setAside(unknown, 9)
		twin := d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible})
		dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
		got, err := d.ResolveSkip(t.Context(), ids(unknown, twin, dead))
		require.NoError(t, err)
		assert.Equal(t, []int64{unknown, twin}, got.Done)
		assert.Equal(t, standings{State: ledger.StateCancelled, Cause: text("skipped"), Flags: mayExist}, d.ledger(unknown))
		assert.Equal(t, standings{State: ledger.StateCancelled, Cause: text("skipped"), Flags: []string{}}, d.ledger(twin))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.aside"), "from one such state into another")
		require.Len(t, got.Refused, 1)
	})

	t.Run("CreateSticks", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		twin := d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible})
		pending := d.export(fixture{State: ledger.StatePending})
		got, err := d.ResolveCreate(t.Context(), ids(twin, pending))
		require.NoError(t, err)
		assert.Equal(t, []int64{twin}, got.Done)
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Flags: []string{}}, d.ledger(twin))
		assert.True(t, one[bool](d, "SELECT duplicate_allowed FROM ghexport.exports WHERE id = $1", twin))
	})

	t.Run("SelectsByFilter", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		twin := d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible})
		d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible, Org: "other"})
		got, err := d.ResolveCreate(t.Context(), store.Request{Filter: store.Filter{Org: "acme"}, By: kim})
		require.NoError(t, err)
		assert.Equal(t, []int64{twin}, got.Done)
	})
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	d := setup(t)
	byState := map[ledger.State]int64{}
	var all []int64
	for _, state := range ledger.States {
		byState[state] = d.export(fixture{State: state})
		all = append(all, byState[state])
	}
	blocked := d.export(fixture{State: ledger.StatePending, Blocked: true})
	got, err := d.Discard(t.Context(), ids(append(all, blocked)...))
	require.NoError(t, err)
	assert.Equal(t, []int64{byState[ledger.StatePending], byState[ledger.StateDead], blocked}, got.Done)
	for _, id := range got.Done {
		l := d.ledger(id)
		assert.Equal(t, ledger.StateCancelled, l.State)
		assert.Equal(t, text("discarded"), l.Cause)
		assert.False(t, l.Attention || l.Blocked || l.Due)
	}
	assert.Len(t, got.Refused, len(ledger.States)-2)
	for _, refused := range got.Refused {
		assert.Equal(t, refused.State, d.ledger(refused.ExportID).State)
	}
	assert.ErrorContains(t, got.Refused[1], "is queued: it is on its way")
}
