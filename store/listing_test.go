package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/search"
)

func TestList(t *testing.T) {
	t.Parallel()
	d := setup(t)
	var all []int64
	for range 7 {
		all = append(all, d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug}))
	}
	other := d.export(fixture{State: ledger.StateSent, Org: "other"})
	list := func(f store.Filter) (ids []int64, newer, older bool) {
		page, err := query.In(d.Store).List(t.Context(), f, 3)
		require.NoError(t, err)
		for _, row := range page.Rows {
			ids = append(ids, row.ID)
		}
		return ids, page.Newer, page.Older
	}
	for name, c := range map[string]struct {
		filter       store.Filter
		want         []int64
		newer, older bool
	}{
		"Newest":       {store.Filter{State: ledger.StateDead}, []int64{all[6], all[5], all[4]}, false, true},
		"Older":        {store.Filter{State: ledger.StateDead, AfterID: all[4]}, []int64{all[3], all[2], all[1]}, true, true},
		"Oldest":       {store.Filter{State: ledger.StateDead, AfterID: all[1]}, []int64{all[0]}, true, false},
		"Back":         {store.Filter{State: ledger.StateDead, BeforeID: all[0]}, []int64{all[3], all[2], all[1]}, true, true},
		"BackToNewest": {store.Filter{State: ledger.StateDead, BeforeID: all[3]}, []int64{all[6], all[5], all[4]}, false, true},
		"Company":      {store.Filter{Org: "other"}, []int64{other}, false, false},
		"Until":        {store.Filter{Until: time.Now().Add(-time.Hour)}, nil, false, false},
		"Range":        {store.Filter{Org: "other", Since: time.Now().Add(-time.Hour), Until: time.Now().Add(time.Hour)}, []int64{other}, false, false},
	} {
		ids, newer, older := list(c.filter)
		assert.Equal(t, c.want, ids, name)
		assert.Equal(t, c.newer, newer, name)
		assert.Equal(t, c.older, older, name)
	}

	counts, err := query.In(d.Store).CountStates(t.Context(), "", ledger.StateDead, ledger.StateSent, ledger.StateUnknown)
	require.NoError(t, err)
	assert.Equal(t, []query.StateCount{{State: ledger.StateDead, Count: 7}, {State: ledger.StateSent, Count: 1}, {State: ledger.StateUnknown}}, counts)
	counts, err = query.In(d.Store).CountStates(t.Context(), "acme", ledger.States...)
	require.NoError(t, err)
	for _, c := range counts {
		assert.Equal(t, c.State == ledger.StateDead, c.Count > 0, c.State)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	d := setup(t)
	ada := d.export(fixture{State: ledger.StateSent, Interview: "iv_1/A", Candidate: "cand_ada"})
	kid := d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug, Interview: "iv_12", Candidate: "kid"})
	far := d.export(fixture{State: ledger.StateSent, Org: "other", Interview: "iv_1", Candidate: "far"})
	d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 777 WHERE id = $1", ada)
	d.exec("UPDATE ghexport.bodies SET first_name = 'Kid', last_name = 'Őry' WHERE interview_id = 'iv_12'")
	find := func(q search.Search) search.Found {
		q.By = kim
		found, err := search.In(d.Store).Find(t.Context(), q)
		require.NoError(t, err)
		return found
	}
	for name, c := range map[string]struct {
		search  search.Search
		want    []int64
		persons bool // it looked for people
	}{
		"PartOfAnInterview":  {search.Search{Text: " IV_1 "}, []int64{far, kid, ada}, false},
		"PercentIsNoPattern": {search.Search{Text: "iv_1%"}, []int64{}, false},
		"Candidate":          {search.Search{Text: "_ADA"}, []int64{ada}, false},
		"GreenhousesNumber":  {search.Search{Text: "777"}, []int64{ada}, false},
		"AmongTheFilter":     {search.Search{Text: "iv", Filter: store.Filter{State: ledger.StateDead}}, []int64{kid}, false},
		"OfACompany":         {search.Search{Text: "iv_1", Filter: store.Filter{Org: "other"}}, []int64{far}, false},
		"Email":              {search.Search{Text: "x@y", EmailDigest: []byte("kid@"), People: true}, []int64{kid}, true},
		"EmailOfNobodyHere":  {search.Search{Text: "x@y", EmailDigest: []byte("kid@"), People: true, Filter: store.Filter{Org: "other"}}, []int64{}, true},
		"NotPeople":          {search.Search{Text: "x@y", EmailDigest: []byte("kid@")}, []int64{}, false},
		"Name":               {search.Search{Text: "kid őry", People: true, Filter: store.Filter{Org: "acme"}}, []int64{kid}, true},
		"NameOfNoCompany":    {search.Search{Text: "kid őry", People: true}, []int64{}, false},
		"NameNotAsked":       {search.Search{Text: "kid őry", Filter: store.Filter{Org: "acme"}}, []int64{}, false},
	} {
		found := find(c.search)
		assert.Equal(t, c.want, found.IDs, name)
		assert.Equal(t, c.persons, found.People, name)
		assert.False(t, found.Cut, name)
	}
	byNumber := find(search.Search{Text: strconv.FormatInt(ada, 10), Filter: store.Filter{IDs: []int64{ada}}})
	assert.Equal(t, []int64{ada}, byNumber.IDs)

	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: "search people"})
	require.NoError(t, err)
	assert.Len(t, trail, 3, "each search for people, and no other")
	for _, entry := range trail {
		assert.NotContains(t, string(entry.Detail), "őry")
		assert.NotContains(t, string(entry.Detail), "x@y")
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	d := setup(t)
	id := d.export(fixture{State: ledger.StateSent})
	nobody := d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionNo})
	person, err := search.In(d.Store).Reveal(t.Context(), id, kim)
	require.NoError(t, err)
	assert.Equal(t, "Ada Lovelace", person.Name())
	assert.Equal(t, "Ada", search.Candidate{FirstName: "Ada", LastName: "-"}.Name())
	assert.Equal(t, "the note", person.Note)
	_, err = search.In(d.Store).Reveal(t.Context(), nobody, kim)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = search.In(d.Store).Reveal(t.Context(), id, store.By{})
	require.Error(t, err, "nobody looks namelessly")
	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: "reveal"})
	require.NoError(t, err)
	require.Len(t, trail, 1)
	assert.Equal(t, id, *trail[0].ExportID)
	assert.Equal(t, "kim", trail[0].Actor)
	assert.JSONEq(t, `{}`, string(trail[0].Detail))

	people, err := search.In(d.Store).Candidates(t.Context(), []int64{id, nobody, 4711})
	require.NoError(t, err)
	assert.Equal(t, map[int64]search.Candidate{id: person}, people)

	assert.Nil(t, person.Answer)
	d.exec("INSERT INTO ghexport.answers (body_id, attempt, words) SELECT body_id, attempt, 'no, Ada' FROM ghexport.exports WHERE id = $1", id)
	person, err = search.In(d.Store).Reveal(t.Context(), id, kim)
	require.NoError(t, err)
	require.NotNil(t, person.Answer)
	assert.Equal(t, "no, Ada", person.Answer.Words)
	people, err = search.In(d.Store).Candidates(t.Context(), []int64{id})
	require.NoError(t, err)
	assert.Nil(t, people[id].Answer, "a list never shows it")
}

