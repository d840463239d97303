package wording_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// refused is one kind of refusal since 03:12.
func refused(org string, n, companies, ofOrg, lastHour int64, age time.Duration) ledger.DeadKind {
	return ledger.DeadKind{
		Fingerprint: "0123456789", Cause: ledger.CausePayloadRefused, Shape: "Custom field is required", Count: n, LastHour: lastHour, Companies: companies,
		Org: org, OrgCount: ofOrg, Since: time.Date(2026, 11, 28, 3, 12, 0, 0, time.UTC), Age: ledger.Seconds(age.Seconds()),
	}
}

func TestProblems_MostPeopleFirst(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	failing := func(waiting int64, age time.Duration) ledger.Failing {
		return ledger.Failing{Companies: 1, Exports: waiting, Since: &began, Age: ledger.Seconds(age.Seconds()), Waiting: waiting}
	}
	dead := func(kinds ...ledger.DeadKind) (h ledger.Health) {
		h.Companies, h.DeadKinds, h.DeadBy = 3, kinds, map[ledger.Cause]int64{}
		for _, kind := range kinds {
			h.Dead += kind.Count
			h.DeadBy[kind.Cause] += kind.Count
		}
		return h
	}
	held := []ledger.HeldGroup{{Cause: ledger.CauseAuthRejected, Orgs: []string{"initech"}, Count: 1, Waiting: 1}}

	for name, c := range map[string]struct {
		facts func() ledger.Health
		says  []string // how each problem begins, in order
	}{
		"ManyDeadBeforeFewFailingBeforeOneHeld": {func() ledger.Health {
			h := dead(refused("massive", 1500, 1, 1500, 1500, 40*time.Minute))
			h.Failing, h.Held = failing(6, 10*time.Minute), held
			return h
		}, []string{"massive: 1,500 refused since 03:12 UTC, all for: Custom field is required", "Greenhouse is failing for 1 of 3 companies", "companies held (auth.rejected): 1"}},
		"AnOutageBeforeAFewDead": {func() ledger.Health {
			h := dead(refused("acme", 2, 1, 2, 0, 3*time.Hour))
			h.Failing = failing(400, 10*time.Minute)
			return h
		}, []string{"Greenhouse is failing", "acme: 2 refused"}},
		"WhatGrowsBeforeWhatStands": {func() ledger.Health {
			h := dead(refused("acme", 60, 1, 60, 0, 30*time.Hour))
			h.Failing = failing(40, 10*time.Minute)
			return h
		}, []string{"Greenhouse is failing", "acme: 60 refused since 2026-11-28 03:12 UTC"}},
		"AStopBeforeAll": {func() ledger.Health {
			h := dead(refused("massive", 1500, 1, 1500, 0, 3*time.Hour))
			h.Stopped = &ledger.Stop{At: began, By: "kim"}
			return h
		}, []string{"everything is stopped, by kim", "massive: 1,500"}},
		"AsManyStayInTheirOrder": {func() ledger.Health {
			h := dead(refused("acme", 1, 1, 1, 0, 3*time.Hour))
			h.Held = held
			return h
		}, []string{"companies held (auth.rejected): 1, with 1 waiting: initech", "acme: 1 refused"}},
		"TheRestIsOne": {func() ledger.Health {
			kind := func(n int64) ledger.DeadKind { return refused("acme", n, 1, n, 0, time.Hour) }
			return dead(kind(9), kind(8), kind(7), kind(2), kind(1))
		}, []string{"acme: 9", "acme: 8", "acme: 7", "dead letters of other kinds: 3"}},
		"DeadAlone": {func() ledger.Health {
			return ledger.Health{Backlog: ledger.Backlog{Dead: 2, DeadBy: map[ledger.Cause]int64{ledger.CauseBug: 2}}}
		}, []string{"dead letters: 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := wording.OfHealth(c.facts())
			require.Len(t, got.Problems, len(c.says))
			for n, says := range c.says {
				assert.True(t, len(got.Problems[n].Says) >= len(says) && got.Problems[n].Says[:len(says)] == says, "%d: %s", n, got.Problems[n].Says)
			}
			assert.Contains(t, got.Headline, got.Problems[0].Sentence())
		})
	}
}

func TestProblems_WhoseDoingFollowsTheEvidence(t *testing.T) {
	t.Parallel()
	of := func(kind ledger.DeadKind) wording.Problem {
		h := ledger.Health{DeadKinds: []ledger.DeadKind{kind}}
		h.Dead, h.DeadBy = kind.Count, map[ledger.Cause]int64{kind.Cause: kind.Count}
		return wording.OfHealth(h).Problems[0]
	}
	one := of(refused("massive", 1500, 1, 1500, 20, 5*time.Hour))
	assert.Equal(t, ledger.FaultCompany, one.Fault)
	assert.Contains(t, one.Because, "no other company is refused for this")
	assert.Equal(t, "massive", one.Org)
	assert.Equal(t, "massive: 1,500 refused since 03:12 UTC, 20 in the last hour, all for: Custom field is required", one.Sentence(), "a name is not made a capital")
	assert.Equal(t, "/dead?org=massive#group-0123456789", one.Act.Page)
	assert.Equal(t, "ghexport dead --group, then ghexport replay --fingerprint 0123456789 --dry-run", one.Act.Shell())

	most := of(refused("massive", 1000, 4, 900, 0, 5*time.Hour))
	assert.Equal(t, "massive and 3 other companies: 1,000 refused since 03:12 UTC, 900 of them for massive, all for: Custom field is required", most.Says)
	assert.Equal(t, ledger.FaultOurs, most.Fault)

	all := of(refused("acme", 100, 12, 10, 0, 5*time.Hour))
	assert.Equal(t, "12 companies: 100 refused since 03:12 UTC, all for: Custom field is required", all.Sentence())
	assert.Equal(t, "12 companies are refused for the same: it is what we send", all.Because)
	assert.Equal(t, "/dead#group-0123456789", all.Act.Page)

	bug := refused("acme", 1, 1, 1, 0, time.Hour)
	bug.Cause, bug.Shape = ledger.CauseBug, ""
	failed := of(bug)
	assert.Equal(t, ledger.FaultOurs, failed.Fault, "a fault of ours is ours whoever met it")
	assert.Empty(t, failed.Because)
	assert.Equal(t, "acme: 1 given up since 03:12 UTC, because the exporter itself failed", failed.Says)
}
