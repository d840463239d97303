package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// late is a company whose first export has been due for two minutes, as it was then; changes make what keeps it.
func late(t *testing.T, changes ...string) (*db, wording.Health) {
	t.Helper()
	d := setup(t)
	d.alive()
	d.company("acme")
	d.export(fixture{State: ledger.StatePending, DueIn: -2 * time.Minute, Candidate: "ada"})
	d.exec("UPDATE ghexport.integrations SET created_at = now() - interval '1 day', released_at = NULL")
	for _, change := range changes {
		d.exec(change)
	}
	return d, d.health()
}

// busy puts exports of the company under way.
func (d *db) busy(n int, state ledger.State, since string) {
	d.t.Helper()
	for i := range n {
		id := d.export(fixture{State: state, Candidate: fmt.Sprintf("busy-%s-%d", state, i)})
		d.exec("UPDATE ghexport.exports SET updated_at = now() - $2::text::interval WHERE id = $1", id, since)
	}
}

// because returns what `why` says of the export's being due.
func (d *db) because(interview string) wording.Check {
	d.t.Helper()
	list, err := query.In(d.Store).Why(d.t.Context(), "acme", interview)
	require.NoError(d.t, err)
	for _, check := range wording.Explain(list)[0].Checks {
		if check.Check == "due" {
			return check
		}
	}
	return wording.Check{}
}

