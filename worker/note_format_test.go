package worker

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

const exampleBullets = "Interviewed on interviewing.io by Interviewer Name on 9/28/17:\n" +
	"• Technical skills: 4\n• Communication skills: 3\n• Problem-solving ability: 3\n• Freeform feedback: \"Really good overall!\""

// A note is laid out as the company has chosen when its result is folded, and is sent so ever after; a newer result is a new note.
func TestNoteFormat_IsThatOfTheFold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	choose := func(format int) {
		require.NoError(t, r.store.SetSettings(t.Context(), "acme", store.Settings{NoteFormat: &format}, somebody))
	}
	sent := func(interview string) (notes []string) {
		for _, post := range r.sim.Creates(key) {
			var body object
			require.NoError(t, json.Unmarshal(post.Body, &body))
			if body["external_id"] == "cand_"+interview {
				notes = append(notes, body["notes"].(string))
			}
		}
		return notes
	}
	format := func(interview string) (format int) {
		require.NoError(t, r.watch.QueryRow(t.Context(), `
			SELECT b.note_format FROM ghexport.exports e JOIN ghexport.bodies b ON b.id = e.body_id WHERE e.interview_id = $1`, interview).Scan(&format))
		return format
	}
	refuse := func(interview string) {
		r.sim.Plan(greenhousesim.Fault{Account: key, ExternalID: "cand_" + interview, Times: 1, Status: 422})
	}
	refuse("old")
	refuse("edited")
	r.start()
	r.enqueue(result("acme", "old"), result("acme", "edited"), result("acme", "newer", set("candidate_continues", nil)))
	old := r.state("old", "dead")
	r.state("edited", "dead")
	r.state("newer", "ineligible")

	choose(ledger.NoteFormatBullets)
	_, err := r.store.Replay(t.Context(), store.ReplayRequest{Request: store.Request{Filter: store.Filter{IDs: []int64{old.ID}}, By: somebody}})
	require.NoError(t, err)
	r.enqueue(result("acme", "newer", set("version", 2)), result("acme", "edited", set("version", 2)))
	for _, interview := range []string{"old", "newer", "edited"} {
		r.state(interview, "sent")
	}
	assert.Equal(t, []string{exampleNote, exampleNote}, sent("old"), "a replay sends the same bytes")
	assert.Equal(t, ledger.NoteFormatLines, format("old"))
	assert.Equal(t, []string{exampleBullets}, sent("newer"))
	assert.Equal(t, []string{exampleNote, exampleBullets}, sent("edited"), "the producer's newer result is rendered anew")
	assert.Equal(t, ledger.NoteFormatBullets, format("edited"))

	choose(ledger.NoteFormatLines)
	r.enqueue(result("acme", "last"), result("globex", "other"))
	r.state("last", "sent")
	assert.Equal(t, []string{exampleNote}, sent("last"))
	r.state("other", "pending")
	assert.Equal(t, ledger.NoteFormatLines, format("other"), "of a company that nobody connected")
}
