package worker

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// probe makes a held company's look due and has a node make it, as time would.
func (r *rig) probe(n *node, org string) {
	r.t.Helper()
	r.sql("UPDATE ghexport.integrations SET probe_at = clock_timestamp() WHERE org_id = $1", org)
	r.looks(n)
}

func (r *rig) looks(n *node) {
	r.t.Helper()
	due, err := r.store.DueProbes(r.t.Context(), 10)
	require.NoError(r.t, err)
	if len(due) > 0 { // else a node's own sweep was first
		require.NoError(r.t, n.worker.Probe(r.t.Context(), due))
	}
}

// holds reads a company's history, newest first.
func (r *rig) holds(org string) []query.Hold {
	r.t.Helper()
	list, err := query.In(r.store).Holds(r.t.Context(), query.HoldFilter{Org: org})
	require.NoError(r.t, err)
	return list
}

// checked waits until a company's newest looks are these.
func (r *rig) checked(org string, kinds ...store.CheckKind) []store.CheckRow {
	r.t.Helper()
	ctx := r.deadline(patience)
	for {
		list, err := r.store.Checks(ctx, org, len(kinds))
		require.NoError(r.t, err)
		same := len(list) == len(kinds)
		for i := 0; same && i < len(kinds); i++ {
			same = list[i].Kind == kinds[i]
		}
		if same {
			return list
		}
		_, err = r.watch.WaitForNotification(ctx)
		require.NoErrorf(r.t, err, "for looks %v; they are %+v; log: %s", kinds, list, r.said())
	}
}

// gather lets n results of a company wait behind a pause and then starts nodes, so that all of them are due at once.
func (r *rig) gather(org string, n, nodes int) []*node {
	r.t.Helper()
	_, err := r.store.PauseOrg(r.t.Context(), org, somebody)
	require.NoError(r.t, err)
	started := make([]*node, nodes)
	for i := range started {
		started[i] = r.start()
	}
	for i := range n {
		r.enqueue(result(org, fmt.Sprintf("%s_%02d", org, i)))
	}
	for i := range n {
		r.state(fmt.Sprintf("%s_%02d", org, i), "pending")
	}
	return started
}

func (r *rig) resume(org string, nodes []*node) {
	r.t.Helper()
	_, err := r.store.ResumeOrg(r.t.Context(), org, somebody)
	require.NoError(r.t, err)
	for _, n := range nodes {
		n.relay.Nudge()
	}
}

// Whatever Greenhouse says no to, and on however many nodes: no more than the in-flight cap is refused, what waits spends neither
// attempts nor its clock, the fix is found by the next look, and everything goes in order with no dead letter.
func TestHold_StopsWithinTheCapAndReleases(t *testing.T) {
	t.Parallel()
	const waiting = 30
	for name, c := range map[string]struct {
		cause ledger.Cause
		spoil func(sim *greenhousesim.Sim, key string)
		fix   func(sim *greenhousesim.Sim, key string)
		trial int // requests that a trial refuses
	}{
		"KeyRevoked": {ledger.CauseAuthRejected,
			func(sim *greenhousesim.Sim, key string) { sim.RevokeKey(key) },
			func(sim *greenhousesim.Sim, key string) { sim.RestoreKey(key) }, 0},
		"UserDeactivated": {ledger.CauseAuthRejected,
			func(sim *greenhousesim.Sim, key string) { sim.DisableUser(key, createdBy) },
			func(sim *greenhousesim.Sim, key string) { sim.EnableUser(key, createdBy) }, 0},
		"RightTaken": {ledger.CausePermissionDenied,
			func(sim *greenhousesim.Sim, key string) { sim.SetProspects(key, false) },
			func(sim *greenhousesim.Sim, key string) { sim.SetProspects(key, true) }, 1},
		"DisabledByGreenhouse": {ledger.CausePermissionDenied, // every endpoint says 403
			func(sim *greenhousesim.Sim, key string) {
				sim.Plan(greenhousesim.Fault{Account: key, On: "*", Times: -1, Status: 403})
			},
			func(sim *greenhousesim.Sim, key string) { sim.ClearFaults() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme")
			nodes := r.gather("acme", waiting, 3)
			c.spoil(r.sim, key)
			r.resume("acme", nodes)
			r.untilHeld("acme", string(c.cause))
			r.quietButHeld()
			refused := len(r.sim.Creates(key))
			assert.LessOrEqual(t, refused, 4, "the in-flight cap")
			assert.NotZero(t, refused)

			r.probe(nodes[0], "acme") // nothing is fixed yet
			r.checked("acme", append(map[int][]store.CheckKind{0: nil, 1: {store.CheckTrial}}[c.trial], store.CheckProbe)...)
			r.quietButHeld()
			assert.Len(t, r.sim.Creates(key), refused+c.trial, "only a trial asks again")
			r.untilHeld("acme", string(c.cause))

			c.fix(r.sim, key)
			r.probe(nodes[1], "acme")
			for i := range waiting {
				e := r.state(fmt.Sprintf("acme_%02d", i), "sent")
				assert.LessOrEqual(t, e.Attempts, 2+c.trial)
			}
			r.untilHeld("acme", "")
			r.sentInOrder(key, waiting)

			history := r.holds("acme")
			require.Len(t, history, 1)
			assert.Equal(t, c.cause, history[0].Cause)
			assert.Equal(t, refused+c.trial, history[0].Refused)
			assert.Equal(t, query.HoldAccepted, *history[0].Ended)
		})
	}
}

