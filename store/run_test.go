package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// dead puts n dead letters of a company into the ledger and returns their ids.
func (d *db) dead(org string, n int) []int64 {
	d.t.Helper()
	var list []int64
	for range n {
		list = append(list, d.export(fixture{Org: org, State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "emails.type: is wrong"}))
	}
	return list
}

// run begins a run over what a filter selects; edit changes how.
func (d *db) run(f store.Filter, edit ...func(*runs.Request)) *runs.Run {
	d.t.Helper()
	r := runs.Request{Filter: f, By: kim, Canary: 1, Rate: 1e6}
	for _, change := range edit {
		change(&r)
	}
	run, err := runs.In(d.Store).Start(d.t.Context(), r)
	require.NoError(d.t, err)
	return run
}

// step lets the relay bring runs on once, and returns the run as it stands then.
func (d *db) step(id int64) *runs.Run {
	d.t.Helper()
	_, err := runs.In(d.Store).Advance(d.t.Context())
	require.NoError(d.t, err)
	run, err := runs.In(d.Store).Run(d.t.Context(), id)
	require.NoError(d.t, err)
	return run
}

// underWay are the exports that are under way, oldest first.
func (d *db) underWay() []int64 {
	d.t.Helper()
	return one[[]int64](d, "SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM ghexport.exports WHERE state = 'pending'")
}

// end lets what is under way come to an end.
func (d *db) end(state ledger.State, cause ledger.Cause, ids ...int64) {
	d.t.Helper()
	d.exec(`UPDATE ghexport.exports SET state = $2, cause = nullif($3, ''), due_at = NULL,
	               attention_at = CASE WHEN $2 IN ('dead', 'unknown') THEN now() END WHERE id = ANY ($1) AND state = 'pending'`,
		ids, string(state), string(cause))
}

