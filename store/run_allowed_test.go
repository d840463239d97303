package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// every is one export of every state with every cause of it, in doubt or not, erased or not, skipped by a policy of before or by a person, with and without what there is to send and
// with and without a message kept aside, as the ledger's rule sees it.
func (d *db) every() map[int64]ledger.Export {
	d.t.Helper()
	all := map[int64]ledger.Export{}
	for _, state := range ledger.States {
		causes := ledger.CausesOf(state)
		if len(causes) == 0 || state == ledger.StatePending {
			causes = append(causes, ledger.CauseNone)
		}
		for _, cause := range causes {
			for bits := range 64 {
				if bits&16 != 0 && bits&8 == 0 || bits&32 != 0 && cause != ledger.CauseSkipped {
					continue
				}
				e := ledger.Export{
					State: state, Cause: cause, Policy: bits&32 != 0, AsideNo: bits&24 == 8, MayExist: bits&1 != 0, Erased: bits&2 != 0, HasBody: bits&4 != 0 && state != ledger.StateIneligible, HasAside: bits&8 != 0,
				}
				var flags []string
				if e.MayExist {
					flags = []string{ledger.FlagMayExist}
				}
				detail := ""
				if e.Policy {
					detail = store.SkippedByPolicy
				}
				e.ID = d.export(fixture{State: state, Cause: cause, Flags: flags, NoBody: !e.HasBody, Detail: detail})
				if e.Erased {
					d.exec("UPDATE ghexport.exports SET erased_at = now() WHERE id = $1", e.ID)
				}
				if e.HasAside {
					d.setAside(e.ID, 9)
					if !e.AsideNo {
						d.exec(`UPDATE ghexport.aside SET message = '{"interviewer_advances": true, "candidate_continues": true}' WHERE export_id = $1`, e.ID)
					}
				}
				all[e.ID] = e
			}
		}
	}
	return all
}

// A run selects in SQL what the ledger's rule allows to be replayed, and nothing else; so does a replay by its numbers.
func TestStartRun_SelectsWhatTheLedgerAllows(t *testing.T) {
	t.Parallel()
	d := setup(t)
	all := d.every()
	var ids, allowed []int64
	byState := map[ledger.State]int64{}
	for id, e := range all {
		ids = append(ids, id)
		if _, refusal := ledger.VerbReplay.Judge(e); refusal == "" {
			allowed = append(allowed, id)
			byState[e.State]++
		}
	}
	require.NotEmpty(t, allowed)
	replayed, err := d.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: store.Filter{IDs: ids}, By: kim, DryRun: true}})
	require.NoError(t, err)
	assert.ElementsMatch(t, allowed, replayed.Done, "replay")
	for _, state := range ledger.States {
		plan, err := runs.In(d.Store).Plan(t.Context(), runs.Request{Filter: store.Filter{State: state}, By: kim})
		require.NoError(t, err)
		assert.Equal(t, byState[state], plan.Count, "of the state %s", state)
	}
	run := d.run(store.Filter{IDs: ids})
	members := one[[]int64](d, "SELECT array_agg(export_id) FROM ghexport.run_members WHERE run_id = $1", run.ID)
	for _, id := range difference(members, allowed) {
		assert.Fail(t, "the run takes what may not be replayed", describe(all[id]))
	}
	for _, id := range difference(allowed, members) {
		assert.Fail(t, "the run leaves out what may be replayed", describe(all[id]))
	}
}

// A back-fill selects what the ledger's rule lets go of what never went, and nothing else, whatever the dead letters and decisions of the
// company are.
func TestBackfill_SelectsWhatTheLedgerAllows(t *testing.T) {
	t.Parallel()
	d := setup(t)
	all := d.every()
	var allowed []int64
	for id, e := range all {
		if _, refusal := ledger.VerbBackfill.Judge(e); refusal == "" {
			allowed = append(allowed, id)
			assert.Equal(t, ledger.StateCancelled, e.State)
			assert.Contains(t, []ledger.Cause{ledger.CauseDropped, ledger.CauseSkipped}, e.Cause)
		}
	}
	require.NotEmpty(t, allowed)
	run := d.run(store.Filter{Org: "acme"}, backfill)
	members := one[[]int64](d, "SELECT array_agg(export_id) FROM ghexport.run_members WHERE run_id = $1", run.ID)
	for _, id := range difference(members, allowed) {
		assert.Fail(t, "the back-fill takes what must not go", describe(all[id]))
	}
	for _, id := range difference(allowed, members) {
		assert.Fail(t, "the back-fill leaves out what may go", describe(all[id]))
	}
}

func backfill(r *runs.Request) { r.Kind = runs.Backfill }

func describe(e ledger.Export) string {
	_, refusal := ledger.VerbReplay.Judge(e)
	return fmt.Sprintf("%+v: %s", e, refusal)
}

// difference returns what one list has and the other lacks.
func difference(have, lack []int64) (list []int64) {
	known := map[int64]bool{}
	for _, id := range lack {
		known[id] = true
	}
	for _, id := range have {
		if !known[id] {
			list = append(list, id)
		}
	}
	return list
}
