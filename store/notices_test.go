package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
)

// telling are rules by which everything is told at once.
var telling = notices.Rules{WaveSize: 3, WaveWithin: 15 * time.Minute, Mail: true, Webhook: true, AlertTo: []string{"ops@example.com"}}

// refuse holds a company as a 401 would, so long ago.
func (d *db) refuse(org string, ago time.Duration) {
	d.t.Helper()
	d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = clock_timestamp() - $2::interval WHERE org_id = $1", org, ago)
}

// accept ends it as a probe that passes would.
func (d *db) accept(org string) {
	d.t.Helper()
	d.exec("UPDATE ghexport.integrations SET hold_cause = NULL, hold_since = NULL, last_good_at = clock_timestamp() WHERE org_id = $1", org)
}

func (d *db) sweepNotices(rules notices.Rules) notices.Swept {
	d.t.Helper()
	n, err := notices.In(d.Store).Sweep(d.t.Context(), rules)
	require.NoError(d.t, err)
	return n
}

// told lists notices, oldest first, as "kind channel recipient state", the addresses without their domain.
func (d *db) told() []string {
	d.t.Helper()
	list, err := notices.In(d.Store).List(d.t.Context(), notices.Filter{Limit: 1000})
	require.NoError(d.t, err)
	out := []string{}
	for _, n := range list {
		name, _, _ := strings.Cut(n.Recipient, "@")
		out = append([]string{strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s", n.OrgID, n.Kind, n.Channel, name, n.State)), " ")}, out...)
	}
	return out
}

// deliver sends what is due, and returns what that was.
func (d *db) deliver() []notices.Notice {
	d.t.Helper()
	due, err := notices.In(d.Store).Due(d.t.Context(), 100)
	require.NoError(d.t, err)
	var list []notices.Notice
	for _, one := range due {
		token := uuid.New()
		n, err := notices.In(d.Store).Intend(d.t.Context(), one.ID, token)
		require.NoError(d.t, err)
		state, err := notices.In(d.Store).Settle(d.t.Context(), one.ID, token, notices.Outcome{Sent: true})
		require.NoError(d.t, err)
		assert.Equal(d.t, notices.Sent, state)
		list = append(list, n)
	}
	return list
}

// named connects a company that names who gets its notices.
func (d *db) named(org string, addresses ...string) {
	d.t.Helper()
	d.company(org)
	d.exec("UPDATE ghexport.integrations SET notice_emails = $2 WHERE org_id = $1", org, addresses)
}

// age makes everything that was told, and every hold, older.
func (d *db) age(by time.Duration) {
	d.t.Helper()
	d.exec("UPDATE ghexport.notices SET created_at = created_at - $1::interval, told_from = told_from - $1::interval, sent_at = sent_at - $1::interval, since = since - $1::interval", by)
	d.exec("UPDATE ghexport.integrations SET hold_since = hold_since - $1::interval", by)
	d.exec("UPDATE ghexport.exports SET attention_at = attention_at - $1::interval", by)
	pool := d.test.Pool(d.t)
	_, err := pool.Exec(d.t.Context(), "UPDATE ghexport.holds SET since = since - $1::interval, until = until - $1::interval", by)
	require.NoError(d.t, err)
	_, err = pool.Exec(d.t.Context(), "UPDATE ghexport.waves SET began_at = began_at - $1::interval", by)
	require.NoError(d.t, err)
}

func TestSweepNotices(t *testing.T) {
	t.Parallel()

	t.Run("BrokenStillBrokenWorksAgainOnceEach", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example", "MIA@acme.example") // company makes mia the "Created by" user
		d.export(fixture{State: ledger.StatePending})
		d.export(fixture{State: ledger.StatePending})
		d.sweepNotices(telling)
		assert.Empty(t, d.told(), "nothing is wrong")

		d.refuse("acme", time.Second)
		late := telling
		late.Grace = time.Minute
		assert.Zero(t, d.sweepNotices(late).Written, "it may be over in a moment")
		assert.Equal(t, 2, d.sweepNotices(telling).Written)
		assert.Zero(t, d.sweepNotices(telling).Written)
		sent := d.deliver()
		require.Len(t, sent, 2)
		assert.EqualValues(t, 2, sent[0].Waiting)
		assert.Equal(t, ledger.CauseAuthRejected, sent[0].Cause)
		assert.Equal(t, []string{"acme broken mail ann sent", "acme broken webhook sent"}, d.told())

		d.age(19 * time.Hour)
		assert.Zero(t, d.sweepNotices(telling).Written)
		d.age(6 * time.Hour)
		assert.Equal(t, 2, d.sweepNotices(telling).Written)
		assert.Zero(t, d.sweepNotices(telling).Written)
		d.deliver()
		assert.Zero(t, d.sweepNotices(telling).Written, "one a day")
		d.age(24 * time.Hour)
		assert.Equal(t, 2, d.sweepNotices(telling).Written)
		assert.Equal(t, 2, d.deliver()[0].Days)

		d.accept("acme")
		assert.Equal(t, 2, d.sweepNotices(telling).Written)
		assert.Zero(t, d.sweepNotices(telling).Written)
		sent = d.deliver()
		assert.Equal(t, notices.WorksAgain, sent[0].Kind)
		assert.EqualValues(t, 2, sent[0].Waiting, "what it let go, counted when it did")
		assert.Len(t, d.told(), 8)

		d.refuse("acme", 0)
		assert.Equal(t, 2, d.sweepNotices(telling).Written, "another hold is told anew")
	})

	t.Run("WhatIsOverBeforeItWasToldIsNot", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example")
		d.refuse("acme", time.Minute)
		d.sweepNotices(telling)
		d.accept("acme")
		assert.Zero(t, d.sweepNotices(telling).Written)
		assert.Empty(t, d.deliver())
		assert.Equal(t, []string{"acme broken mail ann lapsed", "acme broken webhook lapsed"}, d.told())
	})

	t.Run("OnlyThoseToldThatItBrokeAreToldThatItWorks", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example", "bob@acme.example")
		d.refuse("acme", time.Minute)
		d.sweepNotices(telling)
		d.exec("UPDATE ghexport.notices SET state = 'dead', due_at = NULL WHERE recipient LIKE 'bob%' OR channel = 'webhook'")
		d.deliver()
		d.accept("acme")
		d.sweepNotices(telling)
		d.deliver()
		assert.Equal(t, []string{
			"acme broken mail ann sent", "acme broken mail bob dead", "acme broken webhook dead", "acme works_again mail ann sent",
		}, d.told())
	})

	t.Run("CompaniesThatAreOffOrStoppedAreLeftAlone", func(t *testing.T) {
		t.Parallel()
		for _, change := range []string{
			"UPDATE ghexport.integrations SET enabled = false",
			"UPDATE ghexport.integrations SET paused_at = now()",
			"UPDATE ghexport.control SET stopped_at = now()",
		} {
			d := setup(t)
			d.named("acme", "ann@acme.example")
			d.export(fixture{State: ledger.StateUnknown})
			d.refuse("acme", time.Minute)
			d.exec(change)
			assert.Zero(t, d.sweepNotices(telling).Written, change)

			d.exec("UPDATE ghexport.integrations SET enabled = true, paused_at = NULL")
			d.exec("UPDATE ghexport.control SET stopped_at = NULL")
			assert.Equal(t, 4, d.sweepNotices(telling).Written)
			d.exec(change)
			assert.Empty(t, d.deliver(), "what was written before waits, too: %s", change)
		}
	})

	t.Run("NeverToTheCreatedByAddress", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example", "Mia@ACME.example")
		d.refuse("acme", time.Minute)
		d.sweepNotices(telling)
		d.exec("UPDATE ghexport.integrations SET created_by = 'ANN@acme.example'")
		due, err := notices.In(d.Store).Due(t.Context(), 10)
		require.NoError(t, err)
		for _, one := range due {
			if _, err = notices.In(d.Store).Intend(t.Context(), one.ID, uuid.New()); err != nil {
				break
			}
		}
		assert.ErrorIs(t, err, store.ErrNotGranted, "looked at when it is sent, too")
		d.sweepNotices(telling)
		assert.Equal(t, "acme broken mail ann lapsed", d.told()[0])
	})

	t.Run("DecisionsAtOnceThenDaily", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example")
		first := d.export(fixture{State: ledger.StateUnknown})
		d.export(fixture{State: ledger.StateDuplicate})
		d.export(fixture{State: ledger.StateDead})
		d.sweepNotices(telling)
		sent := d.deliver()
		require.Len(t, sent, 2)
		assert.Equal(t, []int64{1, 1}, []int64{sent[0].Unknown, sent[0].Duplicate})

		d.age(23 * time.Hour)
		second := d.export(fixture{State: ledger.StateUnknown})
		assert.Zero(t, d.sweepNotices(telling).Written, "the day is not over")
		d.age(2 * time.Hour)
		assert.Equal(t, 2, d.sweepNotices(telling).Written)
		assert.EqualValues(t, 2, d.deliver()[0].Unknown)
		assert.Zero(t, d.sweepNotices(telling).Written)

		d.exec("UPDATE ghexport.exports SET state = 'dead', cause = 'bug', blocked_at = NULL WHERE id <> $1 AND id <> $2", first, second)
		assert.Zero(t, d.sweepNotices(telling).Written, "fewer than were told of")
		d.exec("UPDATE ghexport.exports SET state = 'cancelled', cause = 'skipped', attention_at = NULL WHERE id = ANY ($1)", []int64{first, second})
		d.sweepNotices(telling)
		d.export(fixture{State: ledger.StateUnknown})
		assert.Equal(t, 2, d.sweepNotices(telling).Written, "all was decided, and this is new")
		d.exec("UPDATE ghexport.exports SET state = 'cancelled', cause = 'skipped', attention_at = NULL WHERE state = 'unknown'")
		assert.Zero(t, d.sweepNotices(telling).Written)
		assert.Empty(t, d.deliver(), "decided before it was told")
	})

	t.Run("NoWayToTellIsKeptAndNothingElse", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example")
		d.company("globex")
		for _, org := range []string{"acme", "globex"} {
			d.refuse(org, time.Minute)
		}
		mute := notices.Rules{WaveSize: 3, WaveWithin: 15 * time.Minute}
		d.sweepNotices(mute)
		d.sweepNotices(mute)
		assert.Equal(t, []string{"acme broken mail undeliverable", "globex broken mail undeliverable"}, d.told())
		assert.Empty(t, d.deliver())
		list, err := notices.In(d.Store).List(t.Context(), notices.Filter{Org: "acme"})
		require.NoError(t, err)
		assert.Contains(t, *list[0].Detail, "GHEXPORT_SMTP_URL")
		d.accept("acme")
		assert.Zero(t, d.sweepNotices(telling).Written, "nobody was told that it broke")
	})

	t.Run("AKeyThatDoesNotOpenIsOurTrouble", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.named("acme", "ann@acme.example")
		d.exec("UPDATE ghexport.integrations SET decrypt_failed_at = clock_timestamp()")
		assert.Equal(t, []string{"acme"}, d.sweepNotices(telling).Unreadable)
		assert.Empty(t, d.sweepNotices(telling).Unreadable)
		d.deliver()
		assert.Equal(t, []string{"acme key_unreadable mail ops sent", "acme key_unreadable webhook sent"}, d.told())
	})
}

