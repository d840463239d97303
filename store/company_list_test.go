package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

func TestCompanyLines(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("massive")
	d.company("empty")
	for range 3 {
		d.export(fixture{Org: "massive", State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
	}
	d.export(fixture{Org: "acme", State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown})
	d.export(fixture{Org: "acme", State: ledger.StatePending, DueIn: time.Hour})
	d.export(fixture{Org: "acme", State: ledger.StatePending, Blocked: true})
	d.export(fixture{Org: "acme", State: ledger.StateQueued})
	d.export(fixture{Org: "acme", State: ledger.StateSending})
	d.message("acme", "iv_new", 1, true, true)
	d.message("acme", "iv_new", 2, true, true)
	d.message("acme", "iv_no", 1, true, false)
	d.export(fixture{Org: "nobody", State: ledger.StatePending})
	d.message("fresh", "iv_1", 1, true, true)
	d.exec("INSERT INTO ghexport.budgets (credential, blocked_until, limited) VALUES ('digest acme', now() + interval '1 hour', 3)")

	list, err := d.CompanyLines(t.Context())
	require.NoError(t, err)
	var names []string
	by := map[string]store.CompanyLine{}
	for _, one := range list {
		names = append(names, one.OrgID)
		by[one.OrgID] = one
	}
	assert.Equal(t, []string{"acme", "empty", "fresh", "massive", "nobody"}, names)
	assert.Equal(t, int64(3), by["massive"].Dead)
	assert.Equal(t, int64(3), by["massive"].Stands())
	assert.Equal(t, int64(1), by["acme"].Undecided)
	assert.Equal(t, 3, by["acme"].StillLimited)
	assert.Equal(t, int64(1), by["nobody"].Stands(), "what waits for a company that may not send stands")
	assert.Equal(t, ledger.ConnectionOff, by["fresh"].State)
	assert.Equal(t, int64(1), by["fresh"].Waiting)
	for _, org := range []string{"acme", "empty", "massive"} { // one number, wherever it is read
		one, err := d.Integration(t.Context(), org)
		require.NoError(t, err)
		assert.Equal(t, one.Waiting, by[org].Waiting, org)
		assert.Equal(t, one.State, by[org].State, org)
		assert.Equal(t, one.Held, by[org].Held, org)
	}
}

func TestCompanyPaces(t *testing.T) {
	t.Parallel()
	d := setup(t)
	acme := d.export(fixture{State: ledger.StateSent, Org: "acme"})
	globex := d.export(fixture{State: ledger.StateDead, Org: "globex", Cause: ledger.CausePayloadRefused})
	d.exec("UPDATE ghexport.exports SET committed_at = now() - interval '30 hours'")
	d.attempted(acme, ledger.OutcomeSent, ledger.CauseNone, 30*time.Hour-10*time.Second)
	d.attempted(acme, ledger.OutcomeSent, ledger.CauseNone, 5*time.Hour)
	d.attempted(acme, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, 59*time.Minute)
	d.attempted(acme, ledger.OutcomeSent, ledger.CauseNone, 0)
	d.attempted(globex, ledger.OutcomeDead, ledger.CausePayloadRefused, 6*24*time.Hour)
	d.attempted(globex, ledger.OutcomeDead, ledger.CausePayloadRefused, 9*24*time.Hour)

	check := func(t *testing.T, summed bool) {
		paces, err := figures.In(d.Store).CompanyPaces(t.Context(), "acme", "globex", "nobody")
		require.NoError(t, err)
		require.Len(t, paces, 3)
		counts := func(org string) (list []int64) {
			p := paces[org]
			for _, one := range []ledger.Pace{p.Hour, p.Day, p.Week} {
				list = append(list, one.Attempts, one.Sent)
			}
			return list
		}
		assert.Equal(t, []int64{2, 1, 3, 2}, counts("acme")[:4])
		assert.Equal(t, []int64{0, 0, 0, 0, 0, 0}, counts("nobody"))
		require.Len(t, paces["acme"].Hours, ledger.CompanyPaceHours)
		var sent, failed int64
		for _, hour := range paces["acme"].Hours {
			sent, failed = sent+hour.Sent, failed+hour.Failed
		}
		assert.Equal(t, []int64{2, 1}, []int64{sent, failed})
		if summed {
			assert.Equal(t, []int64{4, 3}, counts("acme")[4:])
			assert.Equal(t, []int64{0, 0, 0, 0, 1, 0}, counts("globex"))
		}
	}
	t.Run("OfAttempts", func(t *testing.T) { check(t, false) })
	require.NoError(t, figures.In(d.Store).SumUpHours(t.Context()))
	t.Run("OfHoursSummedUpAndTheRest", func(t *testing.T) { check(t, true) })
}

func TestBudgetUse(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	use, err := figures.In(d.Store).BudgetUse(t.Context(), "acme")
	require.NoError(t, err)
	assert.Nil(t, use, "it has asked nothing yet")
	d.exec("INSERT INTO ghexport.budgets (credential, limit_, spent, phase_known, window_end) VALUES ('digest acme', 40, 30, true, now() + interval '8 s')")
	use, err = figures.In(d.Store).BudgetUse(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []int{40, 30}, []int{use.Limit, use.Spent})
	assert.False(t, use.Ends.IsZero())
	d.exec("UPDATE ghexport.budgets SET window_end = now() - interval '1 s'")
	use, err = figures.In(d.Store).BudgetUse(t.Context(), "acme")
	require.NoError(t, err)
	assert.Zero(t, use.Spent, "a window that is over has nothing spent")
}
