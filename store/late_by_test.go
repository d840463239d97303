package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Whose doing a late export is decides whether it counts against the promise.
func TestLateBy(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.exec("UPDATE ghexport.integrations SET released_at = NULL")
	fault := func(change string, args ...any) ledger.Fault {
		id := d.export(fixture{State: ledger.StateSent})
		d.tried(id, ledger.OutcomeSent)
		if change != "" {
			d.exec(change, append([]any{id}, args...)...)
		}
		found, err := d.LateBy(t.Context(), id)
		require.NoError(t, err)
		return found
	}
	const tried = `INSERT INTO ghexport.attempts (token, export_id, number, started_at, finished_at, outcome, cause)
	               VALUES (gen_random_uuid(), $1, 1, now(), now(), $2, $3)`
	assert.Equal(t, ledger.FaultOurs, fault(""))
	assert.Equal(t, ledger.FaultOurs, fault(tried, "limited", "limited"), "we send too much at once")
	assert.Equal(t, ledger.FaultGreenhouse, fault(tried, "again", "greenhouse.down"))
	assert.Equal(t, ledger.FaultCompany, fault(tried, "hold", "auth.rejected"))
	assert.Equal(t, ledger.FaultNobody, fault(tried, "dead", "payload.refused"), "a person replayed it")
	assert.Equal(t, ledger.FaultNobody, fault("UPDATE ghexport.exports SET lane = 1 WHERE id = $1"))
	d.exec("UPDATE ghexport.integrations SET released_at = now() + interval '1 s'")
	assert.Equal(t, ledger.FaultCompany, fault(""), "it was paused, off or held meanwhile")
}
