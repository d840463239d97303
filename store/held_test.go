package store_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

// Of each table it is said whether it holds something about a person; a new one fails here until somebody decides. Where erasing takes
// something, it is shown.
func TestHeld_EveryTableIsClassed(t *testing.T) {
	t.Parallel()
	d := setup(t)
	shown, elsewhere := erasure.HeldTables()
	said := append([]string{}, shown...)
	for table, why := range elsewhere {
		said = append(said, table)
		assert.NotEmpty(t, why, table)
	}
	var ours []string
	for _, table := range d.tables() {
		if !strings.HasPrefix(table, "river_") && !strings.HasPrefix(table, "goose_") {
			ours = append(ours, table)
		}
	}
	assert.ElementsMatch(t, ours, said)
	for column, does := range erasure.TextColumns() {
		if table, _, _ := strings.Cut(column, "."); does == "takes" {
			assert.Contains(t, shown, table, column)
		}
	}
}

func TestHeld(t *testing.T) {
	t.Parallel()
	d := setup(t)
	digests := d.digests()
	d.company("acme")
	sent := d.export(fixture{State: ledger.StateSent, Candidate: "cand_ada"})
	dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Candidate: "cand_ada"})
	grace := d.export(fixture{State: ledger.StateSent, Candidate: "cand_grace", Org: "globex"})
	d.exec("UPDATE ghexport.bodies SET first_name = 'Grace', last_name = 'Hopper', email = 'grace@hopper.example', note = 'secret of Grace' WHERE org_id = 'globex'")
	d.exec("UPDATE ghexport.exports SET candidate_digest = $2 WHERE candidate_id = $1", "cand_ada", digests.Candidate("cand_ada"))
	d.exec("UPDATE ghexport.exports SET email_digest = $2 WHERE candidate_id = $1", "cand_ada", digests.Email("ada@example.com"))
	d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 501 WHERE id = $1", sent)
	d.tried(sent, ledger.OutcomeSent)
	d.tried(grace, ledger.OutcomeSent)
	d.setAside(dead, 9)
	d.message("acme", "iv_wait", 1, true, true)
	d.exec(`UPDATE ghexport.outbox SET message = jsonb_set(message, '{candidate,id}', '"cand_ada"')`)
	d.exec(`INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
	        SELECT 99, 'acme', interview_id, 8, 1, '{"x": 1}', 'wrong', now() FROM ghexport.exports WHERE id = $1`, dead)
	d.exec("INSERT INTO ghexport.answers (body_id, attempt, words) SELECT body_id, attempt, 'ada@example.com is taken' FROM ghexport.exports WHERE id = $1", dead)
	d.exec("INSERT INTO ghexport.revisions (export_id, version, revision, body_id, fields, actor) SELECT id, 4, 0, body_id, '{email}', 'kim' FROM ghexport.exports WHERE id = $1", dead)
	d.exec("INSERT INTO ghexport.gone_profiles (org_id, candidate_id) VALUES ('acme', 501), ('globex', 501)")
	d.exec("INSERT INTO ghexport.hook_events (org_id, key, action, candidate_id, due_at) VALUES ('acme', decode(repeat('00', 32), 'hex'), 'hire_candidate', 501, now())")
	d.exec("INSERT INTO ghexport.carried (message, source, source_id, org_id, interview_id, version) SELECT gen_random_uuid(), 'east', 7, org_id, interview_id, version FROM ghexport.exports WHERE id = $1", sent)
	d.exec("INSERT INTO ghexport.presences (export_id, greenhouse_candidate_id) VALUES ($1, 501)", sent)
	d.exec("INSERT INTO ghexport.changes (org_id, interview_id, export_id, what, at) SELECT org_id, interview_id, id, 'seen', now() FROM ghexport.exports WHERE id IN ($1, $2)", sent, grace)
	d.exec("INSERT INTO ghexport.traces (org_id, interview_id, traceparent) SELECT org_id, interview_id, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' FROM ghexport.exports WHERE id = $1", sent)
	d.exec("INSERT INTO ghexport.runs (actor, reason, selected, canary, stop_share, stop_from) VALUES ('kim', 'for cand_ada', '{}', 1, 0.5, 10)")
	d.exec("INSERT INTO ghexport.run_members (run_id, export_id, org_id) SELECT id, $1, 'acme' FROM ghexport.runs", sent)
	d.exec("INSERT INTO ghexport.audit (actor, action, export_id, reason) VALUES ('kim', 'reveal', $1, 'a call')", sent)

	held := func(candidate, org string) (erasure.Held, string) {
		got, err := erasure.In(d.Store).Held(t.Context(), erasure.Erasure{
			Candidate: candidate, Org: org, Digests: digests, By: store.By{Actor: "mia", Reason: "PRIV-9 of cand_ada"}})
		require.NoError(t, err)
		text, err := json.Marshal(got)
		require.NoError(t, err)
		return got, string(text)
	}
	rows := func(h erasure.Held) map[string]int {
		n := map[string]int{}
		for _, table := range h.Tables {
			assert.NotEmpty(t, table.What)
			n[table.Table] = len(table.Rows)
		}
		return n
	}
	all := map[string]int{
		"exports": 2, "bodies": 2, "revisions": 1, "answers": 1, "attempts": 1, "outbox": 1, "carried": 1, "aside": 1, "rejected": 1, "presences": 1, "tracks": 1,
		"changes": 1, "hook_events": 1, "gone_profiles": 1, "traces": 1, "run_members": 1, "audit": 1,
	}
	t.Run("ShowsEveryTable", func(t *testing.T) {
		got, text := held("cand_ada", "")
		assert.Equal(t, all, rows(got))
		shown, _ := erasure.HeldTables()
		assert.Len(t, all, len(shown), "the fixture has a row in each")
		assert.Equal(t, []erasure.HeldText{{Table: "runs", Column: "reason", Row: "run 1"}}, got.NamedIn)
		assert.NotContains(t, text, "Grace")
		assert.NotContains(t, text, "globex")
		assert.NotContains(t, text, "digest\"")
		assert.NotContains(t, text, "kim", "who of ours did something is another person")
	})
	t.Run("RecordsWhoAsked", func(t *testing.T) {
		assert.Equal(t, 2, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'held' AND actor = 'mia' AND export_id = ANY ($1)", []int64{sent, dead}))
		assert.Equal(t, "PRIV-9 of ‹erased›", one[string](d, "SELECT max(reason) FROM ghexport.audit WHERE action = 'held'"), "whom after is not told again")
		got, _ := held("nobody@example.com", "acme")
		assert.True(t, got.Nobody())
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'held' AND org_id = 'acme' AND export_id IS NULL"))
	})
	t.Run("FindsByEmailAndCompany", func(t *testing.T) {
		got, _ := held(" <ADA@example.com>", "acme")
		assert.Equal(t, 2, rows(got)["exports"])
		got, _ = held("cand_ada", "globex")
		assert.Empty(t, rows(got))
		fields := erasure.HeldRow{"b": json.RawMessage("12345678901"), "a": json.RawMessage(`"x"`), "c": json.RawMessage(`{"y": 1}`)}.Fields()
		assert.Equal(t, []erasure.HeldField{{Name: "a", Value: "x"}, {Name: "b", Value: "12345678901"}, {Name: "c", Value: `{"y": 1}`}}, fields)
	})
	t.Run("ForACompanyWhatBothSaidYesTo", func(t *testing.T) {
		ask := func(candidate, org string) (erasure.Held, string) {
			got, err := erasure.In(d.Store).HeldForCompany(t.Context(), erasure.Erasure{
				Candidate: candidate, Org: org, Digests: digests, By: store.By{Actor: "mia of acme", Reason: "asked by cand_ada"}})
			require.NoError(t, err)
			text, err := json.Marshal(got)
			require.NoError(t, err)
			return got, string(text)
		}
		_, err := erasure.In(d.Store).HeldForCompany(t.Context(), erasure.Erasure{Candidate: "cand_ada"})
		require.Error(t, err, "never of all companies")
		before := d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'held' AND actor = 'mia of acme'")
		got, text := ask("ADA@example.com", "acme")
		want := maps.Clone(all)
		for _, ours := range []string{"outbox", "carried", "aside", "rejected", "traces", "run_members", "audit"} {
			delete(want, ours)
		}
		assert.Equal(t, want, rows(got))
		assert.Empty(t, got.NamedIn)
		for _, word := range []string{"Grace", "globex", "digest\"", "kim", "a call"} {
			assert.NotContains(t, text, word)
		}
		assert.Equal(t, before+2, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'held' AND actor = 'mia of acme'"), "for each of the exports")
		got, _ = ask("cand_ada", "globex")
		assert.True(t, got.Nobody(), "another company's people")
		got, _ = ask("cand_grace", "acme")
		assert.True(t, got.Nobody())
		d.exec("UPDATE ghexport.exports SET state = 'ineligible', cause = 'decision.missing', due_at = NULL, attention_at = NULL, job_id = NULL WHERE id = $1", dead)
		got, _ = ask("cand_ada", "acme")
		assert.Equal(t, 1, rows(got)["exports"], "who has not said yes is nobody's business")
		d.exec("UPDATE ghexport.exports SET state = 'dead', cause = 'payload.refused', attention_at = now() WHERE id = $1", dead)
	})
	t.Run("ShowsWhatIsLeftOfTheErased", func(t *testing.T) {
		_, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: "cand_ada", Digests: digests, By: kim})
		require.NoError(t, err)
		got, text := held("cand_ada", "")
		left := rows(got)
		for _, table := range []string{"bodies", "answers", "outbox", "aside", "rejected"} {
			assert.Zero(t, left[table], table)
		}
		assert.Equal(t, 3, left["exports"], "with that of the message that waited")
		assert.NotContains(t, strings.ToLower(text), "ada@example.com")
		got, err = erasure.In(d.Store).HeldForCompany(t.Context(), erasure.Erasure{Candidate: "cand_ada", Org: "acme", Digests: digests, By: kim})
		require.NoError(t, err)
		assert.Equal(t, 1, rows(got)["exports"], "what is in its Greenhouse")
	})
}
