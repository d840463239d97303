package relay

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crowd puts companies into the ledger that nobody has connected, each with an export that is due, and messages of a later schema.
func (r *rig) crowd(companies int) {
	r.t.Helper()
	r.sql(`
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice,
		       candidate_digest, email_digest, due_at, committed_at)
		SELECT 'c' || lpad(n::text, 5, '0'), 'crowd', 'cand', 1, '\x00', 'pending', now(), false, int8send(n), int8send(-n), now(), now()
		  FROM generate_series(1, $1::int) n`, companies)
	r.sql(`
		INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message)
		SELECT 'c' || lpad(n::text, 5, '0'), 'future', 1, 2, '{}' FROM generate_series(1, $1::int) n`, companies)
}

// One pass of a relay moves what is due wherever the last one left off, and a round without anything to do ends.
func TestRelay_LooksAtEveryCompanyOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.crowd(1300)
	r.company("acme")
	relay := r.relay()
	for _, after := range []string{"", "a", "c00700", "zz"} {
		r.enqueue("acme", "after"+after)
		relay.outboxAfter = after
		folded, err := relay.Fold(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, folded, "after %q", after)
		relay.dueAfter = after
		due, err := relay.Dispatch(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, due, "after %q", after)
		due, err = relay.Dispatch(t.Context())
		require.NoError(t, err)
		assert.Zero(t, due)
	}
}
