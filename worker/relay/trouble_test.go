package relay

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// What lies around the messages says nothing about them: they stay in the outbox, and go once somebody has mended it.
func TestRelay_EnvironmentsFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct{ breaks, mends string }{
		"NoRightToATable":  {"REVOKE ALL ON ghexport.bodies FROM ghexport_service", "GRANT ALL ON ghexport.bodies TO ghexport_service"},
		"NoSuchColumn":     {"ALTER TABLE ghexport.bodies RENAME note TO gone", "ALTER TABLE ghexport.bodies RENAME gone TO note"},
		"NoRightToADelete": {"REVOKE DELETE ON ghexport.outbox FROM ghexport_service", "GRANT DELETE ON ghexport.outbox TO ghexport_service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.company("acme")
			relay := r.relay()
			r.sql(fault.breaks)
			r.enqueue("acme", "a", "b", "c")
			folded, err := relay.Fold(t.Context())
			require.Error(t, err)
			assert.True(t, store.Environmental(err), err)
			assert.Zero(t, folded)
			assert.Equal(t, 3, r.rows("outbox"))
			assert.Zero(t, r.rows("rejected"))

			assert.NotZero(t, relay.once(t.Context()), "a pass that moves nothing is followed by a pause")
			assert.NotZero(t, relay.folding.rest())
			for range troubleFrom {
				relay.folding.saw(err)
			}
			require.ErrorContains(t, relay.Trouble(), "messages cannot be folded")

			r.sql(fault.mends)
			_, err = relay.Fold(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 3, r.rows("exports"))
		})
	}
}

// Sessions that were turned read-only, as kept sockets are after a failover, are let go, and the next ones work.
func TestRelay_SessionsTurnedReadOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	relay := r.relay()
	for _, conn := range r.store.Pool.AcquireAllIdle(t.Context()) {
		_, err := conn.Exec(t.Context(), "SET default_transaction_read_only = on")
		require.NoError(t, err)
		defer conn.Release()
	}
	conn, err := r.store.Pool.Acquire(t.Context())
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "SET default_transaction_read_only = on")
	require.NoError(t, err)
	conn.Release()
	r.enqueue("acme", "a")
	folded, err := relay.Fold(t.Context())
	require.ErrorContains(t, err, "25006")
	assert.Zero(t, folded)
	folded, err = relay.Fold(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, folded)
	assert.Zero(t, r.rows("rejected"))
}

// What keeps a relay from its work stands with its node's heartbeat, by kind and without anybody's data, until it is mended.
func TestTrouble_IsSaidWithTheHeartbeat(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	relay := r.relay()
	beat := func() wording.Health {
		node := ledger.Node{ID: uuid.UUID{1}, Host: "node-a", Sends: true}
		node.TroubleKind, node.Trouble = rights.TroubleOf(relay.Trouble())
		require.NoError(t, r.store.SeeNode(t.Context(), node))
		h, err := health.In(r.store).Health(t.Context())
		require.NoError(t, err)
		require.Len(t, h.Nodes, 1)
		return wording.OfHealth(h)
	}
	r.sql("REVOKE ALL ON ghexport.bodies FROM ghexport_service")
	r.enqueue("acme", "a")
	for range troubleFrom {
		_, err := relay.Fold(t.Context())
		require.Error(t, err)
		relay.ended("fold", relay.folding, err)
	}
	h := beat()
	assert.Equal(t, ledger.TroubleRights, h.Nodes[0].TroubleKind)
	assert.Equal(t, "messages cannot be folded: permission denied for table bodies (SQLSTATE 42501)", h.Nodes[0].Trouble)
	assert.NotNil(t, h.Nodes[0].TroubleSince)
	assert.Contains(t, h.Problems[0].Says, "node node-a is not ready since")
	assert.Contains(t, h.Problems[0].Do, "ghexport grant --service")

	r.sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ghexport.bodies TO ghexport_service")
	_, err := relay.Fold(t.Context())
	require.NoError(t, err)
	relay.ended("fold", relay.folding, nil)
	h = beat()
	assert.Empty(t, h.Nodes[0].Trouble)
	assert.Empty(t, h.Problems)
}
