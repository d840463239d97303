package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// due claims what is due to be looked at.
func (d *db) due() []string {
	d.t.Helper()
	list, err := d.DueProbes(d.t.Context(), 10)
	require.NoError(d.t, err)
	return list
}

// looked writes down a look at acme's first credential.
func (d *db) looked(answer store.CheckAnswer, cause ledger.Cause) store.LookEffect {
	d.t.Helper()
	effect, err := d.Looked(d.t.Context(), store.Look{
		OrgID: "acme", CredentialVersion: 1, Answer: answer, Cause: cause, Status: 7, Detail: "Invalid\x00", UserName: "Mia",
	})
	require.NoError(d.t, err)
	return effect
}

func (d *db) acme() store.Integration {
	d.t.Helper()
	i, err := d.Integration(d.t.Context(), "acme")
	require.NoError(d.t, err)
	return i
}

func (d *db) hold(cause ledger.Cause) {
	d.t.Helper()
	d.exec("UPDATE ghexport.integrations SET hold_cause = $1, hold_since = now(), probe_at = now() + '1 h' WHERE org_id = 'acme'", string(cause))
}

func TestDueProbes(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("fine")
	asked := func() bool {
		t.Helper()
		changed, err := d.ProbeNow(t.Context(), "acme", kim)
		require.NoError(t, err)
		return changed
	}
	assert.Empty(t, d.due(), "both have just been tested")
	assert.False(t, asked(), "nothing to look at")

	d.hold(ledger.CausePermissionDenied)
	assert.Empty(t, d.due())
	assert.True(t, asked())
	assert.Equal(t, []string{"acme"}, d.due())
	assert.Empty(t, d.due(), "it belongs to whoever claimed it")

	d.exec("UPDATE ghexport.integrations SET check_at = now(), probe_at = now()")
	assert.ElementsMatch(t, []string{"acme", "fine"}, d.due(), "the daily look at the one, the probe of the other")
	assert.Empty(t, d.due())
	for _, off := range []string{
		"UPDATE ghexport.integrations SET enabled = false",
		"UPDATE ghexport.integrations SET enabled = true, created_by = NULL",
		"UPDATE ghexport.integrations SET created_by = 'x@acme.example', tested_version = NULL, hold_cause = NULL",
		"UPDATE ghexport.control SET stopped_at = now()",
	} {
		d.exec(off)
		d.exec("UPDATE ghexport.integrations SET check_at = now(), probe_at = now()")
		assert.Empty(t, d.due(), off)
	}
}

func TestLooked(t *testing.T) {
	t.Parallel()

	t.Run("BacksOffAndReleases", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		assert.Equal(t, store.LookHeld, d.looked(store.CheckRefused, ledger.CauseAuthRejected), "a daily look begins a hold")
		assert.Equal(t, ledger.CauseAuthRejected, *d.acme().Held)
		assert.Equal(t, text("Invalid"), d.acme().HoldDetail)
		for n, seconds := range []int{15, 30, 60, 120, 240, 480, 900, 900} {
			i := d.acme()
			assert.Equal(t, n, i.Probes)
			assert.InDelta(t, seconds, time.Until(*i.ProbeAt).Seconds(), 5)
			assert.Equal(t, store.LookHeld, d.looked([]store.CheckAnswer{store.CheckRefused, store.CheckNone}[n%2], ledger.CauseAuthRejected))
		}
		d.wakes(func() { assert.Equal(t, store.LookReleased, d.looked(store.CheckAccepted, "")) })
		i := d.acme()
		assert.Nil(t, i.Held)
		assert.Nil(t, i.ProbeAt)
		assert.Zero(t, i.Probes)
		assert.Equal(t, store.LookNothing, d.looked(store.CheckAccepted, ""))

		checks, err := d.Checks(t.Context(), "acme", 0)
		require.NoError(t, err)
		assert.Len(t, checks, 11)
		assert.Equal(t, store.CheckDaily, checks[0].Kind)
		assert.Equal(t, store.CheckProbe, checks[1].Kind)
		assert.Equal(t, store.CheckAccepted, checks[1].Answer)
		assert.Equal(t, store.CheckDaily, checks[10].Kind)
		assert.Equal(t, ledger.CauseAuthRejected, *checks[10].Cause)
		assert.Equal(t, text("12345"), checks[10].KeyLast5)
		holds, err := query.In(d.Store).Holds(t.Context(), query.HoldFilter{})
		require.NoError(t, err)
		require.Len(t, holds, 1)
		assert.Equal(t, 8, holds[0].Probes)
		assert.Equal(t, query.HoldAccepted, *holds[0].Ended)
	})

	t.Run("OfAnotherCredentialSaysNothing", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		for _, answer := range []store.CheckAnswer{store.CheckRefused, store.CheckAccepted, store.CheckNone} {
			effect, err := d.Looked(t.Context(), store.Look{OrgID: "acme", CredentialVersion: 9, Answer: answer, Cause: ledger.CauseAuthRejected})
			require.NoError(t, err)
			assert.Equal(t, store.LookOutdated, effect)
		}
		assert.Nil(t, d.acme().Held)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.checks"))
	})

	t.Run("A403GetsOneTrial", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.hold(ledger.CausePermissionDenied)
		d.wakes(func() { assert.Equal(t, store.LookTrial, d.looked(store.CheckAccepted, "")) })
		assert.Equal(t, ledger.CausePermissionDenied, *d.acme().Held)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE trial_at IS NOT NULL AND trial_export_id IS NULL"))
		trial := d.export(fixture{State: ledger.StateQueued})
		d.exec("UPDATE ghexport.integrations SET trial_at = NULL, trial_export_id = $1", trial)
		assert.Equal(t, store.LookTrial, d.looked(store.CheckAccepted, ""))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE trial_at IS NULL AND trial_export_id = $1", trial),
			"a trial under way stays the only one")
		assert.Equal(t, store.LookHeld, d.looked(store.CheckRefused, ledger.CauseAuthRejected))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE trial_at IS NULL AND trial_export_id IS NULL"))
	})

	t.Run("AKeyThatDoesNotOpen", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		assert.Equal(t, store.LookHeld, d.looked(store.CheckRefused, ledger.CauseDecryptFailed))
		assert.Equal(t, ledger.CauseDecryptFailed, *d.acme().Held)
		assert.Equal(t, store.LookHeld, d.looked(store.CheckRefused, ledger.CauseDecryptFailed))
		assert.Equal(t, store.LookHeld, d.looked(store.CheckRefused, ledger.CauseAuthRejected), "it opens again, and Greenhouse refuses it")
		assert.Equal(t, ledger.CauseAuthRejected, *d.acme().Held)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.holds"), "all one hold")
		assert.Equal(t, store.LookReleased, d.looked(store.CheckAccepted, ""))
	})

	t.Run("NothingLearnedOfACompanyThatMaySend", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		assert.Equal(t, store.LookNothing, d.looked(store.CheckNone, ""))
		assert.Nil(t, d.acme().Held)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE check_at < now() + '20 min'"), "soon again")
		require.NoError(t, d.PutOffLook(t.Context(), "acme", 1))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.integrations WHERE check_at < now() + '20 s' AND probe_at IS NULL"))
	})
}