func TestRun(t *testing.T) {
	t.Parallel()

	t.Run("SendsOneFirstThenTheRestAndEnds", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		list := d.dead("acme", 5)
		run := d.run(store.Filter{Cause: ledger.CausePayloadRefused}, func(r *runs.Request) { r.Ticket = "OPS-7" })
		assert.Equal(t, runs.Running, run.State)
		assert.Equal(t, runs.PhaseCanary, run.Phase)
		assert.Equal(t, int64(5), run.Members)
		assert.Equal(t, text("OPS-7"), run.Ticket)
		assert.JSONEq(t, `{"cause": "payload.refused"}`, string(run.Selected))
		assert.Equal(t, ledger.StateDead, d.ledger(list[0]).State, "members stay dead until they are released")

		run = d.step(run.ID)
		assert.Equal(t, list[:1], d.underWay(), "one goes first")
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Lane: 1, Flags: []string{}}, d.ledger(list[0]))
		d.step(run.ID)
		assert.Equal(t, list[:1], d.underWay(), "and nothing else before that one has settled")
		d.end(ledger.StateSent, "", list[0])
		run = d.step(run.ID)
		assert.Equal(t, list[1:], d.underWay())
		assert.Equal(t, runs.PhaseVerify, run.Phase)
		assert.Equal(t, int64(4), run.Counts.Released)

		d.end(ledger.StateSent, "", list[1], list[2])
		d.end(ledger.StateDead, ledger.CauseTargetGone, list[3])
		d.end(ledger.StateCancelled, ledger.CauseDiscarded, list[4])
		run = d.step(run.ID)
		assert.Equal(t, runs.Done, run.State)
		assert.NotNil(t, run.EndedAt)
		assert.Equal(t, runs.Counts{Sent: 3, DeadAgain: 1, Ended: 1, Causes: map[ledger.Cause]int64{ledger.CauseTargetGone: 1}}, run.Counts)

		trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{ExportID: list[1]})
		require.NoError(t, err)
		require.Len(t, trail, 1)
		assert.Equal(t, "kim", trail[0].Actor)
		assert.Equal(t, text("on call"), trail[0].Reason)
		assert.JSONEq(t, fmt.Sprintf(`{"from": "dead", "to": "pending", "run": %d}`, run.ID), string(trail[0].Detail))
		assert.Equal(t, []string{"run start: on call", "run go on: 1 sent first got through", "run end: every member has settled; the run is done"}, d.log(run.ID))
		done, err := runs.In(d.Store).Advance(t.Context())
		require.NoError(t, err)
		assert.Equal(t, runs.Advanced{}, done)
	})

	t.Run("PausesWhenACanaryFails", func(t *testing.T) {
		t.Parallel()
		for state, because := range map[ledger.State]string{
			ledger.StateDead:    "died again: payload.refused",
			ledger.StateUnknown: "may or may not be in Greenhouse",
		} {
			d := setup(t)
			d.company("acme")
			list := d.dead("acme", 3)
			run := d.run(store.Filter{Org: "acme"})
			d.step(run.ID)
			d.end(state, ledger.CausePayloadRefused, list[0])
			run = d.step(run.ID)
			assert.Equal(t, runs.Paused, run.State)
			require.NotNil(t, run.Because)
			assert.Contains(t, *run.Because, because)
			d.step(run.ID)
			assert.Empty(t, d.underWay(), "a paused run releases nothing")

			require.NoError(t, runs.In(d.Store).Resume(t.Context(), run.ID, kim))
			d.step(run.ID)
			assert.Equal(t, list[1:2], d.underWay(), "resumed, it takes another one first")
			d.end(ledger.StateSent, "", list[1])
			run = d.step(run.ID)
			assert.Equal(t, list[2:], d.underWay())
			assert.Nil(t, run.Because)
		}
	})

	t.Run("TakesAnotherCanaryWhereOneProvesNothing", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.company("held")
		list := append(d.dead("acme", 1), d.dead("held", 2)...)
		run := d.run(store.Filter{State: ledger.StateDead}, func(r *runs.Request) { r.Canary = 2 })
		d.step(run.ID)
		assert.Equal(t, list[:2], d.underWay(), "one of each company")
		d.end(ledger.StateCancelled, ledger.CauseDiscarded, list[0])
		d.step(run.ID)
		assert.Equal(t, list[1:], d.underWay())
		_, err := d.PauseOrg(t.Context(), "held", kim)
		require.NoError(t, err)
		more := d.dead("acme", 1)
		other := d.run(store.Filter{IDs: more})
		d.step(other.ID)
		assert.Contains(t, d.underWay(), more[0], "another run goes its own way")
	})

	t.Run("PausesItselfWhenTooManyDieAgain", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.exec("UPDATE ghexport.integrations SET in_flight_cap = 20")
		list := d.dead("acme", 60)
		run := d.run(store.Filter{Org: "acme"}, func(r *runs.Request) { r.Canary = 0 })
		d.step(run.ID)
		require.Len(t, d.underWay(), 40, "twice what the company may have in flight")
		d.end(ledger.StateDead, ledger.CausePayloadRefused, list[:2]...)
		d.end(ledger.StateSent, "", list[2:10]...)
		run = d.step(run.ID)
		assert.Equal(t, runs.Running, run.State, "2 of 10 are not more than 20 %%")
		d.end(ledger.StateDead, ledger.CausePayloadRefused, list[10:12]...)
		run = d.step(run.ID)
		assert.Equal(t, runs.Paused, run.State)
		assert.Equal(t, text("4 of 12 died again or are in doubt, more than 20 %"), run.Because)
		require.NoError(t, runs.In(d.Store).Resume(t.Context(), run.ID, kim))
		assert.Equal(t, runs.Running, d.step(run.ID).State, "what died before it was resumed was seen")
	})

	t.Run("PassesHeldCompaniesOver", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.company("held")
		_, err := d.PauseOrg(t.Context(), "held", kim)
		require.NoError(t, err)
		off, held, list := d.dead("off", 1), d.dead("held", 2), d.dead("acme", 2)
		run := d.run(store.Filter{State: ledger.StateDead})
		d.step(run.ID)
		d.end(ledger.StateSent, "", list[0])
		d.step(run.ID)
		d.end(ledger.StateSent, "", list[1])
		run = d.step(run.ID)
		assert.Equal(t, runs.Running, run.State)
		assert.Equal(t, runs.Counts{Sent: 2, Waiting: 3, Held: 3, Causes: map[ledger.Cause]int64{}}, run.Counts)
		assert.Equal(t, ledger.StateDead, d.ledger(held[0]).State)

		_, err = d.Discard(t.Context(), ids(off[0]))
		require.NoError(t, err)
		d.exec("UPDATE ghexport.exports SET state = 'sent', cause = NULL WHERE id = $1", held[0])
		d.exec("UPDATE ghexport.runs SET checked_at = now() - interval '1 hour'")
		_, err = d.ResumeOrg(t.Context(), "held", kim)
		require.NoError(t, err)
		run = d.step(run.ID)
		assert.Equal(t, held[1:], d.underWay())
		assert.Equal(t, int64(1), run.Counts.Skipped)
		members, err := runs.In(d.Store).Members(t.Context(), run.ID, runs.MemberSkipped, 0, 10)
		require.NoError(t, err)
		require.Len(t, members, 1)
		assert.Equal(t, text("it is sent by now"), members[0].Because)
	})

	t.Run("SkipsWhatItDoesNotApplyToAnyMore", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		list := d.dead("acme", 4)
		run := d.run(store.Filter{Org: "acme"}, func(r *runs.Request) { r.Canary = 0 })
		_, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(list[0])})
		require.NoError(t, err)
		d.exec("UPDATE ghexport.exports SET body_id = NULL WHERE id = $1", list[1])
		d.end(ledger.StateSent, "", list[0])
		run = d.step(run.ID)
		assert.Equal(t, list[2:], d.underWay())
		members, err := runs.In(d.Store).Members(t.Context(), run.ID, runs.MemberSkipped, 0, 10)
		require.NoError(t, err)
		require.Len(t, members, 2)
		assert.Contains(t, *members[0].Because, "it is sent by now")
		assert.Contains(t, *members[1].Because, "personal data is gone")
	})

	t.Run("KeepsItsRate", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.dead("acme", 8)
		run := d.run(store.Filter{Org: "acme"}, func(r *runs.Request) { r.Canary, r.Rate = 0, 0.5 })
		d.step(run.ID)
		assert.Len(t, d.underWay(), 1)
		d.step(run.ID)
		assert.Len(t, d.underWay(), 1, "the next goes two seconds later")
		d.exec("UPDATE ghexport.runs SET paced_at = paced_at - interval '2 s'")
		d.step(run.ID)
		assert.Len(t, d.underWay(), 2)
		d.exec("UPDATE ghexport.runs SET paced_at = paced_at - interval '1 h'")
		d.step(run.ID)
		assert.Len(t, d.underWay(), 3, "what was not used is not made up for in one burst")
	})

	t.Run("StopsForGood", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		list := d.dead("acme", 3)
		run := d.run(store.Filter{Org: "acme"})
		d.step(run.ID)
		require.NoError(t, runs.In(d.Store).Stop(t.Context(), run.ID, store.By{Actor: "kim", Reason: "wrong fix"}))
		run = d.step(run.ID)
		assert.Equal(t, runs.Stopped, run.State)
		assert.Nil(t, run.EndedAt, "one is still under way")
		assert.Equal(t, ledger.StateDead, d.ledger(list[1]).State)
		again := d.run(store.Filter{Org: "acme"})
		assert.Equal(t, int64(2), again.Members, "those that were not released are free for another run")
		d.end(ledger.StateSent, "", list[0])
		run = d.step(run.ID)
		assert.NotNil(t, run.EndedAt)
		assert.Equal(t, runs.Stopped, run.State)
		assert.Equal(t, runs.Counts{Sent: 1, Skipped: 2, Causes: map[ledger.Cause]int64{}}, run.Counts)

		var refused *runs.RefusedError
		require.ErrorAs(t, runs.In(d.Store).Stop(t.Context(), run.ID, kim), &refused)
		require.ErrorAs(t, runs.In(d.Store).Pause(t.Context(), run.ID, kim), &refused)
		require.ErrorAs(t, runs.In(d.Store).Resume(t.Context(), run.ID, kim), &refused)
		assert.Equal(t, runs.Stopped, refused.State)
		require.ErrorIs(t, runs.In(d.Store).Pause(t.Context(), 4711, kim), store.ErrNotFound)
		_, err := runs.In(d.Store).Run(t.Context(), 4711)
		require.ErrorIs(t, err, store.ErrNotFound)
	})

	t.Run("OneNodeStepsAtATime", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.dead("acme", 1)
		run := d.run(store.Filter{Org: "acme"})
		tx, err := d.Pool.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it may have ended
		_, err = tx.Exec(t.Context(), "LOCK TABLE ghexport.turn_runs IN SHARE UPDATE EXCLUSIVE MODE")
		require.NoError(t, err)
		_, err = runs.In(d.Store).Advance(t.Context())
		require.ErrorIs(t, err, store.ErrStandby)
		assert.Empty(t, d.underWay())
		require.NoError(t, tx.Rollback(t.Context()))
		d.step(run.ID)
		assert.Len(t, d.underWay(), 1)
	})
}

