package worker

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

// looked counts how often Greenhouse was asked for a candidate.
func (r *rig) looked() (n int) {
	for _, request := range r.sim.Requests() {
		if request.Method == http.MethodGet && strings.Contains(request.Path, "candidate_ids=") {
			n++
		}
	}
	return n
}

func found(t *testing.T, address string) store.Profile {
	t.Helper()
	p, err := store.ParseProfileURL(address, true)
	require.NoError(t, err)
	return p
}

// Two exports of unknown outcome, whose candidates are both in Greenhouse: whose a profile is, Greenhouse can tell.
func TestPresent_ComparesWithGreenhouse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	key := r.company("acme", func(a *greenhousesim.Account) { a.Users[0].CanManageUnattachedProspects = true })
	r.sim.Plan(greenhousesim.Fault{Times: 2, Cut: greenhousesim.CutAfter})
	r.start()
	r.enqueue(result("acme", "iv_1"), result("acme", "iv_2"))
	first, second := r.state("iv_1", "unknown"), r.state("iv_2", "unknown")
	there := map[string]greenhousesim.Candidate{}
	for _, c := range r.sim.Candidates(key) {
		there[c.ExternalID] = c
	}
	one, two := there["cand_iv_1"], there["cand_iv_2"]
	page := func(c greenhousesim.Candidate, application int64) store.Profile {
		return found(t, fmt.Sprintf("https://app.greenhouse.io/people/%d?application_id=%d", c.ID, application))
	}
	c := r.connections()

	_, err := c.Present(t.Context(), first.ID, page(two, two.ApplicationID), false, mia)
	var mismatch *store.MismatchError
	require.ErrorAs(t, err, &mismatch)
	assert.Contains(t, mismatch.Because, "under another external_id")
	assert.NotContains(t, err.Error(), "cand_iv")
	_, err = c.Present(t.Context(), first.ID, page(one, two.ApplicationID), false, mia)
	require.ErrorAs(t, err, &mismatch)
	assert.Contains(t, mismatch.Because, fmt.Sprintf("application %d is none", two.ApplicationID))
	assert.Equal(t, "unknown", r.state("iv_1", "unknown").State)
	assert.Equal(t, 2, r.looked())

	compared, err := c.Present(t.Context(), first.ID, page(one, one.ApplicationID), false, mia)
	require.NoError(t, err)
	assert.Equal(t, store.ComparedSame, compared)
	_, err = c.Present(t.Context(), second.ID, page(one, one.ApplicationID), true, mia)
	var refused *store.RefusedError
	require.ErrorAs(t, err, &refused, "what another candidate has, nobody can insist on")
	assert.Equal(t, 3, r.looked(), "nor costs it a request")

	stranger := page(two, two.ApplicationID)
	r.sim.EditCandidate(two.ID, func(c *greenhousesim.Candidate) { c.ExternalID = "somebody" })
	_, err = c.Present(t.Context(), second.ID, stranger, false, mia)
	require.ErrorAs(t, err, &mismatch)
	compared, err = c.Present(t.Context(), second.ID, stranger, true, mia)
	require.NoError(t, err)
	assert.Equal(t, store.ComparedOther, compared)
	trail, err := query.In(r.store).AuditTrail(t.Context(), query.AuditFilter{ExportID: second.ID})
	require.NoError(t, err)
	require.NotEmpty(t, trail)
	assert.Contains(t, string(trail[0].Detail), `"compared": "other"`)
}

// Where Greenhouse does not say whose a profile is, a person's word counts, and the trail tells that it was only that.
func TestPresent_WhereGreenhouseDoesNotSay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		with func(r *rig, key string, id int64)
		want store.Compared
	}{
		"NotShown": {func(r *rig, _ string, id int64) { r.sim.DeleteCandidate(id) }, store.ComparedNotShown},
		"NoExternalID": {func(r *rig, _ string, id int64) {
			r.sim.EditCandidate(id, func(c *greenhousesim.Candidate) { c.ExternalID = "" })
		}, store.ComparedNone},
		"Erased": {func(r *rig, _ string, _ int64) {
			r.sql("UPDATE ghexport.exports SET erased_at = now(), candidate_id = 'erased'")
		}, store.ComparedNone},
		"MayNotRead": {func(r *rig, key string, _ int64) {
			r.sim.ChangeUser(key, createdBy, func(u *greenhousesim.User) { u.Level = greenhousesim.Basic })
		}, store.ComparedNot},
		"KeyRefused": {func(r *rig, key string, _ int64) { r.sim.RevokeKey(key) }, store.ComparedNot},
		"BudgetSpent": {func(r *rig, _ string, _ int64) {
			r.sql("UPDATE ghexport.budgets SET blocked_until = now() + interval '1 hour'")
		}, store.ComparedNot},
		"NoKey": {func(r *rig, _ string, _ int64) {
			r.sql("UPDATE ghexport.integrations SET sealed_key = NULL, key_last5 = NULL, key_digest = NULL")
		}, store.ComparedNot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			key := r.company("acme", func(a *greenhousesim.Account) { a.Users[0].CanManageUnattachedProspects = true })
			r.sim.Plan(greenhousesim.Fault{Cut: greenhousesim.CutAfter})
			n := r.start()
			r.enqueue(result("acme", "iv_1"))
			doubt := r.state("iv_1", "unknown")
			n.stop()
			id := r.sim.Candidates(key)[0].ID
			c.with(r, key, id)
			compared, err := r.connections().Present(t.Context(), doubt.ID, found(t, fmt.Sprintf("https://app.greenhouse.io/people/%d", id)), false, mia)
			require.NoError(t, err)
			assert.Equal(t, c.want, compared)
			assert.Equal(t, id, *r.state("iv_1", "sent").CandidateID)
		})
	}
}