// sentInOrder checks that all arrived, none twice, in the order of their interviews but for those that go at once, and that none
// was ever a failure.
func (r *rig) sentInOrder(key string, n int) {
	r.t.Helper()
	var order []int
	for _, c := range r.sim.Candidates(key) {
		var at int
		_, err := fmt.Sscanf(c.ExternalID, "cand_acme_%d", &at)
		require.NoError(r.t, err)
		order = append(order, at)
	}
	require.Len(r.t, order, n)
	for i, at := range order {
		assert.InDelta(r.t, i, at, 8, "those that were refused go last among their like, and four go at once: %v", order)
	}
	var failed, dead int
	require.NoError(r.t, r.watch.QueryRow(r.t.Context(), `
		SELECT count(*) FILTER (WHERE failures > 0 OR first_failed_at IS NOT NULL), count(*) FILTER (WHERE state <> 'sent') FROM ghexport.exports`).
		Scan(&failed, &dead))
	assert.Zero(r.t, failed, "a hold counts as no failure")
	assert.Zero(r.t, dead)
}

// The one who left is found before the next interview is: nothing is sent in this test, and only reads are made.
func TestHold_TheDailyLookFindsADeactivatedUser(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.company("fine")
	n := r.start()
	due, err := r.store.DueProbes(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, due, "they have just been tested")
	r.sim.DisableUser(key, createdBy)
	r.sim.ChangeUser(key, createdBy, func(u *greenhousesim.User) { u.Name = "Ron B. Weasley" })
	r.sql("UPDATE ghexport.integrations SET check_at = clock_timestamp()") // a day later
	r.looks(n)
	r.untilHeld("acme", "auth.rejected")
	r.checked("fine", store.CheckDaily)
	assert.Len(t, r.sim.Requests(), 2, "one look a company")
	assert.Empty(t, r.sim.Creates(""))
	r.untilHeld("fine", "")

	facts, err := r.store.HoldFacts(t.Context(), "acme")
	words := wording.OfHold(facts)
	require.NoError(t, err)
	assert.Contains(t, words.Why, "Ron Weasley ("+createdBy+") was deactivated")
	assert.Equal(t, "Unauthorized", words.Says)

	r.sim.EnableUser(key, createdBy)
	r.probe(n, "acme")
	r.untilHeld("acme", "")
	i, err := r.store.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, "Ron B. Weasley", *i.CreatedByName, "what the user is called now")
	r.enqueue(result("acme", "iv"))
	r.state("iv", "sent")
}

// A tenth of the budget is kept for looks: a company that sends all it may is still looked at, and the sum stays within the limit.
func TestHold_LooksHaveATenthOfTheBudget(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	r.sql("INSERT INTO ghexport.budgets (credential, limit_, window_length, window_end, phase_known, spent) VALUES ($1, 20, '1 hour', clock_timestamp() + '1 hour', true, 18)", r.digests.Key(key))
	n := r.start()
	r.enqueue(result("acme", "iv"))
	r.state("iv", "pending")
	for range 2 {
		r.sql("UPDATE ghexport.integrations SET check_at = clock_timestamp()")
		r.looks(n)
		r.quietButHeld()
	}
	r.checked("acme", store.CheckDaily, store.CheckDaily)
	r.sql("UPDATE ghexport.integrations SET check_at = clock_timestamp()")
	r.looks(n)
	r.quietButHeld()
	assert.Len(t, r.sim.Requests(), 2, "the third look found nothing left and was put off")
	var soon bool
	require.NoError(t, r.watch.QueryRow(t.Context(), "SELECT check_at < clock_timestamp() + '20 s' FROM ghexport.integrations").Scan(&soon))
	assert.True(t, soon)
	assert.Equal(t, "pending", r.state("iv", "pending").State, "what is kept for looks is not for exports")
}

