package store_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

func TestSettings_Apply(t *testing.T) {
	t.Parallel()
	pool, other, stage, none, empty := int64(5), int64(6), int64(51), int64(0), ""
	zone, fixed, zero := "America/New_York", "fixed", store.Person{}
	zoe := store.Person{Email: "zoe@acme.example", FirstName: "Zoe", LastName: "Roe"}
	have := store.InitialChoices()
	have.PoolID, have.PoolStageID, have.TimeZone, have.Credit, have.CreditTo = &pool, &stage, &zone, fixed, &zoe
	apply := func(p store.Settings) store.Choices {
		t.Helper()
		after, err := p.Apply(have, "lee@acme.example")
		require.NoError(t, err)
		return after
	}
	assert.Equal(t, have, apply(store.Settings{}), "nothing asked, nothing changed")
	assert.Nil(t, apply(store.Settings{PoolID: &other}).PoolStageID, "it was a stage of another pool")
	assert.Equal(t, &stage, apply(store.Settings{PoolID: &pool}).PoolStageID)
	cleared := apply(store.Settings{PoolID: &none, TimeZone: &empty, JobMap: map[string]int64{}, NoticeEmails: []string{}})
	assert.Nil(t, cleared.PoolID)
	assert.Nil(t, cleared.TimeZone)
	assert.Equal(t, []string{"Mia@acme.example"}, apply(store.Settings{NoticeEmails: []string{" Mia@acme.example", "mia@acme.example"}}).NoticeEmails)

	_, err := store.Settings{CreditTo: &zero, PoolStageID: &stage, PoolID: &none, NoticeEmails: []string{"LEE@acme.example"}}.Apply(have, "lee@acme.example")
	var fields []string
	for _, wrong := range store.SettingErrors(err) {
		fields = append(fields, wrong.Field)
	}
	assert.Equal(t, []string{"credit_to", "prospect_pool_stage_id", "notice_emails"}, fields)
	for _, person := range []store.Person{
		{Email: "zoe@acme.example"}, {Email: "zoe", FirstName: "Zoe", LastName: "Roe"}, {Email: zoe.Email, FirstName: " ", LastName: "Roe"},
		{Email: zoe.Email, FirstName: "Zoe\x00", LastName: "Roe"},
	} {
		_, err := store.Settings{CreditTo: &person}.Apply(have, "")
		assert.Error(t, err, "%q", person)
	}
}

func TestSettings_ReadsAddressesAsPasted(t *testing.T) {
	t.Parallel()
	to := store.Person{Email: "<mailto:zoe@acme.example>", FirstName: "Zoe", LastName: "Roe"}
	after, err := store.Settings{CreditTo: &to, NoticeEmails: []string{"Mia Roe <mia@acme.example>", "mia@acme.example.\u200b", "mia@bücher.example", "mia@xn--bcher-kva.example"}}.
		Apply(store.InitialChoices(), "")
	require.NoError(t, err)
	assert.Equal(t, "zoe@acme.example", after.CreditTo.Email)
	assert.Equal(t, []string{"mia@acme.example", "mia@bücher.example"}, after.NoticeEmails)
	for _, wrong := range []string{"mia@acme\u200b.example", "a@acme.example, b@acme.example", "\u200b"} {
		_, err = store.Settings{NoticeEmails: []string{wrong}}.Apply(store.InitialChoices(), "")
		assert.Error(t, err, "%q", wrong)
	}
	_, err = store.Settings{NoticeEmails: []string{"lee@acme.example."}}.Apply(store.InitialChoices(), "lee@acme.example")
	assert.Error(t, err, "a shorter spelling of created-by is the same person")
}

// A company's zone comes from the list that messages' come from, and not from what one machine knows.
func TestSettings_TimeZone(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"localtime", "Local", "posixrules", "right/UTC", "america/new_york", "posix/UTC"} {
		_, err := store.Settings{TimeZone: &zone}.Apply(store.InitialChoices(), "")
		assert.Error(t, err, zone)
	}
	for _, zone := range []string{"America/New_York", "UTC", "Etc/GMT+3", ""} {
		_, err := store.Settings{TimeZone: &zone}.Apply(store.InitialChoices(), "")
		assert.NoError(t, err, zone)
	}
}

func TestSetSettings_RefusesWhatOthersChanged(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	read, err := d.Integration(t.Context(), "acme")
	require.NoError(t, err)
	skip, ask, before := "skip", "ask", read.Revision
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{SecondInterview: &skip, Revision: &before}, kim))
	err = d.SetSettings(t.Context(), "acme", store.Settings{ServerErrors: &ask, Revision: &before}, kim)
	require.ErrorIs(t, err, store.ErrChanged)
	_, err = d.Connect(t.Context(), store.Connect{OrgID: "acme", CreatedBy: "ron@acme.example", Settings: store.Settings{Revision: &before}}, kim)
	require.ErrorIs(t, err, store.ErrChanged)
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{SecondInterview: &skip}, kim), "nothing to change")
	after, err := d.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, before+1, after.Revision)
	assert.Equal(t, "retry", after.ServerErrors)
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org set'"))
}

