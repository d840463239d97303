package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/edit"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
)

func TestErase_FromEveryState(t *testing.T) {
	t.Parallel()
	mayExist := []string{ledger.FlagMayExist}
	for name, test := range map[string]struct {
		from  fixture
		state ledger.State
		flags []string
	}{
		"Ineligible":       {fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionNo}, ledger.StateCancelled, nil},
		"Pending":          {fixture{State: ledger.StatePending, Cause: ledger.CauseLimited, Detail: "Ada"}, ledger.StateCancelled, nil},
		"WaitingForOthers": {fixture{State: ledger.StatePending, Blocked: true}, ledger.StateCancelled, nil},
		"Queued":           {fixture{State: ledger.StateQueued}, ledger.StateCancelled, nil},
		"Sending":          {fixture{State: ledger.StateSending}, ledger.StateCancelled, mayExist},
		"Sent":             {fixture{State: ledger.StateSent}, ledger.StateSent, nil},
		"Unknown":          {fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown}, ledger.StateCancelled, mayExist},
		"Duplicate":        {fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible}, ledger.StateCancelled, nil},
		"Dead":             {fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "Ada"}, ledger.StateCancelled, nil},
		"Discarded":        {fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded}, ledger.StateCancelled, nil},
		"SkippedInDoubt":   {fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: mayExist}, ledger.StateCancelled, mayExist},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			test.from.Candidate = "cand_ada"
			id, other := d.export(test.from), d.export(fixture{State: ledger.StatePending})
			d.wakes(func() {
				got, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: " cand_ada ", By: kim})
				require.NoError(t, err)
				require.Len(t, got.Exports, 1)
				e := got.Exports[0]
				assert.Equal(t, []any{id, test.from.State, test.state, test.flags != nil}, []any{e.ID, e.Was, e.State, e.MayExist})
			})
			want := standings{State: test.state, Flags: append([]string{}, test.flags...)}
			if test.state == ledger.StateCancelled {
				want.Cause = text("erased")
			}
			assert.Equal(t, want, d.ledger(id))
			assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.exports WHERE id = $1 AND body_id IS NULL AND candidate_id = 'erased' AND erased_at IS NOT NULL AND detail IS NULL", id))
			assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.bodies"), "that of the other candidate")
			assert.Equal(t, ledger.StatePending, d.ledger(other).State)
			assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'erase' AND export_id = $1 AND reason = 'on call'", id))
			replayed, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(id)})
			require.NoError(t, err)
			assert.Empty(t, replayed.Done)
		})
	}
}

// What was written about a person is nowhere in any table afterwards, whichever way they are named.
func TestErase_LeavesNoWord(t *testing.T) {
	t.Parallel()
	for _, candidate := range []string{"cand_ada", " Ada@Example.com "} {
		t.Run(candidate, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			digests := d.digests()
			dead := d.export(fixture{State: ledger.StateDead, Cause: ledger.CausePayloadRefused, Detail: "emails: ada@example.com", Candidate: "cand_ada"})
			d.exec("UPDATE ghexport.exports SET candidate_digest = $1, email_digest = $2", digests.Candidate("cand_ada"), digests.Email("ada@example.com"))
			_, err := edit.In(d.Store).Edit(t.Context(), edit.Request{ExportID: dead, By: kim, Digests: digests, Change: func(b ledger.Body) (edit.Edited, error) {
				b.LastName = "King Lovelace"
				return edit.Edited{Body: b}, nil
			}})
			require.NoError(t, err)
			d.silent(dead, time.Hour)
			d.exec("UPDATE ghexport.attempts SET detail = 'cand_ada is no Lovelace'")
			d.setAside(dead, 9)
			for _, interview := range []string{"iv_0", "new", "bad"} {
				d.message("acme", interview, 7, true, true)
			}
			d.exec("UPDATE ghexport.outbox SET message = jsonb_set(message, '{candidate,id}', '\"cand_ada\"')")
			d.exec(`
				INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at)
				SELECT id, org_id, interview_id, version, schema_version, message - 'interviewed_at', 'no', enqueued_at FROM ghexport.outbox
				 WHERE interview_id = 'bad'`)
			d.exec("DELETE FROM ghexport.outbox WHERE interview_id = 'bad'")
			d.exec("INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format) VALUES ('acme', 'iv_0', 'Ada', 'Lovelace', 'ada@example.com', 'left behind', 1)")
			words := func() (found []string) {
				for _, table := range d.tables() {
					if d.count("SELECT count(*) FROM ghexport."+table+" t WHERE t::text ~* 'cand_ada|lovelace|ada@example|left behind'") > 0 {
						found = append(found, table)
					}
				}
				return found
			}
			require.ElementsMatch(t, []string{"attempts", "bodies", "exports", "outbox", "rejected"}, words())

			q := erasure.Erasure{Candidate: candidate, Digests: digests, By: store.By{Actor: "kim", Reason: "PRIV-7"}, DryRun: true}
			planned, err := erasure.In(d.Store).Erase(t.Context(), q)
			require.NoError(t, err)
			assert.Len(t, planned.Exports, 1)
			assert.Equal(t, 4, planned.Messages)
			assert.Equal(t, ledger.StatePending, d.ledger(dead).State, "a dry run takes nothing")

			q.DryRun = false
			done, err := erasure.In(d.Store).Erase(t.Context(), q)
			require.NoError(t, err)
			assert.Len(t, done.Exports, 3, "two of which the ledger had not known")
			assert.Equal(t, 4, done.Messages)
			assert.Empty(t, words())
			assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.exports WHERE state = 'cancelled' AND cause = 'erased' AND version IN (7, 9)"))

			again, err := erasure.In(d.Store).Erase(t.Context(), q)
			require.NoError(t, err)
			assert.Len(t, again.Exports, 3, "found by what is left")
			for _, e := range again.Exports {
				assert.NotNil(t, e.Before)
			}
			assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'erase'"), "told once")
		})
	}
}