func (d *db) log(run int64) []string {
	d.t.Helper()
	events, err := runs.In(d.Store).Log(d.t.Context(), run)
	require.NoError(d.t, err)
	var list []string
	for _, e := range events {
		list = append(list, e.What+": "+*e.Reason)
	}
	return list
}

// Two people who apply one plan at once get one run with everything in it; the other is told which.
func TestStartRun_TwiceAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.dead("acme", 50)
	var began, told int
	var mu sync.Mutex
	var people sync.WaitGroup
	for range 4 {
		people.Go(func() {
			_, err := runs.In(d.Store).Start(t.Context(), runs.Request{Filter: store.Filter{Org: "acme"}, By: kim, Canary: 1})
			mu.Lock()
			defer mu.Unlock()
			var nothing *runs.NothingToReplayError
			switch {
			case err == nil:
				began++
			case assert.ErrorAs(t, err, &nothing):
				assert.Contains(t, err.Error(), "50 exports left out: they are members of run")
				told++
			}
		})
	}
	people.Wait()
	assert.Equal(t, 1, began)
	assert.Equal(t, 3, told)
	assert.Equal(t, 50, d.count("SELECT count(*) FROM ghexport.run_members"))
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.runs"))
}

func TestStartRun_TakesOnlyWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.dead("acme", 3)
	var changed *runs.PlanChangedError
	_, err := runs.In(d.Store).Start(t.Context(), runs.Request{Filter: store.Filter{Org: "acme"}, By: kim, Expect: 2})
	require.ErrorAs(t, err, &changed)
	assert.Equal(t, runs.PlanChangedError{Confirmed: 2, Now: 3}, *changed)
	assert.Zero(t, d.count("SELECT count(*) FROM ghexport.runs"))
	_, err = runs.In(d.Store).Start(t.Context(), runs.Request{Filter: store.Filter{Org: "acme"}, By: store.By{Actor: "kim"}})
	require.ErrorContains(t, err, "no reason")
}

