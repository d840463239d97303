package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// arrival is a result of a new person, both of whom said yes, with its message in the outbox.
func (d *db) arrival(org, interview, person string) ledger.Arrival {
	d.t.Helper()
	yes := true
	id := d.message(org, interview, 1, true, true)
	return ledger.Arrival{
		Messages: []int64{id}, Newest: id, OrgID: org, InterviewID: interview, CandidateID: person, Version: 1, Digest: []byte("d"),
		InterviewedAt: time.Now(), Advances: &yes, Continues: &yes, EnqueuedAt: time.Now(), Eligible: true, Flags: []string{},
		Body:            &ledger.Body{FirstName: "Ada", LastName: "Lovelace", Email: "a@example.com", Note: "n", NoteFormat: 1},
		CandidateDigest: []byte(person), EmailDigest: []byte(person + "@"),
	}
}

func (d *db) stateOf(interview string) ledger.State {
	d.t.Helper()
	return ledger.State(one[string](d, "SELECT state FROM ghexport.exports WHERE interview_id = $1", interview))
}

// A new export that nothing stands in the way of is born queued for a job of its own, in small and in large passes, and its request is
// spent. It is written once: nothing is updated.
func TestPass_NewExportsAreBornQueued(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ arrivals, note int }{"Alone": {1, 10}, "Large": {200, 2000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.exec("UPDATE ghexport.integrations SET in_flight_cap = 64")
			d.exec("INSERT INTO ghexport.budgets (credential, limit_, phase_known, window_end) VALUES ('digest acme', 1000, true, now() + interval '1 minute')")
			var all []ledger.Arrival
			for i := range c.arrivals {
				a := d.arrival("acme", fmt.Sprint("iv_", i), fmt.Sprint("person_", i))
				a.Body.Note = strings.Repeat("n", c.note)
				all = append(all, a)
			}
			folded, did, err := d.Pass(t.Context(), all, "")
			require.NoError(t, err)
			born := min(c.arrivals, 64)
			assert.Equal(t, c.arrivals, folded)
			assert.Equal(t, born, did.Queued)
			assert.Equal(t, born < c.arrivals, did.Left)
			assert.Equal(t, born, d.count(`
				SELECT count(*)::int FROM ghexport.exports e
				  JOIN ghexport.river_job j ON j.id = e.job_id AND j.args = jsonb_build_object('export_id', e.id) AND j.state = 'available'
				 WHERE e.state = 'queued' AND e.due_at IS NULL AND e.send_by > now()`))
			assert.Equal(t, c.arrivals-born, d.count("SELECT count(*)::int FROM ghexport.exports WHERE state = 'pending' AND due_at <= now()"))
			assert.Equal(t, born, d.count("SELECT spent FROM ghexport.budgets"))
			assert.Zero(t, d.count("SELECT count(*)::int FROM ghexport.outbox"))
			assert.Zero(t, d.count("SELECT count(*)::int FROM ghexport.exports WHERE xmax <> 0"), "written once")
		})
	}
}

// inTheWay are things that stand in dispatch's way of an export of acme and of one person.
var inTheWay = map[string]func(*db){
	"ForACompanyThatIsOff": func(d *db) { d.exec("UPDATE ghexport.integrations SET enabled = false") },
	"ForACompanyOnTrial": func(d *db) {
		d.exec("UPDATE ghexport.integrations SET hold_cause = 'permission.denied', trial_at = now()")
	},
	"WhileAllIsStopped": func(d *db) { d.exec("UPDATE ghexport.control SET stopped_at = now()") },
	"ForAPlace": func(d *db) {
		d.exec("UPDATE ghexport.integrations SET in_flight_cap = 1")
		d.export(fixture{State: ledger.StateSending})
	},
	"ForTheBudget": func(d *db) {
		d.exec("INSERT INTO ghexport.budgets (credential, limit_, phase_known, window_end, spent) VALUES ('digest acme', 50, true, now() + interval '1 hour', 50)")
	},
	"AfterA429": func(d *db) {
		d.exec("INSERT INTO ghexport.budgets (credential, blocked_until) VALUES ('digest acme', now() + interval '1 hour')")
	},
	"BehindASiblingInQueue": func(d *db) { d.export(fixture{Candidate: "person", State: ledger.StateQueued}) },
	"BehindASiblingInDoubt": func(d *db) { d.export(fixture{Candidate: "person", State: ledger.StateUnknown}) },
	"BehindASiblingSent":    func(d *db) { d.export(fixture{Candidate: "person", State: ledger.StateSent}) },
	"BehindOneThatMayExist": func(d *db) {
		d.export(fixture{Candidate: "person", State: ledger.StateCancelled, Flags: []string{"may_exist"}})
	},
	"BehindASiblingToRetry": func(d *db) { d.export(fixture{Candidate: "person", State: ledger.StatePending, DueIn: time.Hour}) },
	"BehindWhatIsDue": func(d *db) {
		d.exec("UPDATE ghexport.integrations SET in_flight_cap = 1")
		d.export(fixture{State: ledger.StatePending})
	},
	"BehindAFullQueue": func(d *db) {
		d.crowd(256, "0")
		d.exec("UPDATE ghexport.exports SET state = 'queued', job_id = id, due_at = NULL")
	},
	"ForANewerMessage": func(d *db) { d.message("acme", "new", 2, true, false) },
	"ForANewerMessageRejected": func(d *db) {
		d.exec("INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at) VALUES (7, 'acme', 'new', 2, 1, '{}', 'bad', now())")
	},
}

// Whatever stands in dispatch's way stands in the way of a birth.
func TestPass_NewExportsWait(t *testing.T) {
	t.Parallel()
	for name, before := range inTheWay {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			before(d)
			folded, _, err := d.Pass(t.Context(), []ledger.Arrival{d.arrival("acme", "new", "person")}, "")
			require.NoError(t, err)
			assert.Equal(t, 1, folded)
			assert.Equal(t, ledger.StatePending, d.stateOf("new"))
		})
	}

	t.Run("ForEachOther", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		twin := d.arrival("acme", "b", "other id")
		twin.EmailDigest = []byte("a@")
		_, did, err := d.Pass(t.Context(), []ledger.Arrival{d.arrival("acme", "a", "a"), twin, d.arrival("acme", "c", "c")}, "")
		require.NoError(t, err)
		assert.Equal(t, ledger.StatePending, d.stateOf("a"))
		assert.Equal(t, ledger.StatePending, d.stateOf("b"))
		assert.Equal(t, ledger.StateQueued, d.stateOf("c"))
		assert.True(t, did.Left)
	})
}

// Of one company what was due goes first, and the next pass brings the new one; another company's is born queued beside it.
func TestPass_TurnsAreShared(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("globex")
	d.exec("UPDATE ghexport.integrations SET in_flight_cap = 2")
	older := d.export(fixture{Org: "acme", State: ledger.StatePending})
	_, did, err := d.Pass(t.Context(), []ledger.Arrival{d.arrival("acme", "a", "a"), d.arrival("globex", "g", "g")}, "")
	require.NoError(t, err)
	assert.Equal(t, 2, did.Queued)
	assert.Equal(t, ledger.StateQueued, d.ledger(older).State, "what was due goes first")
	assert.Equal(t, ledger.StatePending, d.stateOf("a"))
	assert.Equal(t, ledger.StateQueued, d.stateOf("g"))
}