// An answer counts for the credential it was made with, and for the time after the last release.
func TestHold_LateRefusals(t *testing.T) {
	t.Parallel()

	t.Run("OfTheOldKeyDoNotHoldTheNew", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		old := r.company("acme")
		r.start()
		r.sim.Plan(greenhousesim.Fault{Account: old, Status: 401, Delay: 700 * time.Millisecond})
		r.enqueue(result("acme", "iv"))
		require.NoError(t, r.sim.WaitForRequests(r.deadline(patience), 1))
		fresh := r.company("acme", func(a *greenhousesim.Account) { a.Name = "acme's new key" })
		e := r.state("iv", "sent")
		assert.Equal(t, 2, e.Attempts)
		assert.Empty(t, r.holds("acme"), "the old key's 401 came after the swap")
		assert.Equal(t, 1, r.sim.CountCandidates(fresh))
	})

	t.Run("FromBeforeTheReleaseDoNotHoldAgain", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		n := r.start()
		r.sim.Plan(
			greenhousesim.Fault{Account: key, ExternalID: "cand_slow", Status: 401, Delay: 1500 * time.Millisecond},
			greenhousesim.Fault{Account: key, ExternalID: "cand_fast", Status: 401})
		r.enqueue(result("acme", "slow"))
		require.NoError(t, r.sim.WaitForRequests(r.deadline(patience), 1))
		r.enqueue(result("acme", "fast"))
		r.untilHeld("acme", "auth.rejected")
		r.probe(n, "acme")
		r.state("fast", "sent")
		r.state("slow", "sent")
		require.Len(t, r.holds("acme"), 1)
		assert.Equal(t, 1, r.holds("acme")[0].Refused)
	})
}

// Neither kind of hold reaches another company, nor is anything lost where one is disabled, paused or stopped while it is held.
func TestHold_WhileTurnedOffAndOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme")
	n := r.start()
	r.sim.RevokeKey(key)
	r.enqueue(result("acme", "iv"))
	r.untilHeld("acme", "auth.rejected")
	_, err := r.store.Disable(t.Context(), "acme", somebody)
	require.NoError(t, err)
	r.sql("UPDATE ghexport.integrations SET probe_at = clock_timestamp()")
	due, err := r.store.DueProbes(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, due, "nobody asks about a company that is off")
	r.sim.RestoreKey(key)
	_, err = r.store.Enable(t.Context(), "acme", store.WaitingSend, somebody)
	require.NoError(t, err)
	r.untilHeld("acme", "auth.rejected")
	r.looks(n) // it is due at once
	r.state("iv", "sent")
}