func TestErase_OneCompanyAlone(t *testing.T) {
	t.Parallel()
	d := setup(t)
	digests := d.digests()
	unasked := d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionMissing, Candidate: "cand_ada"})
	d.exec("UPDATE ghexport.exports SET candidate_digest = NULL, email_digest = NULL") // as the fold leaves it
	here := d.export(fixture{State: ledger.StatePending, Candidate: "cand_ada"})
	there := d.export(fixture{State: ledger.StatePending, Candidate: "cand_ada", Org: "globex"})
	got, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: "cand_ada", Org: "acme", Digests: digests, By: kim})
	require.NoError(t, err)
	assert.Len(t, got.Exports, 2)
	assert.Equal(t, ledger.StateCancelled, d.ledger(here).State)
	assert.Equal(t, digests.Candidate("cand_ada"), one[[]byte](d, "SELECT candidate_digest FROM ghexport.exports WHERE id = $1", unasked))
	assert.Equal(t, ledger.StatePending, d.ledger(there).State)

	got, err = erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: "erased", By: kim})
	require.NoError(t, err)
	assert.Empty(t, got.Exports, "the word that stands for an erased id names nobody")
}

// The answer to what was being sent still counts: it is in Greenhouse. What a refusal says of the person is not kept.
func TestErase_WhileSending(t *testing.T) {
	t.Parallel()
	for outcome, want := range map[ledger.Outcome]standings{
		ledger.OutcomeSent: {State: ledger.StateSent, Flags: []string{ledger.FlagMayExist}},
		ledger.OutcomeDead: {State: ledger.StateCancelled, Cause: text("erased"), Flags: []string{ledger.FlagMayExist}},
	} {
		t.Run(string(outcome), func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			id := d.export(fixture{State: ledger.StateSending, Candidate: "cand_ada"})
			token := one[uuid.UUID](d, "SELECT attempt FROM ghexport.exports WHERE id = $1", id)
			_, err := erasure.In(d.Store).Erase(t.Context(), erasure.Erasure{Candidate: "cand_ada", By: kim})
			require.NoError(t, err)
			s := store.Settle{ExportID: id, Token: token, OrgID: "acme", Outcome: outcome, Status: 201, CandidateID: 17}
			if outcome == ledger.OutcomeDead {
				s.Status, s.CandidateID, s.Cause, s.Detail = 422, 0, ledger.CausePayloadRefused, "emails: ada@example.com"
			}
			for range 2 {
				_, err = d.Settle(t.Context(), s)
				require.NoError(t, err)
			}
			assert.Equal(t, want, d.ledger(id))
			assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.attempts WHERE export_id = $1 AND outcome = $2 AND late AND detail IS NULL", id, string(outcome)))
			absent, err := d.ResolveAbsent(t.Context(), ids(id))
			require.NoError(t, err)
			assert.Len(t, absent.Done, map[ledger.Outcome]int{ledger.OutcomeDead: 1}[outcome], "looked for in Greenhouse, and its doubt ended")
		})
	}
}
