package worker

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// smuggle puts a message into the outbox past enqueue(), as a bug or another version of it might.
func (r *rig) smuggle(interview string, schemaVersion, version int, message object) {
	r.t.Helper()
	text, err := json.Marshal(message)
	require.NoError(r.t, err)
	r.sql("INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message) VALUES ('acme', $1, $2, $3, $4)",
		interview, version, schemaVersion, string(text))
}

func TestRelay_Poison(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.smuggle("poison", 1, 1, object{"full_name": "Ada Poison"})
	r.smuggle("future", 2, 1, object{"whatever": true})
	r.enqueue(result("acme", "before"))
	r.start()
	r.enqueue(result("acme", "after"))
	r.state("before", "sent")
	r.state("after", "sent")
	var rejected, left int
	var detail string
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT count(*), max(detail), (SELECT count(*) FROM ghexport.outbox WHERE schema_version = 2) FROM ghexport.rejected").Scan(&rejected, &detail, &left))
	assert.Equal(t, 1, rejected)
	assert.Equal(t, 1, left, "a message of a schema version that this binary does not know stays")
	assert.NotContains(t, detail+r.said(), "Ada Poison")
	assert.Equal(t, 2, r.sim.CountCandidates(key))

	// A rejected newer message blocks its own export, as it did in the outbox; and it can be put back.
	_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
	require.NoError(t, err)
	r.enqueue(result("acme", "blocked"))
	r.state("blocked", "pending")
	r.smuggle("blocked", 1, 2, object{"broken": true})
	r.sql("SELECT ghexport.wake()")
	_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
	require.NoError(t, err)
	r.enqueue(result("acme", "beside"))
	r.state("beside", "sent")
	assert.Equal(t, "pending", r.state("blocked", "pending").State)
	n, err := r.store.ReplayRejected(t.Context(), store.Filter{Org: "acme"}, somebody, false)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

// A row that only the database refuses must not take its neighbours with it.
func TestRelay_PoisonInTheLedger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.sql("ALTER TABLE ghexport.exports ADD CONSTRAINT bug CHECK (interview_id <> 'poison')")
	r.enqueue(result("acme", "a"), result("acme", "poison"), result("acme", "b"))
	r.start()
	r.state("a", "sent")
	r.state("b", "sent")
	r.quiet()
	var detail string
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT detail FROM ghexport.rejected").Scan(&detail))
	assert.Equal(t, "the database refused it: SQLSTATE 23514 bug", detail)
	assert.Equal(t, 2, r.sim.CountCandidates(key))
}

// Many relays on the same rows: every message is folded once, every export sent once.
func TestRelay_ManyAtOnce(t *testing.T) {
	t.Parallel()
	const exports, relays = 150, 4
	r := newRig(t)
	keys := map[string]string{}
	for _, org := range []string{"acme", "globex", "initech"} {
		keys[org] = r.company(org)
	}
	r.sql("INSERT INTO ghexport.budgets (credential, limit_) SELECT key_digest, 100000 FROM ghexport.integrations")
	for range relays {
		r.start()
	}
	var producing sync.WaitGroup
	for org := range keys {
		producer := connect(t, r.db.Role(t, rights.GrantProducer))
		producing.Go(func() {
			for i := range exports / 3 {
				text, err := json.Marshal(result(org, fmt.Sprintf("%s_%d", org, i)))
				if assert.NoError(t, err) {
					_, err = producer.Exec(t.Context(), "SELECT ghexport.enqueue($1)", string(text))
					assert.NoError(t, err)
				}
			}
		})
	}
	producing.Wait()
	for org, key := range keys {
		require.NoError(t, r.sim.WaitForCandidates(r.deadline(patience), key, exports/3))
		r.quiet()
		assert.Equal(t, exports/3, r.sim.CountCandidates(key), org)
	}
	assert.Equal(t, exports, r.sim.CountRequests())
}

// What is sent is byte for byte what design promises, for every kind of person and feedback.
func TestRelay_Bytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.sql("UPDATE ghexport.integrations SET time_zone = 'Asia/Tokyo', in_flight_cap = 16")
	long := strings.Repeat("word ", 6000)
	named := func(name string) func(object) { return func(m object) { m["candidate"].(object)["full_name"] = name } }
	linkedIn := func(v any) func(object) { return func(m object) { m["candidate"].(object)["linkedin"] = v } }
	r.enqueue(
		result("acme", "one", named("Björk"), linkedIn(nil), set("scores", nil), set("freeform_feedback", "  \n")),
		result("acme", "four", named("Ana María  de la Cruz"), linkedIn("uk.linkedin.com/in/ana?trk=x"), set("interviewer", nil)),
		result("acme", "chinese", named("毛泽东"), linkedIn("https://www.linkedin.com/company/x")),
		result("acme", "code", set("freeform_feedback", "used vector<int> && a < b\r\n\r\n\r\n\r\nsaid \"hi\" 🎉")),
		result("acme", "long", set("freeform_feedback", long)),
		result("acme", "tokyo", set("time_zone", nil), set("interviewed_at", "2026-01-01T16:00:00Z")),
		result("acme", "pacific", set("interviewed_at", "2017-09-29T02:00:00Z")),
	)
	r.start()
	for _, id := range []string{"one", "four", "chinese", "code", "long", "tokyo", "pacific"} {
		r.state(id, "sent")
	}
	got := map[string]greenhousesim.Candidate{}
	for _, c := range r.sim.Candidates(key) {
		got[strings.TrimPrefix(c.ExternalID, "cand_")] = c
	}
	assert.Equal(t, "Björk", got["one"].FirstName)
	assert.Equal(t, "-", got["one"].LastName)
	assert.Empty(t, got["one"].Links)
	assert.Equal(t, "Interviewed on interviewing.io by Interviewer Name on 9/28/17: no further feedback was left.", got["one"].Notes)
	assert.Equal(t, "Ana María de la Cruz", got["four"].FirstName+" "+got["four"].LastName)
	assert.Equal(t, []string{"https://www.linkedin.com/in/ana"}, got["four"].Links)
	assert.True(t, strings.HasPrefix(got["four"].Notes, "Interviewed on interviewing.io by an interviewer on 9/28/17 (all"))
	assert.Empty(t, got["chinese"].Links)
	assert.Equal(t, []string{"linkedin_left_out", "name_padded"}, r.state("chinese", "sent").Flags)
	assert.Contains(t, got["code"].Notes, "Freeform feedback: \"used vector<int> && a < b\n\nsaid \"hi\" 🎉\"")
	assert.Equal(t, []string{"note_cut"}, r.state("long", "sent").Flags)
	assert.Contains(t, got["tokyo"].Notes, " on 1/2/26 (")
	assert.Contains(t, got["pacific"].Notes, " on 9/28/17 (")
	for _, post := range r.sim.Creates(key) {
		assert.NotContains(t, string(post.Body), "\\u003c", "nothing is escaped for HTML")
	}
}
