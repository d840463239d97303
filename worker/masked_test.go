package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// What Greenhouse repeats of a person is in no column that a viewer may read, and in no log.
func TestMask_WhereverAnAttemptsWordsGo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	said := greenhousesim.Text(`{"errors":[{"field":"emails","message":"IV_1@example.com has already been taken by Grace Hopper, not by Ada King Lovelace (cand_iv_1)"}]}`)
	gone := greenhousesim.Text(`{"ticket":"iv_2@example.com","state":"queued"}`)
	held := greenhousesim.Text(`{"message":"iv_3@example.com may not be added by ron@acme.example"}`)
	r.sim.Plan(greenhousesim.Fault{ExternalID: "cand_iv_1", Status: 422, Body: said}, greenhousesim.Fault{ExternalID: "cand_iv_2", Status: 202, Body: gone},
		greenhousesim.Fault{ExternalID: "cand_iv_3", Status: 403, Body: held})
	r.start()
	r.enqueue(result("acme", "iv_1"), result("acme", "iv_2"))
	assert.Equal(t, "emails: ‹email› has already been taken by Grace Hopper, not by ‹full_name› (‹candidate_id›)", r.state("iv_1", "dead").Detail)
	assert.Equal(t, "unexpected content: state: queued; ticket: ‹email›", r.state("iv_2", "unknown").Detail)
	r.enqueue(result("acme", "iv_3"))
	r.until("iv_3", "back", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	var kept string
	err := r.watch.QueryRow(t.Context(), `
		SELECT concat((SELECT string_agg(t::text, ' ') FROM ghexport.exports t), (SELECT string_agg(t.detail, ' ') FROM ghexport.attempts t),
		              (SELECT string_agg(concat(t.detail), ' ') FROM ghexport.checks t), (SELECT string_agg(concat(t.detail), ' ') FROM ghexport.holds t),
		              (SELECT string_agg(concat(t.hold_detail), ' ') FROM ghexport.integrations t))`).Scan(&kept)
	assert.NoError(t, err)
	assert.Contains(t, kept, "‹email› may not be added by ‹address›")
	for _, private := range []string{"@example.com", "Lovelace", "ron@"} {
		assert.NotContains(t, kept, private)
		assert.NotContains(t, r.said(), private)
	}
}
