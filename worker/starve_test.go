package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"
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

// A company behind more than a pass looks at is served when its message comes, and not only after as many waits as there are slices.
func TestRelay_ServesWhoeverComesBehindTheCrowd(t *testing.T) {
	t.Parallel()
	for _, org := range []string{"acme", "c00650b", "zeta"} {
		t.Run(org, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.crowd(1300)
			key := r.company(org)
			r.start() // which looks once a minute, unless woken
			r.enqueue(result(org, "one"))
			r.state("one", "sent")
			r.enqueue(result(org, "two"))
			r.state("two", "sent")
			assert.Equal(t, 2, r.sim.CountCandidates(key))
		})
	}
}
