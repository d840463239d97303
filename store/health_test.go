package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/health"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func says(h wording.Health) (list []string) {
	for _, p := range h.Problems {
		list = append(list, p.Says)
	}
	return list
}

func (d *db) health() wording.Health {
	d.t.Helper()
	h, err := health.In(d.Store).Health(d.t.Context())
	require.NoError(d.t, err)
	return wording.OfHealth(h)
}

// alive says that a node is there that takes jobs.
func (d *db) alive() ledger.Node {
	d.t.Helper()
	n := ledger.Node{ID: uuid.New(), Host: "node-a", Version: "v1", Sends: true}
	require.NoError(d.t, d.SeeNode(d.t.Context(), n))
	return n
}

func TestHealth_Headline(t *testing.T) {
	t.Parallel()

	t.Run("FirstRun", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "Nothing to do yet: no company is connected, and no interview has arrived.", setup(t).health().Headline)
	})

	t.Run("AllWell", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.alive()
		d.company("acme")
		assert.Equal(t, "All well: no interview has arrived yet.", d.health().Headline)
		id := d.export(fixture{State: ledger.StateSent})
		assert.Equal(t, "All well: nothing sent in the last hour. Nothing waits.", d.health().Headline)
		d.attempted(id, ledger.OutcomeSent, ledger.CauseNone, 0)
		d.exec("UPDATE ghexport.exports SET committed_at = now() - interval '700 ms'")
		d.export(fixture{State: ledger.StatePending, DueIn: -time.Second})
		assert.Regexp(t, `^All well: 1 sent in the last hour, half of them within (6|7)\d\d ms of their commit. 1 waiting`, d.health().Headline)
	})

	t.Run("NeverAllWellWhileSomethingIsNot", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			with func(d *db)
			says string
		}{
			"Failing": {func(d *db) {
				d.export(fixture{State: ledger.StatePending, Cause: ledger.CauseGreenhouseDown, DueIn: time.Minute})
				d.exec("UPDATE ghexport.exports SET first_failed_at = now() - interval '10 s'")
			}, "Greenhouse is failing for 1 company"},
			"Paused": {func(d *db) {
				d.export(fixture{State: ledger.StatePending})
				_, err := d.PauseOrg(d.t.Context(), "acme", kim)
				require.NoError(d.t, err)
			}, "1 company is standing still (paused)"},
			"DueForLong": {func(d *db) { d.export(fixture{State: ledger.StatePending, DueIn: -5 * time.Minute}) }, "an export has been due for 5 min"},
			"NoneSent": {func(d *db) {
				d.attempted(d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded}), ledger.OutcomeDead, ledger.CausePayloadRefused, 0)
			}, "none of 1 attempt in the last hour was sent"},
			"SomeFailed": {func(d *db) {
				d.attempted(d.export(fixture{State: ledger.StateSent}), ledger.OutcomeSent, ledger.CauseNone, 0)
				d.attempted(d.export(fixture{State: ledger.StateCancelled, Cause: ledger.CauseDiscarded}), ledger.OutcomeDead, ledger.CausePayloadRefused, 0)
			}, "1 of 2 attempts in the last hour failed"},
		} {
			d := setup(t)
			d.alive()
			d.company("acme")
			c.with(d)
			h := d.health()
			assert.Empty(t, h.Problems, name)
			assert.Contains(t, h.Headline, c.says, name)
			assert.NotContains(t, h.Headline, "All well", name)
			assert.False(t, h.Well, name)
		}
	})

	t.Run("GreenhouseFails", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.alive()
		for _, org := range []string{"acme", "globex", "initech"} {
			d.company(org)
		}
		for _, org := range []string{"acme", "acme", "globex"} {
			d.export(fixture{Org: org, State: ledger.StatePending, Cause: ledger.CauseGreenhouseDown, DueIn: time.Minute})
		}
		d.exec("UPDATE ghexport.exports SET first_failed_at = now() - interval '10 minutes', committed_at = now() - interval '22 minutes'")
		h := d.health()
		assert.Regexp(t, `^Greenhouse is failing for 2 of 3 companies since \d\d:\d\d UTC, with 3 waiting. 3 waiting, the oldest for 22 min, none lost.$`, h.Headline)
		assert.Equal(t, ledger.FaultGreenhouse, h.Problems[0].Fault)
		assert.Equal(t, "greenhouse.down", h.Problems[0].Runbook)

		d.exec("UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now()")
		assert.NotContains(t, strings.Join(says(d.health()), "\n"), "failing", "what is held for another reason is not Greenhouse's failing")
	})
}