// Of several who connect a company for the first time at once, one does, and the others learn of it.
func TestConnect_FirstAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	var together sync.WaitGroup
	results := make([]error, 4)
	start := make(chan struct{})
	for n := range results {
		together.Go(func() {
			c := connected("acme")
			c.Settings.Revision = new(int64)
			<-start
			_, results[n] = d.Connect(t.Context(), c, kim)
		})
	}
	close(start)
	together.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
			continue
		}
		assert.True(t, errors.Is(err, store.ErrChanged), "%v", err)
	}
	assert.Equal(t, 1, won)
	assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org connect'"))
}

func TestConnect_AuditsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	mode := "candidate"
	_, err := d.Connect(t.Context(), store.Connect{
		OrgID: "acme", SealedKey: []byte("other"), KeyDigest: []byte("other"), KeyLast5: "67890", CreatedBy: "ron@acme.example",
		Settings: store.Settings{Mode: &mode},
	}, kim)
	require.NoError(t, err)
	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: "org connect", Limit: 1})
	require.NoError(t, err)
	assert.JSONEq(t, `{"before": {"created_by": "mia@acme.example", "key_last5": "12345", "mode": "prospect"},
		"after": {"created_by": "ron@acme.example", "key_last5": "67890", "mode": "candidate"}, "tested": false}`, string(trail[0].Detail))
	i, err := d.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Nil(t, i.CreatedByName, "it was somebody else's")
	assert.Equal(t, ledger.ConnectionNeedsDetails, i.State)
}

func TestKeepJobs_DatesWhatIsOpenNoMore(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	mapped := int64(8)
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{JobMap: map[string]int64{"a": 7}, DefaultJobID: &mapped}, kim))
	keep := func(open ...store.SeenJob) []store.SeenJob {
		t.Helper()
		seen, err := d.KeepJobs(t.Context(), "acme", 1, open)
		require.NoError(t, err)
		again, err := d.SeenJobs(t.Context(), "acme")
		require.NoError(t, err)
		assert.Len(t, again.List, len(seen.List))
		return seen.List
	}
	all := keep(store.SeenJob{ID: 7, Name: "Seven"}, store.SeenJob{ID: 8, Name: "Eight"}, store.SeenJob{ID: 9, Name: "Nine"})
	require.Len(t, all, 3)
	gone := keep(store.SeenJob{ID: 8, Name: "Eight"})
	require.Len(t, gone, 2, "one that is not mapped is forgotten")
	require.NotNil(t, gone[1].ClosedAt)
	assert.Equal(t, "Seven", gone[1].Name)
	still := keep(store.SeenJob{ID: 8, Name: "Eight"})
	assert.WithinDuration(t, *gone[1].ClosedAt, *still[1].ClosedAt, time.Microsecond, "since when stays")
	back := keep(store.SeenJob{ID: 7, Name: "Seven"}, store.SeenJob{ID: 8, Name: "Eight"})
	assert.Nil(t, back[0].ClosedAt)
	_, err := d.KeepJobs(t.Context(), "acme", 2, nil)
	require.NoError(t, err)
	seen, err := d.SeenJobs(t.Context(), "acme")
	require.NoError(t, err)
	assert.Len(t, seen.List, 2, "what another credential sees is not the company's")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{JobMap: map[string]int64{"ops": 7, "data": 8}}, kim))
	for n, role := range []string{"ops", "design", "design", ""} {
		id := d.export(fixture{State: ledger.StatePending})
		d.exec("UPDATE ghexport.exports SET job = nullif($2, ''), interviewed_at = now() - make_interval(days => $3) WHERE id = $1", id, role, n)
	}
	roles, err := rights.In(d.Store).Roles(t.Context(), "acme")
	require.NoError(t, err)
	shown, err := json.Marshal(roles)
	require.NoError(t, err)
	assert.Regexp(t, `^\[\{"name":"design","results":2,"last_seen":"[^"]+","job_id":null\},`+
		`\{"name":"data","results":0,"last_seen":null,"job_id":8\},\{"name":"ops","results":1,"last_seen":"[^"]+","job_id":7\}\]$`, string(shown))
	roles, err = rights.In(d.Store).Roles(t.Context(), "nobody")
	require.NoError(t, err)
	assert.Empty(t, roles)
}