// What is said of a refusal follows from what was asked and what worked, not from reading Greenhouse's words.
func TestHold_Words(t *testing.T) {
	t.Parallel()
	said := func(r *rig, org string) wording.Hold {
		t.Helper()
		facts, err := r.store.HoldFacts(r.t.Context(), org)
		words := wording.OfHold(facts)
		require.NoError(r.t, err)
		require.NotNil(r.t, words)
		return *words
	}

	t.Run("NameTheMissingRight", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.sim.SetProspects(key, false)
		r.enqueue(result("acme", "iv"))
		r.untilHeld("acme", "permission.denied")
		words := said(r, "acme")
		assert.Equal(t, "You do not have permission to do this.", words.Says)
		assert.Contains(t, words.Why, "The missing right is to add prospects")
		assert.Contains(t, words.What, "does not let Ron Weasley")
		assert.NotEmpty(t, words.Do)
		r.sql("UPDATE ghexport.integrations SET mode = 'candidate'")
		assert.Contains(t, said(r, "acme").Why, "The missing right is access to the job")
	})

	t.Run("TellThatEvenReadingIsRefused", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		n := r.start()
		r.sim.Plan(greenhousesim.Fault{Account: key, On: "*", Times: -1, Status: 403})
		r.sql("UPDATE ghexport.integrations SET check_at = clock_timestamp()")
		r.looks(n)
		r.untilHeld("acme", "permission.denied")
		assert.Contains(t, said(r, "acme").Why, "Even reading is refused")
	})

	t.Run("ProveThatItIsTheUser", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme", func(a *greenhousesim.Account) {
			a.Users = append(a.Users, greenhousesim.User{Email: "kim@acme.example", Name: "Kim"})
		})
		n := r.start()
		r.sim.DisableUser(key, createdBy)
		r.enqueue(result("acme", "iv"))
		r.untilHeld("acme", "auth.rejected")
		words := said(r, "acme")
		assert.False(t, words.Proven)
		assert.Contains(t, words.Why, "Greenhouse does not say which")
		require.NoError(t, r.store.AddTest(t.Context(), store.TestedCredential{
			OrgID: "acme", KeyDigest: r.digests.Key(key), KeyLast5: seal.Last5(key), CreatedBy: "kim@acme.example", Answer: store.CheckAccepted, Status: 200,
		}))
		words = said(r, "acme")
		assert.True(t, words.Proven)
		assert.Contains(t, words.Why, "It is the user: the same key is accepted with kim@acme.example")
		n.stop()
	})

	t.Run("ProveThatItIsTheKey", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.sim.RevokeKey(key)
		r.enqueue(result("acme", "iv"))
		r.untilHeld("acme", "auth.rejected")
		require.NoError(t, r.store.AddTest(t.Context(), store.TestedCredential{
			OrgID: "acme", KeyDigest: r.digests.Key("a-new-key-12345"), KeyLast5: "12345", CreatedBy: "Recruiting@acme.example", Answer: store.CheckAccepted, Status: 200,
		}))
		words := said(r, "acme")
		assert.True(t, words.Proven)
		assert.Contains(t, words.Why, "It is the key …"+seal.Last5(key))
	})

	t.Run("KeepOneCompanysUserFromAnother", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		key := r.company("acme")
		r.start()
		r.sim.RevokeKey(key)
		r.enqueue(result("acme", "iv"))
		r.untilHeld("acme", "auth.rejected")
		require.NoError(t, r.store.AddTest(t.Context(), store.TestedCredential{
			OrgID: "globex", KeyDigest: r.digests.Key(key), CreatedBy: "boss@globex.example", Answer: store.CheckAccepted, Status: 200,
		}))
		words := said(r, "acme")
		assert.True(t, words.Proven, "companies of one Greenhouse organisation may share a key")
		text, err := json.Marshal(words)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "globex")
	})

	t.Run("SaySomethingOfEveryCause", func(t *testing.T) {
		t.Parallel()
		for _, cause := range ledger.HoldCauses {
			words := wording.OfHold(&ledger.HoldFacts{Cause: cause})
			assert.NotEmpty(t, words.What, cause)
			assert.NotEmpty(t, words.Why, cause)
			assert.NotEmpty(t, words.Staff, cause)
			assert.NotNil(t, words.Do, cause)
		}
	})

	t.Run("NoneForACompanyThatMaySend", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.company("acme")
		facts, err := r.store.HoldFacts(t.Context(), "acme")
		words := wording.OfHold(facts)
		require.NoError(t, err)
		assert.Nil(t, words)
		assert.Equal(t, ledger.CauseOff, said(r, "nobody").Cause)
	})
}

// The sealed key of one company, copied to another's row, sends nothing there: that company is held and we are told, the others go
// on, and it ends by itself when its own key is back.
func TestHold_AKeyCopiedFromAnotherCompany(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	acme, globex := r.company("acme"), r.company("globex")
	n := r.start()
	r.sql("CREATE TABLE public.backup AS SELECT sealed_key FROM ghexport.integrations WHERE org_id = 'globex'")
	r.sql("UPDATE ghexport.integrations SET sealed_key = (SELECT sealed_key FROM ghexport.integrations WHERE org_id = 'acme') WHERE org_id = 'globex'")
	r.enqueue(result("globex", "stolen"))
	r.untilHeld("globex", "decrypt.failed")
	r.enqueue(result("acme", "fine"))
	r.state("fine", "sent")
	assert.Equal(t, 1, r.sim.CountCandidates(acme), "its key was used for its own alone")
	assert.Len(t, r.sim.Requests(), 1)
	assert.NoError(t, n.worker.Ready(), "the node is well")
	assert.NotEmpty(t, r.logs.FilterMessage("a company's stored key does not open, and it is held").All())
	facts, err := health.In(r.store).Health(t.Context())
	require.NoError(t, err)
	h := wording.OfHealth(facts)
	assert.Contains(t, fmt.Sprint(h.Problems), "decrypt.failed")
	require.Len(t, r.holds("globex"), 1)
	assert.Equal(t, ledger.CauseDecryptFailed, r.holds("globex")[0].Cause)

	r.probe(n, "globex")
	r.checked("globex", store.CheckProbe)
	r.untilHeld("globex", "decrypt.failed")
	r.sql("UPDATE ghexport.integrations SET sealed_key = (SELECT sealed_key FROM public.backup) WHERE org_id = 'globex'")
	r.probe(n, "globex")
	r.state("stolen", "sent")
	assert.Equal(t, 1, r.sim.CountCandidates(globex))
	assert.Equal(t, query.HoldAccepted, *r.holds("globex")[0].Ended)
}
