package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func named(t *testing.T, candidate, application int64) store.Profile {
	t.Helper()
	p, err := store.ParseProfileURL(fmt.Sprintf("https://app.greenhouse.io/people/%d?application_id=%d", candidate, application), false)
	require.NoError(t, err)
	return p
}

func (d *db) doubt(candidate string) int64 {
	d.t.Helper()
	return d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown, Candidate: candidate})
}

// ids are the profile that the ledger has for an export.
func (d *db) profile(id int64) [2]int64 {
	d.t.Helper()
	return [2]int64{
		one[int64](d, "SELECT coalesce(greenhouse_candidate_id, 0) FROM ghexport.exports WHERE id = $1", id),
		one[int64](d, "SELECT coalesce(greenhouse_application_id, 0) FROM ghexport.exports WHERE id = $1", id),
	}
}

func refusal(t *testing.T, err error) string {
	t.Helper()
	var refused *store.RefusedError
	require.ErrorAs(t, err, &refused)
	return refused.Because
}

func TestResolvePresent_OneProfileOneCandidate(t *testing.T) {
	t.Parallel()

	t.Run("RefusesAnotherCandidates", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		answered := d.export(fixture{State: ledger.StateSent, Candidate: "grace"})
		d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 17 WHERE id = $1", answered)
		doubt := d.doubt("ada")
		assert.Contains(t, refusal(t, d.MayBePresent(t.Context(), doubt, named(t, 17, 19))), fmt.Sprintf("that of export %d", answered))
		because := refusal(t, d.ResolvePresent(t.Context(), doubt, named(t, 17, 19), kim))
		assert.Equal(t, fmt.Sprintf("the profile is that of export %d, which is another candidate's", answered), because)
		assert.Equal(t, ledger.StateUnknown, d.ledger(doubt).State)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.audit"))
		require.NoError(t, d.ResolvePresent(t.Context(), doubt, named(t, 18, 19), kim))
	})

	t.Run("GoesByIDAndByEmail", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		first := d.doubt("ada")
		require.NoError(t, d.ResolvePresent(t.Context(), first, named(t, 17, 19), kim))
		require.NoError(t, d.ResolvePresent(t.Context(), d.doubt("ada"), named(t, 17, 20), kim), "the same candidate")
		sameEmail := d.doubt("ada2")
		d.exec("UPDATE ghexport.exports SET email_digest = (SELECT email_digest FROM ghexport.exports WHERE id = $2) WHERE id = $1", sameEmail, first)
		require.NoError(t, d.ResolvePresent(t.Context(), sameEmail, named(t, 17, 21), kim), "the same person under another id")
		elsewhere := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown, Candidate: "alan", Org: "other"})
		require.NoError(t, d.ResolvePresent(t.Context(), elsewhere, named(t, 17, 19), kim), "another company has its own Greenhouse")
		nobody := d.doubt("x")
		d.exec("UPDATE ghexport.exports SET candidate_digest = NULL, email_digest = NULL WHERE id = $1", nobody)
		assert.Contains(t, refusal(t, d.ResolvePresent(t.Context(), nobody, named(t, 17, 19), kim)), "another candidate's")
	})

	t.Run("WhateverTheTiming", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		const people = 6
		var exports []int64
		for n := range people {
			exports = append(exports, d.doubt(fmt.Sprintf("cand %d", n)))
		}
		errs := make([]error, people)
		var all sync.WaitGroup
		for n, id := range exports {
			all.Go(func() { errs[n] = d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				assert.Contains(t, refusal(t, err), "another candidate's")
			}
		}
		assert.Equal(t, 1, won)
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.exports WHERE greenhouse_candidate_id = 17"))
	})
}

func TestResolve_TakesAWordBack(t *testing.T) {
	t.Parallel()

	t.Run("UnderAnotherProfile", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.doubt("ada")
		require.NoError(t, d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim))
		assert.Contains(t, refusal(t, d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim)), "under this profile before")
		bare, err := store.ParseProfileURL("https://app.greenhouse.io/people/18", false)
		require.NoError(t, err)
		require.NoError(t, d.ResolvePresent(t.Context(), id, bare, kim))
		assert.Equal(t, [2]int64{18, 0}, d.profile(id), "nothing of the other profile stays")
		require.NoError(t, d.ResolvePresent(t.Context(), d.doubt("grace"), named(t, 17, 19), kim), "the first one is free again")
		trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{ExportID: id})
		require.NoError(t, err)
		require.Len(t, trail, 2)
		assert.Contains(t, string(trail[0].Detail), `"from": "sent"`)
		shown, err := query.In(d.Store).Show(t.Context(), id)
		require.NoError(t, err)
		assert.True(t, shown.ByWord)
		assert.Equal(t, []ledger.Verb{ledger.VerbPresent, ledger.VerbAbsent}, ledger.Allowed(shown.Ledger()))
	})

	t.Run("AsAbsent", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.doubt("ada")
		require.NoError(t, d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim))
		got, err := d.ResolveAbsent(t.Context(), ids(id))
		require.NoError(t, err)
		assert.Equal(t, []int64{id}, got.Done)
		assert.Equal(t, standings{State: ledger.StatePending, Due: true, Flags: []string{}}, d.ledger(id))
		assert.Equal(t, [2]int64{}, d.profile(id))
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.presences"))
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.exports WHERE sent_at IS NOT NULL OR profile_url IS NOT NULL"))
	})

	t.Run("NotAsAbsentOnceTheCandidateIsThereOtherwise", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.doubt("ada")
		require.NoError(t, d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim))
		d.export(fixture{State: ledger.StateSent, Candidate: "ada"})
		got, err := d.ResolveAbsent(t.Context(), ids(id))
		require.NoError(t, err)
		require.Len(t, got.Refused, 1)
		assert.Contains(t, got.Refused[0].Because, "another export of the same candidate")
	})

	t.Run("NotWhatGreenhouseAnswered", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		id := d.export(fixture{State: ledger.StateSent})
		d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 17 WHERE id = $1", id)
		assert.Contains(t, refusal(t, d.ResolvePresent(t.Context(), id, named(t, 18, 19), kim)), "by a person's word")
		got, err := d.ResolveAbsent(t.Context(), ids(id))
		require.NoError(t, err)
		assert.Len(t, got.Refused, 1)
		assert.Equal(t, [2]int64{17, 0}, d.profile(id))
	})

	// A late answer with the same candidate confirms; one with another leaves only the choice of a profile.
	for name, c := range map[string]struct {
		answer int64
		want   []ledger.Verb
	}{"NotOnceAnAnswerConfirms": {17, nil}, "NorAsAbsentOnceAnAnswerDiffers": {23, []ledger.Verb{ledger.VerbPresent}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			id := d.doubt("ada")
			d.silent(id, 0)
			require.NoError(t, d.ResolvePresent(t.Context(), id, named(t, 17, 19), kim))
			token := one[uuid.UUID](d, "SELECT attempt FROM ghexport.exports WHERE id = $1", id)
			settled, err := d.Settle(t.Context(), store.Settle{ExportID: id, Token: token, OrgID: "acme", Outcome: ledger.OutcomeSent, CandidateID: c.answer})
			require.NoError(t, err)
			assert.True(t, settled.Late)
			shown, err := query.In(d.Store).Show(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, c.want, ledger.Allowed(shown.Ledger()))
			assert.Equal(t, c.answer != 17, shown.ByWord)
		})
	}
}
