package store_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/health"
)

func TestSendTestCandidate(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")

	t.Run("OneWaitsAtATime", func(t *testing.T) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, _, err := d.SendTestCandidate(t.Context(), "acme", kim)
				assert.NoError(t, err)
			})
		}
		all.Wait()
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.outbox"))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org test-candidate'"))
		last, made, err := d.SendTestCandidate(t.Context(), "acme", kim)
		require.NoError(t, err)
		assert.False(t, made)
		assert.True(t, last.Waits)
		assert.Equal(t, "kim", last.MadeBy)
		assert.Nil(t, last.State, "handed over, and not taken in")
		message := one[map[string]any](d, "SELECT message FROM ghexport.outbox")
		person := message["candidate"].(map[string]any)
		assert.Equal(t, "Test Candidate (interviewing.io)", person["full_name"])
		assert.Regexp(t, `^test\+acme-[a-z0-9]+@example\.com$`, person["email"])
	})

	t.Run("WaitsForNoFigure", func(t *testing.T) {
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.Zero(t, i.Waiting)
		lines, err := d.CompanyLines(t.Context())
		require.NoError(t, err)
		assert.Zero(t, lines[0].Waiting)
	})

	t.Run("IsMarkedAsItsExportIsMade", func(t *testing.T) {
		last, err := d.LastTestCandidate(t.Context(), "acme")
		require.NoError(t, err)
		id := d.export(fixture{State: ledger.StatePending, Interview: last.InterviewID})
		d.exec("DELETE FROM ghexport.outbox")
		assert.Equal(t, []string{ledger.FlagTest}, d.ledger(id).Flags)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.exports WHERE candidate_digest IS NOT NULL OR email_digest IS NOT NULL"), "nobody's sibling")
		last, err = d.LastTestCandidate(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, &id, last.ExportID)
		assert.True(t, last.Waits)
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.Zero(t, i.Waiting)
		assert.Empty(t, d.ledger(d.export(fixture{State: ledger.StatePending, Interview: "test-candidate-of-a-producer"})).Flags, "a producer's own id")
	})

	t.Run("AnotherMayFollowOnceItIsOver", func(t *testing.T) {
		d.exec("UPDATE ghexport.exports SET state = 'dead', cause = 'payload.refused', due_at = NULL, attention_at = now() WHERE 'test' = ANY (flags)")
		_, made, err := d.SendTestCandidate(t.Context(), "acme", kim)
		require.NoError(t, err)
		assert.True(t, made)
		found, err := health.In(d.Store).Health(t.Context())
		require.NoError(t, err)
		assert.Zero(t, found.Dead)
		assert.Empty(t, found.DeadKinds)
		activity, err := d.CompanyActivity(t.Context(), "acme")
		require.NoError(t, err)
		assert.Zero(t, activity.States[ledger.StateDead])
	})

	t.Run("NeedsACompanyThatIsSetUp", func(t *testing.T) {
		_, _, err := d.SendTestCandidate(t.Context(), "nobody", kim)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = d.Disable(t.Context(), "acme", kim)
		require.NoError(t, err)
		_, _, err = d.SendTestCandidate(t.Context(), "acme", kim)
		var refused *store.TestCandidateRefusedError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, ledger.CauseOff, refused.Held)
	})

	t.Run("IsNeverBackFilled", func(t *testing.T) {
		d.exec("UPDATE ghexport.exports SET state = 'cancelled', cause = 'dropped', attention_at = NULL WHERE 'test' = ANY (flags)")
		plan := d.backfillPlan(store.Filter{Org: "acme"})
		assert.Zero(t, plan.Count)
		assert.Equal(t, int64(1), leftOut(plan)["they are test candidates"])
	})
}

func TestSetTestMode(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	held := func() *ledger.Cause {
		t.Helper()
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		return i.Held
	}
	node := func(id string, address *bool) {
		d.exec(`INSERT INTO ghexport.nodes (id, host, version, sends, console, test_address) VALUES (md5($1)::uuid, 'node', 'v', true, false, $2)
		        ON CONFLICT (id) DO UPDATE SET test_address = excluded.test_address`, id, address)
		require.NoError(t, d.SyncTestMode(t.Context()))
	}
	yes, no, testMode := true, false, ledger.CauseTestMode

	t.Run("AsksWhatBecomesOfWhatWaits", func(t *testing.T) {
		id := d.export(fixture{State: ledger.StatePending})
		var waiting *store.WaitingError
		_, err := d.SetTestMode(t.Context(), "acme", true, store.WaitingUndecided, kim)
		require.ErrorAs(t, err, &waiting)
		assert.Equal(t, int64(1), waiting.Count)
		assert.Nil(t, held(), "nothing was changed")
		switched, err := d.SetTestMode(t.Context(), "acme", true, store.WaitingSend, kim)
		require.NoError(t, err)
		assert.Equal(t, store.TestSwitched{Changed: true, Waiting: 1}, switched)
		assert.Equal(t, &testMode, held(), "held for a reason of its own")
		switched, err = d.SetTestMode(t.Context(), "acme", true, store.WaitingUndecided, kim)
		require.NoError(t, err)
		assert.False(t, switched.Changed)
		switched, err = d.SetTestMode(t.Context(), "acme", false, store.WaitingDrop, kim)
		require.NoError(t, err)
		assert.Equal(t, store.TestSwitched{Changed: true, Dropped: 1}, switched)
		assert.Equal(t, ledger.StateCancelled, d.ledger(id).State)
		assert.Nil(t, held(), "it was never sent anywhere: the test of before counts")
	})

	t.Run("SendsToTheTestAddressWhereEveryNodeHasOne", func(t *testing.T) {
		_, err := d.SetTestMode(t.Context(), "acme", true, store.WaitingUndecided, kim)
		require.NoError(t, err)
		node("1", &yes)
		assert.Nil(t, held())
		node("2", nil) // of a version that knows no test mode
		assert.Equal(t, &testMode, held())
		node("2", &no)
		assert.Equal(t, &testMode, held())
		node("2", &yes)
		assert.Nil(t, held())
		require.NoError(t, d.HoldTests(t.Context()))
		assert.Equal(t, &testMode, held())
		require.NoError(t, d.SyncTestMode(t.Context()))
		assert.Nil(t, held())
	})

	t.Run("NeedsATestAgainWhereTheAddressWasUsed", func(t *testing.T) {
		_, err := d.SetTestMode(t.Context(), "acme", false, store.WaitingUndecided, kim)
		require.NoError(t, err)
		untested := ledger.CauseUntested
		assert.Equal(t, &untested, held())
		testing, err := d.Testing(t.Context())
		require.NoError(t, err)
		assert.Empty(t, testing)
	})

	t.Run("NeedsACompany", func(t *testing.T) {
		_, err := d.SetTestMode(t.Context(), "nobody", true, store.WaitingUndecided, kim)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}
