package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// leftOut returns what a plan leaves out, by why.
func leftOut(p runs.Plan) map[string]int64 {
	list := map[string]int64{}
	for _, out := range p.LeftOut {
		list[out.Because] = out.Count
	}
	return list
}

func (d *db) backfillPlan(f store.Filter) runs.Plan {
	d.t.Helper()
	plan, err := runs.In(d.Store).Plan(d.t.Context(), runs.Request{Kind: runs.Backfill, Filter: f})
	require.NoError(d.t, err)
	return plan
}

func TestBackfill(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	dropped := func(candidate string) int64 {
		return d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDropped, Candidate: candidate})
	}
	first, second := dropped(""), dropped("")
	d.exec("UPDATE ghexport.exports SET interviewed_at = '2026-03-01T12:00:00Z' WHERE id = $1", first)
	d.exec("UPDATE ghexport.exports SET interviewed_at = '2026-05-01T12:00:00Z' WHERE id = $1", second)

	t.Run("CountsByReasonAndSaysWhyEachIsLeftOut", func(t *testing.T) {
		for cause := range map[ledger.Cause]bool{ledger.CauseWithdrawn: true, ledger.CauseDecisionNo: true, ledger.CauseDecisionMissing: true, ledger.CausePractice: true} {
			d.export(fixture{State: ledger.StateIneligible, Cause: cause})
		}
		erased := dropped("")
		d.exec("UPDATE ghexport.exports SET erased_at = now(), cause = 'erased', body_id = NULL WHERE id = $1", erased)
		d.export(fixture{State: ledger.StateSent, Candidate: "ada"})
		dropped("ada")
		d.export(fixture{State: ledger.StateUnknown, Candidate: "bob"})
		dropped("bob")
		d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded})
		d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped})
		d.setAside(dropped(""), 9) // a newer result, which says no longer yes
		d.dead("acme", 2)
		d.dead("globex", 1)
		d.exec(`INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, cause, detail, enqueued_at)
		        VALUES (1, 'acme', 'iv_bad', 1, 1, '{}', 'message.invalid', 'no candidate', now())`)
		plan := d.backfillPlan(store.Filter{Org: "acme"})
		assert.Equal(t, int64(2), plan.Count)
		require.Len(t, plan.Groups, 1)
		assert.Equal(t, ledger.CauseDropped, plan.Groups[0].Cause)
		assert.Equal(t, map[string]int64{
			"a yes was withdrawn": 2, "one of the two said no": 1, "not both have decided": 1, "they were practice interviews": 1,
			"their personal data is gone, so there is nothing to send":                                                             1,
			"they need a decision first: their candidates were sent to the company before, or may have been; name one to be asked": 2,
			"they need a decision first: resolve them":                                                                             1,
			"somebody discarded them": 1,
			"somebody decided not to send them, or the company skips second interviews":                 1,
			"they are dead letters: ghexport replay sends those":                                        2,
			"their messages could not be read: ghexport replay --cause message.invalid puts those back": 1,
		}, leftOut(plan))
	})

	t.Run("IsOfAStretchOfTime", func(t *testing.T) {
		at := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		assert.Equal(t, int64(1), d.backfillPlan(store.Filter{Org: "acme", To: at}).Count)
		assert.Equal(t, int64(1), d.backfillPlan(store.Filter{Org: "acme", From: at}).Count)
		assert.Equal(t, int64(0), d.backfillPlan(store.Filter{Org: "acme", From: at, To: at.AddDate(0, 0, 1)}).Count)
		assert.Equal(t, int64(1), d.backfillPlan(store.Filter{Org: "acme", Limit: 1}).Count)
	})

	t.Run("TakesWhatAPolicySkippedOnceItIsTheCompanysNoMore", func(t *testing.T) {
		d.company("initech")
		d.export(fixture{Org: "initech", State: ledger.StateSent, Candidate: "eve"})
		d.export(fixture{Org: "initech", State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Detail: store.SkippedByPolicy, Candidate: "eve"})
		for policy, want := range map[string]int64{"skip": 0, "hold": 0, "create": 1} {
			d.exec("UPDATE ghexport.integrations SET second_interview = $1 WHERE org_id = 'initech'", policy)
			assert.Equal(t, want, d.backfillPlan(store.Filter{Org: "initech"}).Count, policy)
		}
	})

	t.Run("IsARunInTheReplayLane", func(t *testing.T) {
		run := d.run(store.Filter{Org: "acme", To: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}, backfill, func(r *runs.Request) { r.Expect = 2 })
		assert.Equal(t, runs.Backfill, run.Kind)
		assert.JSONEq(t, `{"org": "acme", "to": "2026-06-01T00:00:00Z"}`, string(run.Selected))
		assert.Equal(t, int64(2), leftOut(d.backfillPlan(store.Filter{Org: "acme"}))["they are members of run 1"], "they belong to one run")
		d.step(run.ID)
		assert.Equal(t, []int64{first}, d.underWay(), "one goes first")
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Lane: 1, Flags: []string{}}, d.ledger(first))
		assert.Equal(t, "backfill", one[string](d, "SELECT action FROM ghexport.audit WHERE export_id = $1", first))
		d.end(ledger.StateDead, ledger.CausePayloadRefused, first)
		run = d.step(run.ID)
		assert.Equal(t, runs.Paused, run.State, "the stop rule of a run")
		require.NoError(t, runs.In(d.Store).Resume(t.Context(), run.ID, kim))
		d.exec("UPDATE ghexport.exports SET cause = 'discarded' WHERE id = $1", second) // somebody decided meanwhile
		run = d.step(run.ID)
		assert.Equal(t, int64(1), run.Counts.Skipped, "what a person decided meanwhile stands")
		assert.Empty(t, d.underWay())
	})

	t.Run("NamesItsCompany", func(t *testing.T) {
		_, err := runs.In(d.Store).Start(t.Context(), runs.Request{Kind: runs.Backfill, By: kim})
		require.ErrorContains(t, err, "of one company")
		_, err = runs.In(d.Store).Start(t.Context(), runs.Request{Kind: runs.Backfill, Filter: store.Filter{Org: "nobody"}, By: kim})
		require.EqualError(t, err, "nothing to back-fill")
	})
}
