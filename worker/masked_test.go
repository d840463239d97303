package worker

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/store/search"
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

// Greenhouse's own words live beside what was sent, for those who may see that, and die with it.
func TestAnswers_LiveAndDieWithTheBody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.company("acme")
	said := `{"errors":[{"field":"emails","message":"iv_1@example.com has already been taken by Grace Hopper"}],"request":"` + strings.Repeat("é", 20<<10) + `"}`
	r.sim.Plan(greenhousesim.Fault{ExternalID: "cand_iv_1", Status: 503, Body: greenhousesim.Text("busy for iv_1@example.com")},
		greenhousesim.Fault{ExternalID: "cand_iv_1", Status: 422, Body: &said}, greenhousesim.Fault{ExternalID: "cand_iv_2", Status: 200, Body: greenhousesim.Text(`{"id":"iv_2@example.com"}`)})
	r.start()
	r.enqueue(result("acme", "iv_1"), result("acme", "iv_2"), result("acme", "iv_3"))
	e := r.until("iv_1", "failed", func(e row) bool { return e.State == "pending" && e.Attempts == 1 })
	kim := store.By{Actor: "kim", Reason: "to see"}
	shown := func(id int64) string {
		t.Helper()
		person, err := search.In(r.store).Reveal(t.Context(), id, kim)
		require.NoError(t, err)
		if person.Answer == nil {
			return ""
		}
		return person.Answer.Words
	}
	assert.Contains(t, shown(e.ID), "for iv_1@example.com")
	r.sql("UPDATE ghexport.exports SET due_at = now() WHERE interview_id = 'iv_1' AND due_at IS NOT NULL")
	e = r.state("iv_1", "dead")
	assert.Contains(t, shown(e.ID), "taken by Grace Hopper", "the newest alone")
	assert.LessOrEqual(t, len(shown(e.ID)), 16<<10)
	assert.Equal(t, `{"id":"iv_2@example.com"}`, shown(r.state("iv_2", "unknown").ID))
	assert.Empty(t, shown(r.state("iv_3", "sent").ID), "what is accepted is not kept")

	list, err := query.In(r.store).List(t.Context(), store.Filter{}, 50)
	require.NoError(t, err)
	text, err := json.Marshal(list)
	require.NoError(t, err)
	assert.NotContains(t, string(text)+r.said(), "iv_1@example.com")
	assert.NotContains(t, r.said(), "Grace")
	viewer := connect(t, r.db.Role(t, rights.GrantViewer))
	_, err = viewer.Exec(t.Context(), "SELECT FROM ghexport.answers")
	require.ErrorContains(t, err, "permission denied")

	r.enqueue(result("acme", "iv_1", set("version", 2), set("freeform_feedback", "Better!")))
	e = r.state("iv_1", "sent")
	assert.Empty(t, shown(e.ID), "it goes with the body that it was about")
	_, err = erasure.In(r.store).Erase(t.Context(), erasure.Erasure{Candidate: "cand_iv_2", Digests: r.digests, By: kim})
	require.NoError(t, err)
	r.quiet()
	var left int
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(*) FROM ghexport.answers").Scan(&left))
	assert.Zero(t, left)
}
