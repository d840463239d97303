package store_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
)

// growing are the tables that grow as long as the service runs, and the outbox, which grows while it stands still: nothing that happens
// often may read one of them from end to end.
var growing = []string{"exports", "bodies", "attempts", "audit", "outbox"}

// What each statement of the service costs on a large ledger is decided by its plan, so every call has Postgres plan all that it runs:
// none reads a growing table whole, and each uses the indexes that were made for it.
func TestPlans(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.explained()
	p := d.newPlanner()
	e := &explained{db: d, serve: p.open(d, store.Config{GenericPlans: true}), command: p.open(d, store.Config{})}
	for _, c := range e.calls() {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.do(t.Context()))
			statements, errs := p.take()
			require.Empty(t, errs)
			require.NotEmpty(t, statements)
			p.check(t, c, statements)
		})
	}
}

func (p *planner) check(t *testing.T, c call, statements []statement) {
	t.Helper()
	used, did := map[string]bool{}, map[string]bool{}
	for _, s := range statements {
		maps.Copy(used, s.used())
		for mode, plan := range s.Plans {
			for _, f := range p.faults(plan, false) {
				did[f.table] = true
				if c.may[f.table] == "" {
					t.Errorf("its %s plan %s:\n%s", mode, f.what, s.SQL)
				}
			}
		}
	}
	for table, because := range c.may {
		if strings.HasPrefix(because, "at times: ") {
			continue
		}
		assert.True(t, did[table], "it may do so with %s (%s), and does not any more", table, because)
	}
	assert.Subset(t, slices.Sorted(maps.Keys(used)), c.uses)
}
