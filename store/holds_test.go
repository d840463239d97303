package store_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// Whoever writes the columns of a hold, an older binary or a hand in psql, the history follows in the same transaction.
func TestHolds_FollowTheCompany(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.company("globex")
	history := func(f query.HoldFilter) []query.Hold {
		t.Helper()
		list, err := query.In(d.Store).Holds(t.Context(), f)
		require.NoError(t, err)
		return list
	}
	assert.Empty(t, history(query.HoldFilter{}))

	d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now(), hold_detail = 'Unauthorized', refused = 1 WHERE org_id = 'acme'")
	d.exec("UPDATE ghexport.integrations SET refused = 3, probes = 2, hold_cause = 'permission.denied', hold_detail = 'No.' WHERE org_id = 'acme'")
	open := history(query.HoldFilter{Org: "acme", Open: true})
	require.Len(t, open, 1, "a 401 that goes on as a 403 is one hold")
	assert.Equal(t, ledger.CausePermissionDenied, open[0].Cause)
	assert.Equal(t, text("No."), open[0].Detail)
	assert.Equal(t, 3, open[0].Refused)
	assert.Equal(t, 2, open[0].Probes)
	assert.Equal(t, text("12345"), open[0].KeyLast5)
	assert.NotNil(t, open[0].GoodUntil, "it was tested when it was connected")
	assert.Nil(t, open[0].Ended)

	d.exec("UPDATE ghexport.integrations SET decrypt_failed_at = now() WHERE org_id = 'acme'")
	d.exec("UPDATE ghexport.integrations SET hold_cause = NULL WHERE org_id = 'acme'")
	assert.Equal(t, ledger.CauseDecryptFailed, history(query.HoldFilter{Open: true})[0].Cause, "one of two reasons ended")
	d.exec("UPDATE ghexport.integrations SET decrypt_failed_at = NULL, last_good_at = clock_timestamp() WHERE org_id = 'acme'")
	assert.Empty(t, history(query.HoldFilter{Open: true}))
	assert.Equal(t, query.HoldAccepted, *history(query.HoldFilter{Org: "acme"})[0].Ended)

	d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now(), credential_version = 2 WHERE org_id = 'acme'")
	d.exec("UPDATE ghexport.integrations SET hold_cause = NULL, credential_version = 3 WHERE org_id = 'acme'")
	assert.Equal(t, query.HoldReplaced, *history(query.HoldFilter{Org: "acme"})[0].Ended, "nobody knows whether it works again")
	assert.Len(t, history(query.HoldFilter{}), 2)
	assert.Len(t, history(query.HoldFilter{BeforeID: history(query.HoldFilter{})[0].ID}), 1)
	assert.Empty(t, history(query.HoldFilter{Org: "globex"}))
}

func TestHolds_ServiceCannotRewriteHistory(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now()")
	refused := d.as(d.test.ServiceURL)
	assert.True(t, refused("UPDATE ghexport.holds SET since = now()"))
	assert.True(t, refused("DELETE FROM ghexport.holds"))
	assert.True(t, refused("INSERT INTO ghexport.holds DEFAULT VALUES"))
	assert.False(t, refused("SELECT FROM ghexport.holds"))
}