// Whatever keeps a due export for more than a minute is named, by health and by why, and is a problem where nothing moves.
func TestHealth_Late(t *testing.T) {
	t.Parallel()
	const recent = "INSERT INTO ghexport.budgets (credential, updated_at) SELECT key_digest, now() FROM ghexport.integrations"
	const spent = `INSERT INTO ghexport.budgets (credential, spent, window_end, phase_known, window_length, limit_, updated_at)
		SELECT key_digest, 50, now() + $$8 minutes$$, true, '10 minutes', 50, now() - interval '90 s' FROM ghexport.integrations`

	t.Run("ByTheRelay", func(t *testing.T) {
		t.Parallel()
		d, h := late(t)
		require.Len(t, h.Late, 1)
		assert.Equal(t, ledger.KeptByRelay, h.Late[0].Keeper)
		assert.InDelta(t, 120, float64(h.Late[0].Age), 10)
		assert.Equal(t, []string{"exports are due, nothing keeps them and no relay hands them out (relay), of 1 company: acme for 2 min"}, says(h))
		check := d.because("iv_0")
		assert.False(t, check.OK)
		assert.Contains(t, check.Detail, "nothing keeps it, and no relay hands it out (relay)")

		assert.Equal(t, 1, d.dispatched(), "it was handed out as said")
		h = d.health()
		assert.Empty(t, h.Late)
		assert.Empty(t, says(h))
	})

	t.Run("NotWhileTheCompanyMoves", func(t *testing.T) {
		t.Parallel()
		d, h := late(t, recent)
		assert.Empty(t, says(h), "something was handed out a moment ago")
		assert.True(t, d.because("iv_0").OK)
	})

	t.Run("NotWhileNobodyRuns", func(t *testing.T) {
		t.Parallel()
		_, h := late(t, "DELETE FROM ghexport.nodes")
		assert.Equal(t, []string{"no node takes jobs while 1 exports wait: none was seen within a day"}, says(h))
	})

	t.Run("BySibling", func(t *testing.T) {
		t.Parallel()
		d, _ := late(t)
		d.export(fixture{State: ledger.StateUnknown, Candidate: "ada"})
		h := d.health()
		assert.Equal(t, ledger.KeptBySibling, h.Late[0].Keeper)
		assert.Contains(t, says(h)[0], "(sibling), of 1 company: acme for 2 min")
		assert.Contains(t, d.because("iv_0").Detail, "(sibling)")
	})

	t.Run("ByItsPlaces", func(t *testing.T) {
		t.Parallel()
		d, _ := late(t, "UPDATE ghexport.integrations SET in_flight_cap = 2")
		d.busy(2, ledger.StateSending, "5 s")
		h := d.health()
		assert.Equal(t, ledger.KeptByPlace, h.Late[0].Keeper)
		assert.Empty(t, h.Problems, "what is under way moves")
		assert.True(t, d.because("iv_0").OK)
		d.exec("UPDATE ghexport.exports SET updated_at = now() - interval '3 minutes' WHERE job_id IS NOT NULL")
		assert.Contains(t, says(d.health())[0], "taken by what does not move (place), of 1 company: acme for 2 min")
		assert.False(t, d.because("iv_0").OK)
	})

	t.Run("ByTheWorkers", func(t *testing.T) {
		t.Parallel()
		d, _ := late(t)
		d.company("globex")
		d.exec(`INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, flags, interviewed_at, interviewer_advances,
			candidate_continues, practice, job_id, updated_at, committed_at)
			SELECT 'globex', 'g' || n, 'c' || n, 1, '\x00', 'queued', '{}', now(), true, true, false, 1000 + n, now() - interval '2 minutes', now() FROM generate_series(1, 200) n`)
		h := d.health()
		assert.Equal(t, ledger.KeptByPlace, h.Late[0].Keeper)
		assert.Contains(t, says(h)[0], "(place)")
	})

	t.Run("ByABudgetThatIsSpent", func(t *testing.T) {
		t.Parallel()
		d, h := late(t, spent)
		require.Equal(t, ledger.KeptByBudget, h.Late[0].Keeper)
		require.NotNil(t, h.Late[0].Until)
		assert.WithinDuration(t, time.Now().Add(8*time.Minute), *h.Late[0].Until, 10*time.Second)
		require.Len(t, h.Problems, 1, "the standstill says it")
		assert.Contains(t, says(h)[0], "nothing is sent for acme until 20")
		assert.Equal(t, ledger.FaultGreenhouse, h.Problems[0].Fault)
		assert.Empty(t, d.because("iv_0").Check, "the budget is a check of its own")
		d.exec("UPDATE ghexport.budgets SET window_end = now() + interval '5 s'")
		h = d.health()
		assert.Equal(t, ledger.KeptByBudget, h.Late[0].Keeper)
		assert.Empty(t, h.Problems, "it takes its turn")
	})

	t.Run("ByAStopOfGreenhouse", func(t *testing.T) {
		t.Parallel()
		_, h := late(t, recent, "UPDATE ghexport.budgets SET blocked_until = now() + interval '40 minutes'")
		require.Equal(t, ledger.KeptByBudget, h.Late[0].Keeper)
		assert.WithinDuration(t, time.Now().Add(40*time.Minute), *h.Late[0].Until, 10*time.Second)
		require.Len(t, h.Problems, 1, "the standstill says it")
		assert.Contains(t, says(h)[0], "nothing is sent for acme until 20")
	})

	t.Run("ByANewerMessage", func(t *testing.T) {
		t.Parallel()
		d, _ := late(t)
		d.message("acme", "iv_0", 6, true, true)
		h := d.health()
		assert.Equal(t, ledger.KeptByMessage, h.Late[0].Keeper)
		assert.Empty(t, h.Problems)
	})

	t.Run("AHoldIsSaidAsSuch", func(t *testing.T) {
		t.Parallel()
		d, h := late(t, "UPDATE ghexport.integrations SET paused_at = now(), paused_by = 'kim'")
		assert.Empty(t, h.Late)
		assert.Equal(t, ledger.CausePaused, h.Held[0].Cause)
		assert.Equal(t, "due", d.because("iv_0").Check)
	})
}

// Among thousands that are due and held, the one that starves is found.
func TestHealth_LateAmongMany(t *testing.T) {
	t.Parallel()
	d, _ := late(t)
	d.exec(`INSERT INTO ghexport.integrations (org_id, enabled, created_at) SELECT 'a-' || n, false, now() - interval '1 day' FROM generate_series(1, 1300) n`)
	d.exec(`INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, flags, interviewed_at, interviewer_advances,
		candidate_continues, practice, due_at, committed_at)
		SELECT 'a-' || n, 'g' || n, 'c' || n, 1, '\x00', 'pending', '{}', now(), true, true, false, now() - interval '1 hour', now() FROM generate_series(1, 1300) n`)
	h := d.health()
	require.Len(t, h.Late, 1)
	assert.Equal(t, "acme", h.Late[0].Org)
}
