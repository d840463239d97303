package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

var onCall = store.By{Actor: "kim", Reason: "the template is fixed"}

// deadLetters enqueues n interviews of a company and lets Greenhouse refuse each.
func (r *rig) deadLetters(org string, n int) {
	r.t.Helper()
	for range n {
		r.sim.Plan(greenhousesim.Fault{Status: 422, Body: greenhousesim.Text(`{"errors":[{"message":"is wrong","field":"emails.type"}]}`)})
	}
	var list []object
	for i := range n {
		list = append(list, result(org, fmt.Sprintf("%s_%d", org, i)))
	}
	r.enqueue(list...)
	r.untilCount(n, "SELECT count(*) FROM ghexport.exports WHERE state = 'dead' AND org_id = '"+org+"'")
}

// untilCount waits, change by change, until a statement counts so many.
func (r *rig) untilCount(n int, sql string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		var have int
		require.NoError(r.t, r.watch.QueryRow(ctx, sql).Scan(&have))
		if have == n {
			return
		}
		if _, err := r.watch.WaitForNotification(ctx); err != nil {
			require.NoError(r.t, err, "%d instead of %d: %s", have, n, sql)
		}
	}
}

// A dead letter keeps what it died of, and under which version.
func TestRun_GroupsWhatDied(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.start()
	r.deadLetters("acme", 2)
	groups, err := query.In(r.store).DeadGroups(t.Context(), store.Filter{})
	require.NoError(t, err)
	require.Len(t, groups, 1)
	g := groups[0]
	assert.Equal(t, int64(2), g.Count)
	assert.Equal(t, "emails.type", g.Field)
	assert.Equal(t, "is wrong", g.Message)
	assert.Equal(t, rigVersion, g.CodeVersion)
	assert.Equal(t, ledger.VerdictAgain, g.Replay)
	list, err := query.In(r.store).Exports(t.Context(), store.Filter{Fingerprint: g.Fingerprint})
	require.NoError(t, err)
	assert.Len(t, list, 2)
}

// The relay brings a run on by itself, the first one first, and nothing reaches Greenhouse twice.
func TestRun_SendsEverythingOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.company("globex")
	r.start()
	r.deadLetters("acme", 12)
	r.deadLetters("globex", 3)
	run, err := runs.In(r.store).Start(t.Context(), runs.Request{Filter: store.Filter{Cause: ledger.CausePayloadRefused}, By: onCall, Canary: 1})
	require.NoError(t, err)
	r.untilRun(run.ID, runs.Done)
	run, err = runs.In(r.store).Run(t.Context(), run.ID)
	require.NoError(t, err)
	assert.Equal(t, int64(15), run.Counts.Sent)
	assert.Equal(t, 15, r.sim.CountCandidates(""))
	assert.Equal(t, 30, r.sim.CountRequests(), "each was refused once and sent once")
}

func (r *rig) untilRun(id int64, state runs.State) {
	r.t.Helper()
	r.untilCount(1, fmt.Sprintf("SELECT count(*) FROM ghexport.runs WHERE id = %d AND state = '%s'", id, state))
}

// What is still broken is found by the first one, and the rest stays as it was.
func TestRun_StopsAtTheFirstThatDiesAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.start()
	r.deadLetters("acme", 5)
	r.sim.Plan(greenhousesim.Fault{Status: 422})
	run, err := runs.In(r.store).Start(t.Context(), runs.Request{Filter: store.Filter{Org: "acme"}, By: onCall, Canary: 1})
	require.NoError(t, err)
	r.untilRun(run.ID, runs.Paused)
	assert.Equal(t, 6, r.sim.CountRequests())
	assert.Zero(t, r.sim.CountCandidates(""))
}

// Several nodes, people who replay by hand, press Retry, pause, resume and begin the same run again, all at once: each export reaches
// Greenhouse once.
func TestRun_RacesOfPeopleAndNodes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	r.company("globex")
	first := r.start()
	r.deadLetters("acme", 20)
	r.deadLetters("globex", 20)
	r.start()
	ctx := t.Context()
	var ids []int64
	list, err := query.In(r.store).Exports(ctx, store.Filter{State: ledger.StateDead})
	require.NoError(t, err)
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	begun := time.Now()
	var people sync.WaitGroup
	act := func(do func(n int) error) {
		people.Go(func() {
			for n := range 25 {
				var refused *store.RefusedError
				var run *runs.RefusedError
				var nothing *runs.NothingToReplayError
				if err := do(n); err != nil && !errors.As(err, &refused) && !errors.As(err, &run) && !errors.As(err, &nothing) && !errors.Is(err, store.ErrNotFound) {
					assert.NoError(t, err)
				}
			}
		})
	}
	for range 2 {
		act(func(int) error {
			_, err := runs.In(r.store).Start(ctx, runs.Request{Filter: store.Filter{State: ledger.StateDead}, By: onCall, Canary: 1})
			return err
		})
		act(func(n int) error {
			_, err := r.store.Replay(ctx, store.ReplayRequest{Request: store.Request{Filter: store.Filter{IDs: ids[n : n+1]}, By: onCall}})
			return err
		})
		act(func(n int) error { _, err := r.store.ReplayNow(ctx, ids[len(ids)-1-n], onCall); return err })
		act(func(int) error { return runs.In(r.store).Pause(ctx, 1, onCall) })
		act(func(int) error { return runs.In(r.store).Resume(ctx, 1, onCall) })
		act(func(int) error { _, err := runs.In(r.store).Advance(ctx); return ignoreStandby(err) })
	}
	people.Wait()
	first.stop() // in the middle, as a deploy does
	for _, run := range []int64{1, 2, 3} {
		if err := runs.In(r.store).Resume(ctx, run, onCall); err != nil {
			var refused *runs.RefusedError
			require.True(t, errors.As(err, &refused) || errors.Is(err, store.ErrNotFound), "%v", err)
		}
	}
	r.untilCount(40, "SELECT count(*) FROM ghexport.exports WHERE state = 'sent'")
	r.untilCount(0, "SELECT count(*) FROM ghexport.runs WHERE ended_at IS NULL")
	created := map[string]int{}
	for _, c := range r.sim.Candidates("") {
		created[c.ExternalID]++
	}
	assert.Len(t, created, 40)
	assert.Equal(t, 40, r.sim.CountCandidates(""), "one was created twice")
	t.Logf("took %s", time.Since(begun))
}

func ignoreStandby(err error) error {
	if errors.Is(err, store.ErrStandby) {
		return nil
	}
	return err
}
