package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/notices"
)

func TestSweepNotices_TellsTheProductOfMoves(t *testing.T) {
	t.Parallel()
	d := setup(t)
	sweep := func(webhook bool) int {
		t.Helper()
		swept, err := notices.In(d.Store).Sweep(t.Context(), notices.Rules{WaveSize: 3, Webhook: webhook})
		require.NoError(t, err)
		return swept.Written
	}
	for _, org := range []string{"acme", "globex", "silent"} {
		d.company(org)
		d.sentAs(org, 1)
	}
	d.exec("UPDATE ghexport.integrations SET notice_webhook = false WHERE org_id = 'silent'")
	move := func(stage string) {
		for _, org := range []string{"acme", "globex", "silent"} {
			d.observe(org, standsAt(1, time.Now(), "active", stage))
		}
	}
	move("Review")
	assert.Zero(t, sweep(false))
	assert.Zero(t, sweep(true), "nobody was there to be told")
	move("Phone")
	sweep(true)
	sweep(true)
	assert.Equal(t, 2, d.count("SELECT count(*) FROM ghexport.notices WHERE kind = 'candidates_moved'"), "each is told once, for each company that wants it")

	d.exec("UPDATE ghexport.integrations SET enabled = false WHERE org_id = 'acme'")
	due, err := notices.In(d.Store).Due(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, due, 2, "of a company that is off, too")
	n, err := notices.In(d.Store).Intend(t.Context(), due[0].ID, uuid.New())
	require.NoError(t, err)
	require.Len(t, n.Changes, 1)
	assert.Equal(t, ledger.ChangeMoved, n.Changes[0].What)
	assert.Equal(t, "Phone", *n.Changes[0].Stage)
	assert.Equal(t, n.OrgID, n.Changes[0].OrgID)

	var many []ledger.Observation
	for i := range int64(101) {
		d.sentAs("globex", 1000+i)
		many = append(many, standsAt(1000+i, time.Now(), "active", fmt.Sprint("Stage ", i)))
	}
	d.observe("globex", many...)
	assert.Equal(t, 2, sweep(true), "a hundred in one message, and the rest in another")
}
