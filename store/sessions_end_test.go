package store_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func TestEndSessions(t *testing.T) {
	t.Parallel()
	const idle = 2 * time.Hour
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	digest := func(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }
	by := store.By{Actor: "ada", Reason: "a laptop was stolen"}
	d := setup(t)
	all := func() access.SessionList {
		list, err := access.In(d.Store).Sessions(t.Context(), access.SessionFilter{}, now, idle, 100)
		require.NoError(t, err)
		return list
	}
	begin := func(secret, name, org string) {
		s := access.Session{Name: name, Role: "oncall", Org: org, Method: "password", Source: []byte("x"), EndsAt: now.Add(8 * time.Hour)}
		if org != "" {
			s.Role, s.Method = "company", "link"
		}
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest(secret), s, now, idle))
	}
	link := func(secret, who, org string) {
		made := access.MadeLink{OrgID: org, Who: who, Role: "recruiter", MadeBy: "ada", MadeAt: now, ExpiresAt: now.Add(time.Hour)}
		require.NoError(t, access.In(d.Store).RecordLink(t.Context(), digest(secret), by, made))
	}
	end := func(f access.SessionFilter, dryRun bool) access.EndedSessions {
		ended, err := access.In(d.Store).EndSessions(t.Context(), f, by, now, idle, dryRun)
		require.NoError(t, err)
		return ended
	}
	opens := func(secret, org string) bool {
		opened, err := access.In(d.Store).OpenLink(t.Context(), digest(secret), store.By{Actor: "mia of " + org}, org, "company", now, now.Add(time.Hour))
		require.NoError(t, err)
		return opened
	}
	begin("kim", "kim", "")
	begin("mia", "mia", "acme")
	begin("lee", "lee", "acme")
	begin("gus", "gus", "globex")
	begin("old", "old", "globex")
	d.exec("UPDATE ghexport.console_sessions SET seen_at = $1 WHERE name = 'old'", now.Add(-idle))
	link("link of mia", "mia", "acme")
	link("link of gus", "gus", "globex")
	link("used", "gus", "globex")
	require.True(t, opens("used", "globex"))

	list := all()
	require.Len(t, list.Sessions, 4, "one that is over is not listed")
	require.Len(t, list.Links, 2, "nor is a link that was opened")
	assert.Equal(t, "ada", list.Links[0].MadeBy)
	assert.Equal(t, "recruiter", list.Links[0].Role)
	assert.Zero(t, one[int](d, "SELECT count(*) FROM ghexport.made_links l WHERE l::text LIKE '%link of%'"))
	cut, err := access.In(d.Store).Sessions(t.Context(), access.SessionFilter{}, now, idle, 1)
	require.NoError(t, err)
	assert.True(t, cut.More)
	assert.Len(t, cut.Sessions, 1)

	acme := access.SessionFilter{Org: "acme"}
	assert.Equal(t, access.EndedSessions{Sessions: 2, Links: 1}, end(acme, true))
	assert.Len(t, all().Sessions, 4, "a dry run ends nothing")
	assert.Equal(t, access.EndedSessions{Sessions: 1, Links: 1}, end(access.SessionFilter{Name: "mia", Org: "acme"}, false))
	assert.Equal(t, access.EndedSessions{Sessions: 1}, end(acme, false))
	assert.Zero(t, end(acme, false), "twice does no harm")
	assert.False(t, opens("link of mia", "acme"), "a link that was ended opens nothing")
	_, err = access.In(d.Store).FindSession(t.Context(), digest("mia"), now, idle)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = access.In(d.Store).FindSession(t.Context(), digest("gus"), now, idle)
	require.NoError(t, err, "others' go on")
	assert.Equal(t, access.EndedSessions{Sessions: 1}, end(access.SessionFilter{Name: "kim"}, false))
	assert.Equal(t, access.EndedSessions{Sessions: 1, Links: 1}, end(access.SessionFilter{}, false))
	assert.Empty(t, all().Sessions)

	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Action: ledger.ActionSessionsEnd})
	require.NoError(t, err)
	require.Len(t, trail, 4, "one for each that ended something, and for each company")
	assert.Equal(t, "globex", *trail[0].OrgID)
	assert.Nil(t, trail[1].OrgID, "ours")
	assert.JSONEq(t, `{"sessions": 1, "links": 1, "names": ["mia"]}`, string(trail[3].Detail))
	assert.Equal(t, "a laptop was stolen", *trail[3].Reason)
}