func TestHealth_Nodes(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.export(fixture{State: ledger.StatePending, DueIn: -2 * time.Minute})
	assert.Equal(t, []string{"no node takes jobs while 1 exports wait: none was seen within a day"}, says(d.health()))

	n := d.alive()
	assert.Empty(t, says(d.health()))
	n.Trouble = "the keyset lacks the key"
	require.NoError(t, d.SeeNode(t.Context(), n))
	said := says(d.health())
	require.Len(t, said, 2)
	assert.Regexp(t, "^node node-a is not ready since 20.*Z: the keyset lacks the key$", said[0])
	assert.Equal(t, "no node takes jobs while 1 exports wait: node-a was seen 0 s ago", said[1])

	d.exec("UPDATE ghexport.nodes SET trouble = NULL, trouble_since = NULL, seen_at = now() - interval '12 minutes'")
	assert.Equal(t, []string{"no node takes jobs while 1 exports wait: node-a was seen 12 min ago"}, says(d.health()))
	d.exec("UPDATE ghexport.nodes SET seen_at = now() - interval '2 days'")
	other := d.alive()
	nodes, err := d.Nodes(t.Context())
	require.NoError(t, err)
	require.Len(t, nodes, 1, "who has been gone for a day is forgotten")
	assert.Equal(t, other.ID, nodes[0].ID)
	require.NoError(t, d.ForgetNode(t.Context(), other.ID))
	assert.Empty(t, d.health().Nodes)
}

func TestHealth_PausedQueues(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.exec("INSERT INTO ghexport.river_queue (name, updated_at, paused_at) VALUES ('export', now(), now()), ('probe', now(), now() - interval '1 hour')")
	require.NoError(t, riverqueue.In(d.Store).AuditQueue(t.Context(), kim, "river.pause", "*"))
	h := d.health()
	require.Len(t, h.Paused, 2)
	assert.Equal(t, []string{"kim", ""}, []string{h.Paused[0].By, h.Paused[1].By})
	assert.Contains(t, h.Problems[0].Says, "queue export is paused in River since")
	assert.Contains(t, h.Problems[0].Says, "by kim: none of its jobs run")
}

// A large ledger is not read anew each time: only what is over is as old as the last count.
func TestHealth_CountsOfALargeLedger(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.export(fixture{State: ledger.StateSent})
	d.exec("INSERT INTO ghexport.state_counts SELECT s, 1000000, now() - interval '20 s', interval '0.3 s' FROM unnest($1::text[]) s", ledger.States)
	d.export(fixture{State: ledger.StateDead, Cause: ledger.CauseBug})
	h := d.health()
	assert.Equal(t, int64(1000000), h.States[ledger.StateSent])
	assert.Equal(t, int64(1), h.States[ledger.StateDead], "what something is still to come of is exact")
	assert.InDelta(t, 20, float64(h.StatesAge), 5)

	d.exec("UPDATE ghexport.state_counts SET counted_at = now() - interval '31 s'")
	h = d.health()
	assert.Equal(t, int64(1), h.States[ledger.StateSent])
	assert.Zero(t, h.StatesAge)
}

func TestHealth_WhatLettersDiedOf(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, org := range []string{"acme", "acme", "acme", "globex"} {
		d.export(fixture{Org: org, State: ledger.StateDead, Cause: ledger.CausePayloadRefused})
	}
	d.export(fixture{Org: "globex", State: ledger.StateDead, Cause: ledger.CauseBug})
	d.exec("UPDATE ghexport.exports SET died_of = 'emails: Email is invalid', died_version = id::text WHERE cause = 'payload.refused'")
	d.exec("UPDATE ghexport.exports SET attention_at = now() - interval '2 hours' WHERE id = (SELECT min(id) FROM ghexport.exports)")
	kinds, err := health.In(d.Store).DeadKinds(t.Context())
	require.NoError(t, err)
	require.Len(t, kinds, 2, "the version that sent them makes no other kind")
	first := kinds[0]
	assert.Equal(t, []int64{4, 3, 2, 3}, []int64{first.Count, first.LastHour, first.Companies, first.OrgCount})
	assert.Equal(t, []string{"acme", "emails: Email is invalid"}, []string{first.Org, first.Shape})
	assert.InDelta(t, 7200, float64(first.Age), 60)
	assert.Equal(t, ledger.CauseBug, kinds[1].Cause)
}
