package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// receive keeps events, in their order.
func (d *db) receive(events ...webhooks.Event) {
	d.t.Helper()
	for _, e := range events {
		e.Key = sha256.Sum256(fmt.Append(nil, d.count("SELECT count(*) FROM ghexport.hook_events")))
		_, err := webhooks.In(d.Store).ReceiveEvent(d.t.Context(), e)
		require.NoError(d.t, err)
	}
}

// Several events share a transaction. One that fails takes none of them with it, and one that has somebody erased is done before the next begins.
func TestWorkEvents_Several(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	for n := range 4 {
		d.sentAs("acme", int64(10+n))
	}
	said := func(action ledger.HookAction, candidate int64) webhooks.Event {
		e := hookSaid(action, candidate, "")
		if action == ledger.HookStageChanged {
			e.Status, e.Stage = "active", "Phone"
		}
		return e
	}

	t.Run("ShareATransaction", func(t *testing.T) {
		for n := range 120 {
			d.receive(said([]ledger.HookAction{ledger.HookStageChanged, ledger.HookPing, "offer_created"}[n%3], 10))
		}
		assert.Len(t, d.hear(digests), 120)
		assert.LessOrEqual(t, d.count("SELECT count(DISTINCT xmin::text) FROM ghexport.hook_events"), 60)
		h, err := webhooks.In(d.Store).Hook(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, int64(40), h.Unused)
		assert.Equal(t, "offer_created", *h.LastAction)
		assert.Equal(t, "offer_created", *h.UnusedAction)
		assert.NotNil(t, h.PingAt)
	})

	t.Run("OneThatFailsIsPutOffAlone", func(t *testing.T) {
		owner := d.test.Pool(t)
		for _, sql := range []string{
			"CREATE FUNCTION ghexport.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$",
			"CREATE TRIGGER refuse BEFORE INSERT ON ghexport.gone_profiles FOR EACH ROW WHEN (NEW.candidate_id = 11) EXECUTE FUNCTION ghexport.refuse()",
		} {
			_, err := owner.Exec(t.Context(), sql)
			require.NoError(t, err)
		}
		d.exec("DELETE FROM ghexport.hook_events")
		d.receive(said(ledger.HookStageChanged, 12), said(ledger.HookPing, 0), said(ledger.HookDeleted, 11), said(ledger.HookStageChanged, 13), said(ledger.HookPing, 0))
		var outcomes []ledger.HookOutcome
		var failed []error
		for after := int64(0); ; {
			some, err := webhooks.In(d.Store).WorkEvents(t.Context(), "acme", after, d.eraser(digests))
			require.NoError(t, err)
			if len(some) == 0 {
				break
			}
			for _, done := range some {
				after = done.ID
				if outcomes = append(outcomes, done.Outcome); done.Failed != nil {
					failed = append(failed, done.Failed)
				}
			}
		}
		assert.Equal(t, []ledger.HookOutcome{ledger.HookSeen, ledger.HookPinged, "", ledger.HookSeen, ledger.HookPinged}, outcomes)
		require.Len(t, failed, 1)
		assert.ErrorContains(t, failed[0], "not this one")
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.hook_events WHERE tries = 1 AND due_at > now() AND candidate_id = 11"))
		assert.Equal(t, 4, d.count("SELECT count(*) FROM ghexport.hook_events WHERE tries = 0 AND worked_at IS NOT NULL"))

		d.exec("UPDATE ghexport.hook_events SET tries = 11, due_at = now() WHERE due_at IS NOT NULL")
		some, err := webhooks.In(d.Store).WorkEvents(t.Context(), "acme", 0, d.eraser(digests))
		require.NoError(t, err)
		require.Len(t, some, 1)
		assert.Equal(t, ledger.HookAbandoned, some[0].Outcome)
		require.ErrorContains(t, some[0].Failed, "not this one")
		assert.Empty(t, d.hear(digests))
	})

	t.Run("AnErasureEndsBeforeTheNextBegins", func(t *testing.T) {
		d.exec("DELETE FROM ghexport.hook_events")
		d.receive(said(ledger.HookStageChanged, 13), said(ledger.HookAnonymised, 12), said(ledger.HookPing, 0))
		waiting := -1
		erase := d.eraser(digests)
		some, err := webhooks.In(d.Store).WorkEvents(t.Context(), "acme", 0, func(ctx context.Context, org, candidate string, by store.By) ([]int64, error) {
			waiting = d.count("SELECT count(*) FROM ghexport.hook_events WHERE due_at IS NOT NULL")
			return erase(ctx, org, candidate, by)
		})
		require.NoError(t, err)
		require.Len(t, some, 2)
		assert.Equal(t, []ledger.HookOutcome{ledger.HookSeen, ledger.HookErased}, []ledger.HookOutcome{some[0].Outcome, some[1].Outcome})
		assert.Equal(t, 2, waiting, "itself, and the one behind it")
		assert.Equal(t, []ledger.HookOutcome{ledger.HookPinged}, d.hear(digests))
	})

	t.Run("AnErasureThatFailsIsPutOff", func(t *testing.T) {
		d.exec("DELETE FROM ghexport.hook_events")
		d.receive(said(ledger.HookStageChanged, 10), said(ledger.HookAnonymised, 13))
		some, err := webhooks.In(d.Store).WorkEvents(t.Context(), "acme", 0, func(context.Context, string, string, store.By) ([]int64, error) {
			return nil, errors.New("no disk")
		})
		require.NoError(t, err)
		require.Len(t, some, 2)
		require.NoError(t, some[0].Failed)
		require.ErrorContains(t, some[1].Failed, "no disk")
		d.exec("UPDATE ghexport.hook_events SET due_at = now() WHERE due_at IS NOT NULL")
		assert.Equal(t, []ledger.HookOutcome{ledger.HookErased}, d.hear(digests))
	})
}
