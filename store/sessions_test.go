package store_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/access"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	const idle = 2 * time.Hour
	began := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	digest := func(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }
	kim := access.Session{Name: "kim", Role: "oncall", Source: []byte("a setting"), EndsAt: began.Add(12 * time.Hour)}
	mia := access.Session{Name: "mia", Role: "company", Org: "acme", Source: []byte("another"), EndsAt: began.Add(8 * time.Hour)}

	t.Run("AreFoundByTheirDigestAlone", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("one"), kim, began, idle))
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("two"), mia, began, idle))
		found, err := access.In(d.Store).FindSession(t.Context(), digest("one"), began, idle)
		require.NoError(t, err)
		assert.Equal(t, kim, found)
		found, err = access.In(d.Store).FindSession(t.Context(), digest("two"), began, idle)
		require.NoError(t, err)
		assert.Equal(t, mia, found)
		_, err = access.In(d.Store).FindSession(t.Context(), digest("three"), began, idle)
		require.ErrorIs(t, err, store.ErrNotFound)
		assert.Zero(t, one[int](d, "SELECT count(*) FROM ghexport.console_sessions s WHERE s::text LIKE '%one%' OR s::text LIKE '%two%'"))
	})

	t.Run("EndByLogOutByAgeAndByRest", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		alive := func(secret string, at time.Time) bool {
			_, err := access.In(d.Store).FindSession(t.Context(), digest(secret), at, idle)
			if err != nil {
				require.ErrorIs(t, err, store.ErrNotFound)
			}
			return err == nil
		}
		for _, secret := range []string{"out", "rest", "age"} {
			require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest(secret), mia, began, idle))
		}
		require.NoError(t, access.In(d.Store).EndSession(t.Context(), digest("out")))
		require.NoError(t, access.In(d.Store).EndSession(t.Context(), digest("out")), "twice does no harm")
		assert.False(t, alive("out", began))
		assert.False(t, alive("rest", began.Add(idle)))
		for h := range 7 {
			assert.True(t, alive("age", began.Add(time.Duration(h+1)*time.Hour)))
		}
		assert.False(t, alive("age", began.Add(8*time.Hour)))
	})

	t.Run("AreSeenToTheMinute", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("one"), kim, began, idle))
		for after, want := range map[time.Duration]time.Duration{59 * time.Second: 0, time.Minute: time.Minute} {
			d.exec("UPDATE ghexport.console_sessions SET seen_at = $1", began)
			_, err := access.In(d.Store).FindSession(t.Context(), digest("one"), began.Add(after), idle)
			require.NoError(t, err)
			assert.Equal(t, began.Add(want), one[time.Time](d, "SELECT seen_at FROM ghexport.console_sessions").UTC(), after)
		}
	})

	t.Run("ALoginSweeps", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("rests"), kim, began, idle))
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("old"), mia, began, idle))
		d.exec("UPDATE ghexport.console_sessions SET seen_at = $1 WHERE name = 'mia'", began.Add(8*time.Hour))
		later := kim
		later.EndsAt = began.Add(20 * time.Hour)
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("new"), later, began.Add(8*time.Hour), idle))
		assert.Equal(t, 1, one[int](d, "SELECT count(*) FROM ghexport.console_sessions"))
	})

	t.Run("OfANameAreBounded", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest("hers"), mia, began, idle))
		for i := range 103 {
			require.NoError(t, access.In(d.Store).BeginSession(t.Context(), digest(fmt.Sprint(i)), kim, began.Add(time.Duration(i)*time.Second), idle))
		}
		assert.Equal(t, 100, one[int](d, "SELECT count(*) FROM ghexport.console_sessions WHERE name = 'kim'"))
		_, err := access.In(d.Store).FindSession(t.Context(), digest("2"), began.Add(2*time.Minute), idle)
		require.ErrorIs(t, err, store.ErrNotFound, "the one unused for longest")
		_, err = access.In(d.Store).FindSession(t.Context(), digest("3"), began.Add(2*time.Minute), idle)
		require.NoError(t, err)
		_, err = access.In(d.Store).FindSession(t.Context(), digest("hers"), began, idle)
		require.NoError(t, err, "others' are not counted")
	})
}
