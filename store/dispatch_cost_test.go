package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// uses counts the steps of a plan that use an index.
func (n *node) uses(index string) (steps int) {
	if n.Index == index {
		steps++
	}
	for _, child := range n.Plans {
		steps += child.uses(index)
	}
	return steps
}

// What is in flight is counted once a pass and below nothing that is done again for each company or export.
func TestDispatch_CountsWhatIsInFlightOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.explained()
	p := d.newPlanner()
	serve := p.open(d, store.Config{GenericPlans: true})
	_, err := serve.Dispatch(t.Context(), "")
	require.NoError(t, err)
	statements, errs := p.take()
	require.Empty(t, errs)
	for _, s := range statements {
		if !strings.Contains(s.SQL, "RECURSIVE due") {
			continue
		}
		for mode, plan := range s.Plans {
			// The second step looks at companies with a target that was refused, and at no other.
			assert.Equal(t, 2, plan.uses("exports_in_flight"), "%s plan", mode)
		}
		return
	}
	assert.Fail(t, "no look for what is due")
}

// Companies share the budget of a shared key: what any of them has in flight counts for all, and their caps stay their own.
func TestDispatch_CountsInFlightByCompanyAndByKey(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, org := range []string{"a", "b", "c"} {
		d.company(org)
	}
	d.exec("UPDATE ghexport.integrations SET key_digest = 'shared', in_flight_cap = 3 WHERE org_id IN ('a', 'b')")
	d.exec("INSERT INTO ghexport.budgets (credential, limit_, phase_known, window_end) VALUES ('shared', 5, true, now() - interval '1 hour')")
	for range 2 {
		d.export(fixture{Org: "a", State: ledger.StateSending})
	}
	for range 5 {
		for _, org := range []string{"a", "b", "c"} {
			d.export(fixture{Org: org, State: ledger.StatePending})
		}
	}
	_, err := d.Dispatch(t.Context(), "")
	require.NoError(t, err)
	queued := func(org string) int {
		return d.count("SELECT count(*)::int FROM ghexport.exports WHERE org_id = $1 AND state = 'queued'", org)
	}
	assert.Equal(t, 1, queued("a"), "of three places two are taken")
	assert.Equal(t, 2, queued("b"), "of the five requests of the key three are the other company's")
	assert.Equal(t, 4, queued("c"))
}