func TestSweepNotices_Waves(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, org := range []string{"acme", "globex", "initech", "umbrella"} {
		d.named(org, "ann@"+org+".example")
	}
	rules := telling
	rules.Webhook = false
	d.refuse("umbrella", 40*time.Minute)
	d.refuse("acme", 10*time.Minute)
	d.refuse("globex", 5*time.Minute)
	d.sweepNotices(rules)
	require.Len(t, d.told(), 3, "two companies within minutes, and one longer ago, are two and one")
	due, err := notices.In(d.Store).Due(t.Context(), 2)
	require.NoError(t, err)
	for _, one := range due[:1] { // umbrella's, the oldest
		token := uuid.New()
		_, err := notices.In(d.Store).Intend(t.Context(), one.ID, token)
		require.NoError(t, err)
		_, err = notices.In(d.Store).Settle(t.Context(), one.ID, token, notices.Outcome{Sent: true})
		require.NoError(t, err)
	}

	d.refuse("initech", time.Second)
	assert.Equal(t, []string{"acme", "globex", "initech"}, d.sweepNotices(rules).WaveBegan)
	assert.Empty(t, d.sweepNotices(rules).WaveBegan, "one alert")
	d.deliver()
	assert.Equal(t, []string{
		"umbrella broken mail ann sent", "acme broken mail ann suppressed", "globex broken mail ann suppressed",
		"refusals mail ops sent", "initech broken mail ann suppressed",
	}, d.told())

	d.age(25 * time.Hour) // as in Greenhouse's longest incident
	assert.False(t, d.sweepNotices(rules).WaveEnded)
	d.deliver()
	assert.Equal(t, 6, len(d.told()), "umbrella, which has its own trouble, is told again: %v", d.told())
	d.accept("globex")
	settling := rules
	settling.WaveSettle = time.Hour
	assert.False(t, d.sweepNotices(settling).WaveEnded, "the others may have been let go as well, and not been looked at")
	assert.True(t, d.sweepNotices(rules).WaveEnded)
	d.deliver()
	assert.Equal(t, []string{
		"umbrella broken mail ann sent", "acme broken mail ann sent", "globex broken mail ann suppressed",
		"refusals mail ops sent", "initech broken mail ann sent", "umbrella still_broken mail ann sent",
	}, d.told())
	d.accept("acme")
	d.accept("initech")
	d.sweepNotices(rules)
	d.deliver()
	assert.Equal(t, 8, len(d.told()), "globex was told nothing, so it is not told that it works: %v", d.told())
}

