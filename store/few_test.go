package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// few passes what lies in the outbox, each message as one of these arrivals.
func (d *db) few(arrivals ...ledger.Arrival) (folded int, did store.Dispatched, done bool) {
	d.t.Helper()
	folded, did, done, err := d.Few(d.t.Context(), []int{1}, func(messages []store.Message) ([]ledger.Arrival, bool) {
		var list []ledger.Arrival
		for _, m := range messages {
			for _, a := range arrivals {
				if a.Newest == m.ID {
					list = append(list, a)
				}
			}
		}
		return list, len(list) == len(messages)
	})
	require.NoError(d.t, err)
	return folded, did, done
}

// Few messages are folded in the turn that reads them, and what nothing stands in the way of is born queued for a job of its own.
func TestFew_NewExportsAreBornQueued(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	folded, did, done := d.few(d.arrival("acme", "a", "a"), d.arrival("acme", "b", "b"))
	assert.True(t, done)
	assert.Equal(t, 2, folded)
	assert.Equal(t, 2, did.Queued)
	assert.False(t, did.Left)
	assert.Equal(t, 2, d.count(`
		SELECT count(*)::int FROM ghexport.exports e
		  JOIN ghexport.river_job j ON j.id = e.job_id AND j.args = jsonb_build_object('export_id', e.id) AND j.state = 'available'
		 WHERE e.state = 'queued' AND e.due_at IS NULL AND e.send_by > now()`))
	assert.Equal(t, 2, d.count("SELECT count(*)::int FROM ghexport.bodies b JOIN ghexport.exports e ON e.body_id = b.id AND e.interview_id = b.interview_id"))
	assert.Equal(t, 2, d.count("SELECT spent FROM ghexport.budgets"))
	assert.Zero(t, d.count("SELECT count(*)::int FROM ghexport.outbox"))
	assert.Zero(t, d.count("SELECT count(*)::int FROM ghexport.exports WHERE xmax <> 0"), "written once")

	folded, did, done = d.few()
	assert.True(t, done, "an empty outbox is few messages, too")
	assert.Zero(t, folded+did.Queued)
}

// Whatever stands in dispatch's way stands in the way of a birth here, too.
func TestFew_NewExportsWait(t *testing.T) {
	t.Parallel()
	for name, before := range inTheWay {
		if name == "ForANewerMessage" { // it is read with the other
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			before(d)
			folded, did, done := d.few(d.arrival("acme", "new", "person"))
			assert.True(t, done)
			assert.Equal(t, 1, folded)
			assert.True(t, did.Left)
			assert.Equal(t, ledger.StatePending, d.stateOf("new"))
		})
	}
}

// A newer result takes over the row that it finds. What is due it leaves to a dispatch, and says so.
func TestFew_TakesTheRowOver(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("globex")
	due := d.export(fixture{Org: "globex", State: ledger.StatePending})
	_, did, _ := d.few(d.arrival("acme", "a", "a"))
	assert.True(t, did.Left)
	assert.Equal(t, ledger.StatePending, d.ledger(due).State)
	assert.Equal(t, ledger.StateQueued, d.stateOf("a"), "its own company has nothing due")
	_, did, done := d.few()
	assert.True(t, done)
	assert.True(t, did.Left, "with no message, too")
	d.exec("UPDATE ghexport.exports SET due_at = now() + interval '1 hour' WHERE due_at IS NOT NULL")
	_, did, _ = d.few()
	assert.False(t, did.Left, "not yet")

	a := d.arrival("acme", "a", "a")
	a.Version, a.Digest = 2, []byte("e")
	d.exec("UPDATE ghexport.outbox SET version = 2")
	folded, did, done := d.few(a)
	assert.True(t, done)
	assert.Equal(t, 1, folded)
	assert.True(t, did.Left, "it is due, and was not looked at")
	assert.Equal(t, ledger.StatePending, d.stateOf("a"))
}

// What is more than few, and what needs more than a turn can see, is left as it is.
func TestFew_LeavesTheRest(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	left := func(why string, arrivals ...ledger.Arrival) {
		t.Helper()
		lay := d.count("SELECT count(*)::int FROM ghexport.outbox")
		folded, _, done := d.few(arrivals...)
		assert.False(t, done, why)
		assert.Zero(t, folded, why)
		assert.Equal(t, lay, d.count("SELECT count(*)::int FROM ghexport.outbox"), why)
		d.exec("DELETE FROM ghexport.outbox")
	}
	d.arrival("acme", "unknown to arrive", "x")
	left("a message that cannot be folded")

	var many []ledger.Arrival
	for i := range store.FewMessages + 1 {
		many = append(many, d.arrival("acme", fmt.Sprint("many_", i), fmt.Sprint(i)))
	}
	left("too many", many...)

	long := d.arrival("acme", "long", "long")
	d.exec("UPDATE ghexport.outbox SET message = message || jsonb_build_object('freeform_feedback', repeat('x', 40000))")
	left("too long", long)

	future := d.arrival("acme", "future", "future")
	d.exec("UPDATE ghexport.outbox SET schema_version = 2")
	left("of a later schema", future)

	d.export(fixture{Interview: "repeat", State: ledger.StateQueued, DueIn: time.Hour})
	left("a repeat, which must not cost a send its turn", d.arrival("acme", "repeat", "repeat"))
}
