package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

// attempted logs an attempt that ended some time ago.
func (d *db) attempted(export int64, outcome ledger.Outcome, cause ledger.Cause, ago time.Duration) {
	d.t.Helper()
	d.exec(`
		INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause)
		VALUES ($1, $2, 1, now() - $5::interval, now() - $5::interval, $3, nullif($4, ''))`, uuid.New(), export, string(outcome), string(cause), ago)
}

func TestTrend(t *testing.T) {
	t.Parallel()
	d := setup(t)
	id := d.export(fixture{State: ledger.StateSent})
	d.exec("UPDATE ghexport.exports SET committed_at = now() - interval '10 s'")
	d.attempted(id, ledger.OutcomeSent, ledger.CauseNone, 0)
	d.attempted(id, ledger.OutcomeSent, ledger.CauseNone, 0)
	d.attempted(id, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, 0)
	d.attempted(id, ledger.OutcomeHold, ledger.CauseAuthRejected, 3*time.Hour)
	d.attempted(id, ledger.OutcomeDead, ledger.CausePayloadRefused, 3*time.Hour)
	d.attempted(id, ledger.OutcomeDead, ledger.CauseBug, 30*time.Hour)

	check := func(t *testing.T) {
		trend, err := figures.In(d.Store).Trend(t.Context())
		require.NoError(t, err)
		require.Len(t, trend.Hours, 25)
		assert.Equal(t, int64(3), trend.LastHour.Attempts)
		assert.Equal(t, int64(2), trend.LastHour.Sent)
		assert.InDelta(t, 2.0/3, trend.LastHour.Share(), 0.001)
		assert.InDelta(t, 10, float64(trend.LastHour.P95), 1, "within a tenth")
		assert.Equal(t, map[ledger.Cause]int64{ledger.CauseGreenhouseDown: 1, ledger.CauseAuthRejected: 1, ledger.CausePayloadRefused: 1}, trend.LastDay.Causes)
		last := trend.Hours[24]
		assert.Equal(t, int64(2), last.Sent)
		assert.Equal(t, map[ledger.Fault]int64{ledger.FaultGreenhouse: 1}, last.Failed)
		assert.Equal(t, map[ledger.Fault]int64{ledger.FaultCompany: 1, ledger.FaultOurs: 1}, trend.Hours[21].Failed)
	}
	t.Run("OfAttemptsThatNobodySummedUp", check)
	require.NoError(t, figures.In(d.Store).SumUpAttempts(t.Context()))
	t.Run("OfThoseSummedUp", check)
	require.NoError(t, figures.In(d.Store).SumUpAttempts(t.Context()), "twice does no harm")
	t.Run("OfThoseSummedUpTwice", check)
	assert.Positive(t, d.count("SELECT count(*) FROM ghexport.attempt_slices WHERE cause = 'payload.refused'"))
	d.exec("DELETE FROM ghexport.attempts WHERE finished_at < now() - interval '2 hours'")
	trend, err := figures.In(d.Store).Trend(t.Context())
	require.NoError(t, err)
	assert.Equal(t, int64(1), trend.LastDay.Causes[ledger.CausePayloadRefused], "read from the sums, not from the attempts")
}