func TestDecisions(t *testing.T) {
	t.Parallel()
	d := setup(t)
	first := d.export(fixture{State: ledger.StateSent, Candidate: "same"})
	d.exec("UPDATE ghexport.exports SET profile_url = 'https://app.greenhouse.io/people/7' WHERE id = $1", first)
	second := d.export(fixture{State: ledger.StateDuplicate, Cause: ledger.CauseDuplicatePossible, Candidate: "same"})
	doubt := d.export(fixture{State: ledger.StateUnknown, Cause: ledger.CauseOutcomeUnknown, Org: "other"})
	d.silent(doubt, time.Second)
	d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})

	list, more, err := query.In(d.Store).Decisions(t.Context(), store.Filter{}, 2)
	require.NoError(t, err)
	assert.False(t, more)
	require.Len(t, list, 2)
	assert.Equal(t, second, list[0].ID)
	require.Len(t, list[0].Siblings, 1)
	assert.Equal(t, first, list[0].Siblings[0].ID)
	assert.Equal(t, "https://app.greenhouse.io/people/7", *list[0].Siblings[0].ProfileURL)
	assert.True(t, list[0].Siblings[0].SameID)
	assert.Nil(t, list[0].Unsettled)
	assert.Equal(t, doubt, list[1].ID)
	assert.NotNil(t, list[1].Unsettled, "its worker may still tell")
	assert.Empty(t, list[1].Siblings)

	for name, c := range map[string]struct {
		filter store.Filter
		want   int64
		more   bool
	}{
		"State":    {store.Filter{State: ledger.StateUnknown}, doubt, false},
		"Company":  {store.Filter{Org: "acme"}, second, false},
		"NextPage": {store.Filter{BeforeID: second}, doubt, false},
		"Cut":      {store.Filter{}, second, true},
	} {
		list, more, err := query.In(d.Store).Decisions(t.Context(), c.filter, 1)
		require.NoError(t, err)
		require.Len(t, list, 1, name)
		assert.Equal(t, c.want, list[0].ID, name)
		assert.Equal(t, c.more, more, name)
	}
	own, err := query.In(d.Store).OfCompany(t.Context(), "acme", []int64{doubt, second, first, 4711})
	require.NoError(t, err)
	assert.Equal(t, []int64{first, second}, own)
}
