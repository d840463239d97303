package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// What is kept of a budget goes to a backlog shortly before the budget is renewed, and until then dispatch says when that will be.
func TestDispatch_LetsGoWhatIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		budget string
		queued int
		in     time.Duration
	}{
		"BeforeItsTime":            {"phase_known = true, spent = 45, window_end = now() + interval '8 minutes'", 0, 8*time.Minute - 151*time.Second},
		"WhenItsTimeHasCome":       {"phase_known = true, spent = 45, window_end = now() + interval '1 minute'", 5, 0},
		"NotForSomebodyElse":       {"phase_known = true, spent = 45, window_end = now() + interval '1 minute', others_at = now()", 0, time.Minute},
		"SomebodyElseHasGone":      {"phase_known = true, spent = 45, window_end = now() + interval '1 minute', others_at = now() - interval '11 minutes'", 5, 0},
		"UnknownPhase":             {"spends = array_fill(now() - interval '5 minutes', ARRAY[45])", 0, 150 * time.Second},
		"UnknownPhaseSoonRenewed":  {"spends = array_fill(now() - interval '9 minutes', ARRAY[45])", 5, 0},
		"UnknownPhaseRenewed":      {"spends = array_fill(now() - interval '11 minutes', ARRAY[45])", 20, 0},
		"UnknownPhaseAnsweredLate": {"spends = array_fill(now() - interval '9 minutes', ARRAY[50])", 0, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.exec("UPDATE ghexport.integrations SET in_flight_cap = 20")
			d.exec("INSERT INTO ghexport.budgets (credential, window_length, takes) VALUES ('digest acme', '10 minutes', '5 minutes')")
			d.exec("UPDATE ghexport.budgets SET " + c.budget)
			for i := range 30 {
				d.export(fixture{State: ledger.StatePending, Candidate: fmt.Sprint("person ", i)})
			}
			did, err := d.Dispatch(t.Context(), "")
			require.NoError(t, err)
			assert.Equal(t, c.queued, did.Queued)
			if c.queued == 0 {
				assert.InDelta(t, c.in.Seconds(), did.Renewed.Seconds(), 10)
			}
		})
	}
}

// While the phase is unknown an answer takes the place of the moment that its request had to leave by: one for each, and of no other key.
func TestLearn_ARequestCountsFromItsAnswer(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	for i := range 3 {
		d.export(fixture{State: ledger.StatePending, Candidate: fmt.Sprint("person ", i)})
	}
	_, err := d.Dispatch(t.Context(), "")
	require.NoError(t, err)
	d.exec("UPDATE ghexport.budgets SET spends = array_fill(date_trunc('second', now()) - interval '3 seconds', ARRAY[3])")
	d.exec("UPDATE ghexport.exports SET state = 'sending', attempt = gen_random_uuid(), attempt_started_at = now(), deadline = now() + interval '1 minute', attempts = 1")
	moment := one[time.Time](d, "SELECT spends[1] FROM ghexport.budgets")
	id := one[int64](d, "SELECT min(id) FROM ghexport.exports")
	settled, err := d.Settle(t.Context(), store.Settle{
		ExportID: id, Token: one[uuid.UUID](d, "SELECT attempt FROM ghexport.exports WHERE id = $1", id), OrgID: "acme", Outcome: ledger.OutcomeSent,
		CandidateID: 17, Credential: []byte("digest acme"), SendBy: moment, Took: time.Second,
	})
	require.NoError(t, err)
	require.NoError(t, settled.Refusal)
	assert.Equal(t, 2, d.count("SELECT count(*)::int FROM ghexport.budgets, unnest(spends) m WHERE m = $1", moment))
	assert.Equal(t, 1, d.count("SELECT count(*)::int FROM ghexport.budgets, unnest(spends) m WHERE m > $1", moment))
	assert.Equal(t, time.Second, one[time.Duration](d, "SELECT takes FROM ghexport.budgets"))
}

// Where Greenhouse counts more than we took out, somebody else spends, too.
func TestLearn_SomebodyElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		remaining int
		others    bool
	}{"AsManyAsWeTookOut": {40, false}, "MoreThanWeTookOut": {39, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.exec("INSERT INTO ghexport.budgets (credential, phase_known, spent, window_end, said_at) VALUES ('digest acme', true, 10, now() + interval '8 s', now())")
			d.answered(ledger.OutcomeSent, &store.RateLimit{Limit: 50, Remaining: c.remaining, ResetIn: 8 * time.Second})
			assert.Equal(t, c.others, one[bool](d, "SELECT others_at IS NOT NULL FROM ghexport.budgets"))
		})
	}
}
