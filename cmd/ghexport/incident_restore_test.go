package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// The database comes back from a backup that does not know of the last candidate sent. Nothing goes out until somebody has looked.
func TestIncident_I10_TheDatabaseIsRestored(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, durableServer(t), "world", 2, 5)
	p := serveProcess(t, w.env)
	w.settled(t, p, resumeWithin)
	w.promote(t)
	s := &stage{db: &storetest.DB{URL: w.ownerURL}, sim: w.sim, env: w.env}
	until(t, "the stop", func() bool {
		return w.one(t, "SELECT count(*) FROM ghexport.control WHERE stopped_by = 'ghexport'") == 1
	})
	s.exec(t, `
		UPDATE ghexport.exports
		   SET state = 'pending', due_at = now(), sent_at = NULL, greenhouse_candidate_id = NULL, greenhouse_application_id = NULL, profile_url = NULL
		 WHERE interview_id = 'iv-00-003'`)

	d := newDrill(t, s, "stopped")
	d.words["FOUND"] = d.number(t, "iv-00-003")
	d.before(4, func() {
		w.trickle(t, "meanwhile")
		w.total += trickles
		until(t, "the fold", func() bool { return w.one(t, "SELECT count(*) FROM ghexport.outbox") == 0 })
		assert.Equal(t, 10, w.sim.CountCandidates(""), "what comes meanwhile is kept, and not sent")
	})
	d.before(8, func() {
		until(t, "the rest", func() bool {
			return w.one(t, "SELECT count(*) FROM ghexport.exports WHERE state = 'sent'") == w.total-1
		})
		until(t, "the node's word that it gets on", func() bool {
			return w.one(t, "SELECT count(*) FROM ghexport.nodes WHERE trouble IS NOT NULL") == 0
		})
	})
	d.follow()
	there := map[string]int{}
	for _, c := range w.sim.Candidates("") {
		there[c.ExternalID]++
		require.Equal(t, 1, there[c.ExternalID], "%s is there once", c.ExternalID)
	}
	assert.Len(t, there, w.total, "and so is everybody else")
}
