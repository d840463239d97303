package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// crowd puts companies named c0000 and so on between others, each with one export that is due after an interval, and none of them
// connected: they are held, and stay in the index of what is due.
func (d *db) crowd(companies int, dueIn string) {
	d.t.Helper()
	d.exec(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice,
		       candidate_digest, email_digest, due_at, committed_at)
		SELECT 'c' || lpad(n::text, 4, '0'), 'crowd', 'cand', 1, '\x00', 'pending', now(), false, int8send(n), int8send(-n),
		       now() + $2::interval, now()
		  FROM generate_series(1, $1::int) n`, companies, dueIn)
}

// connectAll turns on every company that has exports, with credentials as the given one's and a key of its own.
func (d *db) connectAll(like string) {
	d.t.Helper()
	d.exec(`
		INSERT INTO ghexport.integrations (org_id, enabled, sealed_key, key_last5, key_digest, credential_version, created_by, tested_version)
		SELECT DISTINCT e.org_id, true, i.sealed_key, i.key_last5, convert_to(e.org_id, 'UTF8'), i.credential_version, i.created_by, i.tested_version
		  FROM ghexport.exports e, ghexport.integrations i
		 WHERE i.org_id = $1
		ON CONFLICT DO NOTHING`, like)
}

// dispatchAll makes passes until one moves something or ends at the last company, and returns what was queued.
func (d *db) dispatchAll(after string) (queued int, next string) {
	d.t.Helper()
	for range 20 {
		done, err := d.Dispatch(d.t.Context(), after)
		require.NoError(d.t, err)
		if after = done.After; done.Queued > 0 || after == "" {
			return done.Queued, after
		}
	}
	require.Fail(d.t, "20 passes did not come to the last company", "after %q", after)
	return 0, ""
}

// Of 1,300 companies one may send. However many before it have nothing that could go, it gets its turn.
func TestDispatch_ReachesTheOneCompanyThatMaySend(t *testing.T) {
	t.Parallel()
	for position, org := range map[string]string{"First": "a", "Middle": "c0650b", "Last": "z"} {
		for why, crowd := range map[string]struct {
			dueIn string
			on    bool
		}{"AmongHeld": {"0", false}, "AmongRetrying": {"1 hour", true}} {
			t.Run(position+why, func(t *testing.T) {
				t.Parallel()
				d := setup(t)
				d.crowd(1300, crowd.dueIn)
				d.company(org)
				if crowd.on {
					d.connectAll(org)
				}
				id := d.export(fixture{Org: org, State: ledger.StatePending})
				queued, _ := d.dispatchAll("")
				assert.Equal(t, 1, queued)
				assert.Equal(t, ledger.StateQueued, d.ledger(id).State)
			})
		}
	}
}

// Companies that always have work must not take every free place from those behind them: a pass that found no room is no turn.
func TestDispatch_GoesOnBehindWhoTookTheLastRoom(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.crowd(400, "0")
	d.company("z")
	d.connectAll("z")
	last := d.export(fixture{Org: "z", State: ledger.StatePending})
	after := ""
	for range 6 {
		done, err := d.Dispatch(t.Context(), after)
		require.NoError(t, err)
		if d.ledger(last).State == ledger.StateQueued {
			return
		}
		assert.True(t, done.Filled)
		full, err := d.Dispatch(t.Context(), done.After)
		require.NoError(t, err)
		assert.True(t, full.Full)
		assert.Equal(t, done.After, full.After, "nothing was looked at")
		after = full.After
		d.exec(`UPDATE ghexport.exports SET state = 'pending', job_id = NULL, send_by = NULL, due_at = now() WHERE state = 'queued'`)
		d.exec(`DELETE FROM ghexport.budgets`)
	}
	assert.Fail(t, "the last company never got its turn")
}

// A message that this binary does not know must not hide those behind it, of its own company or of others.
func TestOutbox_ReachesTheOneMessageThatIsKnown(t *testing.T) {
	t.Parallel()
	for name, crowd := range map[string]string{
		"BehindCompaniesOfUnknownOnes": "'c' || lpad(n::text, 5, '0')",
		"BehindUnknownOnesOfItsOwn":    "'known'",
		"BeforeCompaniesOfUnknownOnes": "'z' || lpad(n::text, 5, '0')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.exec(fmt.Sprintf(`
				INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
				SELECT %s, 'iv_' || n, 1, 2, '{}' FROM generate_series(1, 12000) n`, crowd))
			id := d.message("known", "iv", 1, true, true)
			after := ""
			for range 40 {
				messages, next, err := d.Outbox(t.Context(), after, []int{1}, store.OutboxMessages)
				require.NoError(t, err)
				if len(messages) > 0 {
					assert.Equal(t, id, messages[0].ID)
					return
				}
				if after = next; after == "" {
					break
				}
			}
			assert.Fail(t, "the message was never read")
		})
	}
}
