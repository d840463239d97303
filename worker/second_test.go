package worker

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
)

// What a second interview of the same candidate comes to, sentence by sentence of the design; see TestSiblings for the rest.
func TestSecondInterview(t *testing.T) {
	t.Parallel()
	same := ofCandidate("cand_9", "Ada@Example.com")

	t.Run("TheEmailCountsWhateverItsLetterCaseAndCompaniesDoNotMeet", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key, other := r.company("acme"), r.company("globex")
		r.start()
		r.enqueue(result("acme", "first", same))
		r.state("first", "sent")
		r.enqueue(result("acme", "second", ofCandidate("cand_10", " ADA@EXAMPLE.COM ")), result("globex", "elsewhere", same),
			result("acme", "somebody", ofCandidate("cand_11", "ada@example.org")))
		r.state("second", "duplicate")
		r.state("elsewhere", "sent")
		r.state("somebody", "sent")
		assert.Equal(t, 2, r.sim.CountCandidates(key))
		assert.Equal(t, 1, r.sim.CountCandidates(other))
	})

	t.Run("EveryPolicyWaitsWhileTheFirstIsUnknown", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		policies := []string{"hold", "create", "skip"}
		for _, policy := range policies {
			r.company(policy)
			r.sql("UPDATE ghexport.integrations SET second_interview = $1 WHERE org_id = $1", policy)
		}
		r.start()
		for _, policy := range policies {
			r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
			r.enqueue(result(policy, policy+"_1", same))
			r.state(policy+"_1", "unknown")
			r.enqueue(result(policy, policy+"_2", same))
			r.state(policy+"_2", "duplicate")
		}
		// It is there, says a person: now the policy decides.
		for _, policy := range policies {
			first := r.state(policy+"_1", "unknown")
			profile := store.Profile{URL: "https://app.greenhouse.io/people/1", CandidateID: 1}
			require.NoError(t, r.store.ResolvePresent(t.Context(), first.ID, profile, somebody))
		}
		r.state("create_2", "sent")
		assert.Equal(t, "skipped", r.state("skip_2", "cancelled").Cause)
		r.quiet()
		r.state("hold_2", "duplicate")
	})

	t.Run("APersonsCreateSticks", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.enqueue(result("acme", "first", same))
		r.state("first", "sent")
		r.enqueue(result("acme", "second", same))
		second := r.state("second", "duplicate")
		_, err := r.store.PauseOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		done, err := r.store.ResolveCreate(t.Context(), ids(second.ID))
		require.NoError(t, err)
		require.Len(t, done.Done, 1)
		// Neither a newer version nor a refusal takes the decision back.
		r.enqueue(result("acme", "second", same, set("version", 2)))
		r.until("second", "replaced", func(e row) bool { return e.Version == 2 && e.State == "pending" })
		r.sim.Plan(greenhousesim.Fault{Status: 422})
		_, err = r.store.ResumeOrg(t.Context(), "acme", somebody)
		require.NoError(t, err)
		r.state("second", "dead")
		_, err = r.store.Replay(t.Context(), store.ReplayRequest{Request: ids(second.ID)})
		require.NoError(t, err)
		r.state("second", "sent")
		assert.Equal(t, 2, r.sim.CountCandidates(key))
	})

	t.Run("GoesWhenItsReasonGoes", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
		r.enqueue(result("acme", "first", same))
		first := r.state("first", "unknown")
		r.enqueue(result("acme", "second", same))
		r.state("second", "duplicate")
		// The first was not there after all, and the candidate withdraws that interview: nothing of the reason is left.
		r.enqueue(result("acme", "first", same, set("version", 2), set("candidate_continues", false)))
		_, err := r.store.ResolveAbsent(t.Context(), ids(first.ID))
		require.NoError(t, err)
		r.state("first", "ineligible")
		r.state("second", "sent")
		require.NoError(t, r.sim.WaitForCandidates(t.Context(), key, 2)) // what the cut request made, and the second
	})

	t.Run("ARoleWithoutAJobIsSentAsAProspect", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme", func(a *greenhousesim.Account) { a.Jobs = []greenhousesim.Job{{ID: 77, Name: "Backend Engineer"}} })
		mode := "candidate"
		err := r.store.SetSettings(t.Context(), "acme", store.Settings{Mode: &mode, JobMap: map[string]int64{"backend-engineer": 77}}, somebody)
		require.NoError(t, err)
		r.start()
		for _, role := range []any{"backend-engineer", "designer", nil} {
			name := "none"
			if role != nil {
				name = role.(string)
			}
			r.enqueue(result("acme", name, set("job", role)))
			r.state(name, "sent")
		}
		posts := r.sim.Creates(key)
		require.Len(t, posts, 3)
		for i, prospect := range []bool{false, true, true} {
			var body object
			require.NoError(t, json.Unmarshal(posts[i].Body, &body))
			assert.Equal(t, prospect, body["prospect"])
			assert.Equal(t, !prospect, body["job_id"] != nil)
		}
	})
}
