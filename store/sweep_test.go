package store_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// waiting puts exports into the ledger that wait for a sibling, or for a decision, all with one email or each with its own.
func (d *db) waiting(org string, n int, state ledger.State, email string) {
	d.t.Helper()
	d.exec(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, cause, interviewed_at, practice,
		       candidate_digest, email_digest, blocked_at, attention_at, committed_at)
		SELECT $1, 'w' || n, 'cand', 1, '\x00', $3, CASE WHEN $3 = 'duplicate' THEN 'duplicate.possible' END, now() + n * interval '1 s', false,
		       int8send(n), CASE WHEN $4 = '' THEN int8send(-n) ELSE convert_to($4, 'UTF8') END, now(),
		       CASE WHEN $3 = 'duplicate' THEN now() END, now()
		  FROM generate_series(1, $2::int) n`, org, n, string(state), email)
}

// silentRow is an export whose worker was killed: its deadline has passed.
func (d *db) silentRow() int64 {
	d.t.Helper()
	id := d.export(fixture{State: ledger.StateSending})
	d.exec("UPDATE ghexport.exports SET deadline = now() WHERE id = $1", id)
	return id
}

// The cost of a sweep follows the rows that it looks at, however many share an address.
func TestSweep_ManyWithOneEmail(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.waiting("acme", 20_000, ledger.StatePending, "noreply@acme.example")
	d.exec("ANALYZE ghexport.exports")
	crashed := d.silentRow()
	swept, err := d.Sweep(t.Context(), 0)
	require.NoError(t, err)
	assert.Equal(t, ledger.StateUnknown, d.ledger(crashed).State)
	assert.Equal(t, 1, swept.Released, "the first of them; the others wait for it")
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.exports WHERE due_at IS NOT NULL AND interview_id = 'w1'"))
	assert.NotZero(t, swept.After, "the next slice goes on")
}

// What one part of a sweep cannot do keeps no other from being done, and does not send the rotation back.
func TestSweep_RepairsWhateverBecomesOfTheRest(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	owner, err := store.Open(t.Context(), store.Config{URL: d.test.URL})
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	_, err = owner.Pool.Exec(t.Context(), "ALTER TABLE ghexport.exports ADD CONSTRAINT bug CHECK (interview_id <> 'w1' OR due_at IS NULL)")
	require.NoError(t, err)
	d.waiting("acme", 2, ledger.StatePending, "")
	crashed := d.silentRow()
	swept, err := d.Sweep(t.Context(), 0)
	require.ErrorContains(t, err, "sibling")
	assert.Equal(t, 1, swept.Unknown)
	assert.Equal(t, ledger.StateUnknown, d.ledger(crashed).State)
	swept, err = d.Sweep(t.Context(), 1)
	require.NoError(t, err, "the second of them is free as well")
	assert.Equal(t, 1, swept.Released)
	swept, err = d.Sweep(t.Context(), 0)
	require.Error(t, err)
	assert.Zero(t, swept.Unknown)
}

// Whoever waits for a sibling goes with the next sweep after that has ended, however many others wait.
func TestSweep_ReleasesByTheCandidateThatChanged(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*db, int64){
		"Settled": func(d *db, id int64) {
			settled, err := d.Settle(d.t.Context(), store.Settle{
				ExportID: id, Token: one[uuid.UUID](d, "SELECT attempt FROM ghexport.exports WHERE id = $1", id), OrgID: "acme",
				Outcome: ledger.OutcomeSent, CandidateID: 5,
			})
			require.NoError(d.t, err)
			require.True(d.t, settled.Applied)
		},
		"StayedSilent": func(d *db, id int64) {
			d.exec("UPDATE ghexport.exports SET deadline = now() WHERE id = $1", id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.waiting("globex", 6000, ledger.StateDuplicate, "twin@globex.example")
			d.exec("UPDATE ghexport.exports SET state = 'unknown', cause = 'outcome.unknown', blocked_at = NULL WHERE interview_id = 'w6000'")
			first := d.export(fixture{State: ledger.StateSending, Candidate: "ada"})
			second := d.export(fixture{State: ledger.StatePending, Candidate: "ada", Blocked: true})
			_, err := d.Sweep(t.Context(), 0)
			require.NoError(t, err)
			require.True(t, d.ledger(second).Blocked)
			end(d, first)
			swept, err := d.Sweep(t.Context(), 0)
			require.NoError(t, err)
			assert.Equal(t, 1, swept.Released)
			assert.False(t, d.ledger(second).Blocked)
			assert.Equal(t, 5999, d.count("SELECT count(*) FROM ghexport.exports WHERE blocked_at IS NOT NULL"))
		})
	}
}