func TestSettleNotice(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.named("acme", "ann@acme.example")
	d.refuse("acme", time.Minute)
	rules := telling
	rules.Webhook = false
	d.sweepNotices(rules)
	take := func() (int64, uuid.UUID) {
		d.exec("UPDATE ghexport.notices SET due_at = clock_timestamp() WHERE due_at IS NOT NULL")
		due, err := notices.In(d.Store).Due(t.Context(), 10)
		require.NoError(t, err)
		require.Len(t, due, 1)
		token := uuid.New()
		_, err = notices.In(d.Store).Intend(t.Context(), due[0].ID, token)
		require.NoError(t, err)
		return due[0].ID, token
	}
	settle := func(id int64, token uuid.UUID, o notices.Outcome) notices.State {
		state, err := notices.In(d.Store).Settle(t.Context(), id, token, o)
		require.NoError(t, err)
		return state
	}
	id, first := take()
	_, err := notices.In(d.Store).Intend(t.Context(), id, uuid.New())
	require.ErrorIs(t, err, store.ErrNotGranted, "one attempt at a time")
	assert.Equal(t, notices.NoticeWaiting, settle(id, first, notices.Outcome{Again: time.Hour, Detail: "451 later"}))
	due, err := notices.In(d.Store).Due(t.Context(), 10)
	require.NoError(t, err)
	assert.Empty(t, due, "later")

	_, silent := take()
	d.exec("UPDATE ghexport.notices SET deadline = clock_timestamp() - interval '1 s'")
	assert.Equal(t, 1, d.sweepNotices(rules).Repeated)
	assert.Equal(t, notices.State(""), settle(id, silent, notices.Outcome{Refused: true}), "given up: what it says now")
	assert.Equal(t, notices.Sent, settle(id, silent, notices.Outcome{Sent: true}), "counts only when it was sent")
	assert.Equal(t, notices.State(""), settle(id, silent, notices.Outcome{Again: time.Second}))

	d.exec("UPDATE ghexport.notices SET state = 'waiting', due_at = clock_timestamp(), sent_at = NULL")
	_, token := take()
	assert.Equal(t, notices.Dead, settle(id, token, notices.Outcome{Refused: true, Detail: "550 no such user"}))
	d.exec("UPDATE ghexport.notices SET state = 'waiting', due_at = clock_timestamp(), told_from = told_from - interval '25 hours'")
	_, token = take()
	assert.Equal(t, notices.Dead, settle(id, token, notices.Outcome{Again: time.Second}), "a day is enough")
}

// Many nodes at once write each notice once, and hand it out once.
func TestSweepNotices_ManyAtOnce(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.named("acme", "ann@acme.example")
	d.refuse("acme", time.Minute)
	var all sync.WaitGroup
	var mu sync.Mutex
	handed := map[int64]int{}
	for range 6 {
		all.Go(func() {
			for range 10 {
				_, err := notices.In(d.Store).Sweep(t.Context(), telling)
				assert.NoError(t, err)
				due, err := notices.In(d.Store).Due(t.Context(), 10)
				assert.NoError(t, err)
				mu.Lock()
				for _, one := range due {
					handed[one.ID]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	assert.Len(t, d.told(), 2)
	assert.Len(t, handed, 2)
	for id, times := range handed {
		assert.Equal(t, 1, times, id)
	}
}