func TestPlanRun(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("globex")
	_, err := d.PauseOrg(t.Context(), "globex", kim)
	require.NoError(t, err)
	acme := d.dead("acme", 100)
	d.dead("globex", 3)
	down := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseGreenhouseDown, Detail: "after 72 h"})
	d.exec("UPDATE ghexport.exports SET attention_at = now() - interval '1 hour' WHERE id = $1", down)
	d.exec("UPDATE ghexport.integrations SET last_good_at = now() - interval '1 minute' WHERE org_id = 'acme'")
	gone := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug, NoBody: true})
	doubt := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
	d.export(fixture{State: ledger.StateSent, Candidate: "twice"})
	twice := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug, Candidate: "twice"})
	d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})
	other := d.run(store.Filter{IDs: acme[90:]})

	plan, err := runs.In(d.Store).Plan(t.Context(), runs.Request{})
	require.NoError(t, err)
	paused := ledger.CausePaused
	assert.Equal(t, runs.Plan{
		Count: 94, FailAgain: 93, Held: 3, Takes: 21,
		Groups: []runs.PlanGroup{
			{
				Cause: ledger.CausePayloadRefused, OrgID: "acme", Count: 90, Replay: ledger.VerdictAgain, Takes: 21,
				Because: "the same data from the same version would be refused again: correct it, or deploy a fix",
			},
			{
				Cause: ledger.CausePayloadRefused, OrgID: "globex", Count: 3, Replay: ledger.VerdictAgain, Takes: 1, Held: &paused,
				Because: "the same data from the same version would be refused again: correct it, or deploy a fix",
			},
			{
				Cause: ledger.CauseGreenhouseDown, OrgID: "acme", Count: 1, Replay: ledger.VerdictSafe, Because: "Greenhouse has answered since", Takes: 1,
			},
		},
		LeftOut: []runs.LeftOut{
			{Because: fmt.Sprintf("they are members of run %d", other.ID), Count: 10, Sample: acme[90], Run: &other.ID},
			{Because: "their personal data is gone, so there is nothing to send", Count: 1, Sample: gone},
			{Because: "they need a decision first: resolve them", Count: 1, Sample: doubt},
			{Because: "they need a decision first: their candidates were sent to the company before, or may have been; name one to be asked", Count: 1, Sample: twice},
		},
	}, plan)

	t.Run("CountsOnlyWhatTheFilterSelects", func(t *testing.T) {
		for _, one := range []struct {
			filter store.Filter
			count  int64
		}{
			{store.Filter{Org: "globex"}, 3},
			{store.Filter{Cause: ledger.CauseGreenhouseDown}, 1},
			{store.Filter{Cause: ledger.CauseDiscarded}, 1},
			{store.Filter{State: ledger.StateCancelled}, 1},
			{store.Filter{State: ledger.StateSent}, 0},
			{store.Filter{Since: time.Now().Add(time.Hour)}, 0},
			{store.Filter{Limit: 7}, 7},
			{store.Filter{IDs: []int64{acme[0], gone, 4711}}, 1},
		} {
			plan, err := runs.In(d.Store).Plan(t.Context(), runs.Request{Filter: one.filter})
			require.NoError(t, err)
			assert.Equal(t, one.count, plan.Count, "%+v", one.filter)
		}
	})
	t.Run("TheRunTakesWhatThePlanSays", func(t *testing.T) {
		run := d.run(store.Filter{Limit: 7}, func(r *runs.Request) { r.Expect = 7 })
		assert.Equal(t, int64(7), run.Members)
		run = d.run(store.Filter{}, func(r *runs.Request) { r.Expect = 87 })
		assert.Equal(t, int64(87), run.Members)
	})
}
