package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
)

func TestConnect(t *testing.T) {
	t.Parallel()

	t.Run("SavesTestsAndTurnsOn", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		c := connected("acme")
		zone, limit := "America/Los_Angeles", 9
		c.Settings = store.Settings{TimeZone: &zone, InFlightCap: &limit, JobMap: map[string]int64{"backend": 12}}
		d.wakes(func() {
			got, err := d.Connect(t.Context(), c, kim)
			require.NoError(t, err)
			assert.Equal(t, store.Switched{Changed: true}, got)
		})
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.True(t, i.Enabled && i.Tested)
		assert.Nil(t, i.Held)
		assert.Equal(t, text("12345"), i.KeyLast5)
		assert.Equal(t, text("kim"), i.KeySetBy)
		assert.Equal(t, text("Mia"), i.CreatedByName)
		assert.Equal(t, int64(1), i.CredentialVersion)
		assert.Equal(t, &zone, i.TimeZone)
		assert.Equal(t, 9, i.InFlightCap)
		assert.Equal(t, map[string]int64{"backend": 12}, i.JobMap)
		shown, err := json.Marshal(i)
		require.NoError(t, err)
		assert.NotContains(t, string(shown), "sealed")
		assert.Equal(t, 0, d.count("SELECT count(*) FROM ghexport.audit a WHERE a::text LIKE '%sealed%'"))
	})

	t.Run("RaisesTheVersionWithKeyOrPersonAlone", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		version := func(c store.Connect) (int64, bool) {
			_, err := d.Connect(t.Context(), c, kim)
			require.NoError(t, err)
			i, err := d.Integration(t.Context(), "acme")
			require.NoError(t, err)
			return i.CredentialVersion, i.Tested
		}
		c := connected("acme")
		v, tested := version(c)
		assert.Equal(t, int64(1), v)
		assert.True(t, tested)
		c.SealedKey, c.Tested = []byte("the same key, sealed anew"), false
		v, tested = version(c)
		assert.Equal(t, int64(1), v)
		assert.True(t, tested, "the same credential has passed before")
		c.KeyDigest = []byte("another key")
		v, tested = version(c)
		assert.Equal(t, int64(2), v)
		assert.False(t, tested)
		c = store.Connect{OrgID: "acme", CreatedBy: "zoe@acme.example", Tested: true}
		v, tested = version(c)
		assert.Equal(t, int64(3), v)
		assert.True(t, tested)
		credential, err := d.Credential(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, store.Credential{SealedKey: []byte("the same key, sealed anew"), CreatedBy: "zoe@acme.example", Version: 3,
			KeyDigest: []byte("another key")}, credential)
	})

	t.Run("EndsHolds", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.company("acme")
		d.exec(`UPDATE ghexport.integrations SET hold_cause = 'auth.rejected', hold_since = now(), probe_at = now(), probes = 3,
		               decrypt_failed_at = now()`)
		d.company("acme")
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.Nil(t, i.Held)
		assert.Nil(t, i.ProbeAt)
		assert.Zero(t, i.Probes)
	})

	t.Run("SavesNothingWhenRefused", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.export(fixture{State: ledger.StatePending})
		c := connected("acme")
		c.Waiting = store.WaitingUndecided
		_, err := d.Connect(t.Context(), c, kim)
		var waiting *store.WaitingError
		require.ErrorAs(t, err, &waiting)
		assert.Equal(t, store.WaitingError{OrgID: "acme", Count: 1}, *waiting)
		bad, cap := "sometimes", 65
		c.Settings = store.Settings{Mode: &bad, InFlightCap: &cap, TimeZone: &bad, JobMap: map[string]int64{"": 1}}
		_, err = d.Connect(t.Context(), c, kim)
		var setting *store.SettingError
		require.ErrorAs(t, err, &setting)
		for _, field := range []string{"mode", "in_flight_cap", "time_zone", "job_map"} {
			assert.ErrorContains(t, err, field+" must be")
		}
		_, err = d.Integration(t.Context(), "acme")
		require.ErrorIs(t, err, store.ErrNotFound)
		assert.Zero(t, d.count("SELECT count(*) FROM ghexport.audit"))
	})
}

func TestEnable(t *testing.T) {
	t.Parallel()

	// off connects a company without turning it on and gives it one export and one message of each kind that waits.
	off := func(t *testing.T) (d *db, pending, queued, ineligible int64) {
		d = setup(t)
		c := connected("acme")
		c.Enable = false
		_, err := d.Connect(t.Context(), c, kim)
		require.NoError(t, err)
		pending = d.export(fixture{State: ledger.StatePending, Interview: "pending"})
		d.export(fixture{State: ledger.StatePending, Blocked: true})
		queued = d.export(fixture{State: ledger.StateQueued})
		ineligible = d.export(fixture{State: ledger.StateIneligible, Cause: ledger.CauseDecisionMissing, Interview: "ineligible"})
		d.export(fixture{State: ledger.StateSent, Interview: "sent"})
		d.export(fixture{State: ledger.StatePending, Org: "other"})
		d.message("acme", "pending", 6, true, true)
		d.message("acme", "ineligible", 6, true, true)
		d.message("acme", "fresh", 0, true, true)
		d.message("acme", "withdrawn", 1, true, true)
		d.message("acme", "withdrawn", 2, true, false)
		d.message("acme", "sent", 6, true, true)
		d.message("other", "fresh", 1, true, true)
		return d, pending, queued, ineligible
	}

	t.Run("AsksWhatBecomesOfWhatWaits", func(t *testing.T) {
		t.Parallel()
		d, _, _, _ := off(t)
		_, err := d.Enable(t.Context(), "acme", store.WaitingUndecided, kim)
		var waiting *store.WaitingError
		require.ErrorAs(t, err, &waiting)
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.False(t, i.Enabled)
		assert.Equal(t, int64(5), waiting.Count)
		assert.Equal(t, int64(5), i.Waiting)
		off := ledger.CauseOff
		assert.Equal(t, &off, i.Held)
	})

	t.Run("SendsIt", func(t *testing.T) {
		t.Parallel()
		d, pending, _, _ := off(t)
		d.wakes(func() {
			got, err := d.Enable(t.Context(), "acme", store.WaitingSend, kim)
			require.NoError(t, err)
			assert.Positive(t, got.Waiting)
		})
		assert.True(t, d.ledger(pending).Due)
		again, err := d.Enable(t.Context(), "acme", store.WaitingUndecided, kim)
		require.NoError(t, err, "it is on: nothing is asked")
		assert.False(t, again.Changed)
	})

	t.Run("DropsItWithoutLosingIt", func(t *testing.T) {
		t.Parallel()
		d, pending, queued, ineligible := off(t)
		got, err := d.Enable(t.Context(), "acme", store.WaitingDrop, kim)
		require.NoError(t, err)
		assert.Equal(t, store.Switched{Changed: true, Dropped: 5}, got, "three rows, and the two messages of others")
		fresh := one[int64](d, "SELECT id FROM ghexport.exports WHERE org_id = 'acme' AND interview_id = 'fresh'")
		for _, id := range []int64{pending, queued, ineligible, fresh} {
			assert.Equal(t, standings{State: ledger.StateCancelled, Cause: text("dropped"), Flags: []string{}}, d.ledger(id))
		}
		assert.Equal(t, 5, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org enable --drop-waiting'"))
		assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.aside"), "pending, ineligible and fresh")
		assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.outbox WHERE org_id = 'acme'"), "the withdrawal, and what was sent")
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.exports WHERE org_id = 'other' AND state = 'pending'"))
		assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.outbox WHERE org_id = 'other'"))
		assert.Equal(t, "cand fresh", one[string](d, "SELECT candidate_id FROM ghexport.exports WHERE id = $1", fresh))

		replayed, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(pending, fresh)})
		require.NoError(t, err)
		assert.Equal(t, []int64{pending, fresh}, replayed.Done)
		assert.Equal(t, ledger.StatePending, d.ledger(pending).State)
		assert.Equal(t, standings{State: ledger.StateIneligible, Cause: text("decision.missing"), Lane: store.LaneReplay, Flags: []string{}}, d.ledger(fresh))

		messages, _, err := d.Outbox(t.Context(), "", []int{1}, store.OutboxMessages)
		require.NoError(t, err)
		var arrival *ledger.Arrival
		for _, m := range messages {
			if m.InterviewID == "fresh" && m.OrgID == "acme" {
				arrival = &ledger.Arrival{Messages: []int64{m.ID}, Newest: m.ID, OrgID: m.OrgID, InterviewID: m.InterviewID,
					CandidateID: "cand fresh", Version: m.Version, Digest: []byte("x"), InterviewedAt: time.Now(), EnqueuedAt: time.Now(),
					Eligible: true, Body: &ledger.Body{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Note: "n", NoteFormat: 1}}
			}
		}
		require.NotNil(t, arrival, "its message is back in the outbox")
		folded, err := d.Fold(t.Context(), []ledger.Arrival{*arrival})
		require.NoError(t, err)
		assert.Equal(t, 1, folded)
		assert.Equal(t, ledger.StatePending, d.ledger(fresh).State)
	})

	t.Run("DropWaitsForTheRelay", func(t *testing.T) {
		t.Parallel()
		d, _, _, _ := off(t)
		tx, err := d.Pool.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(t.Context()) //nolint:errcheck // ends with the test's database
		_, err = tx.Exec(t.Context(), "LOCK TABLE ghexport.turn_relay IN SHARE UPDATE EXCLUSIVE MODE")
		require.NoError(t, err)
		short, err := store.Open(t.Context(), store.Config{URL: d.Pool.Config().ConnString(), LockLimit: 50 * time.Millisecond})
		require.NoError(t, err)
		defer short.Close()
		_, err = short.Enable(t.Context(), "acme", store.WaitingDrop, kim)
		require.Error(t, err)
		assert.True(t, store.Contended(err))
	})

	t.Run("KnowsNoStranger", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		_, err := d.Enable(t.Context(), "nobody", store.WaitingSend, kim)
		require.ErrorIs(t, err, store.ErrNotFound)
		_, err = d.PauseOrg(t.Context(), "nobody", kim)
		require.ErrorIs(t, err, store.ErrNotFound)
		require.ErrorIs(t, d.SetSettings(t.Context(), "nobody", store.Settings{}, kim), store.ErrNotFound)
	})
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	held := func() ledger.Cause {
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		if i.Held == nil {
			return ""
		}
		return *i.Held
	}
	do := func(f func() (bool, error), want bool) {
		t.Helper()
		got, err := f()
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	pause := func() (bool, error) { return d.PauseOrg(t.Context(), "acme", kim) }
	resume := func() (bool, error) { return d.ResumeOrg(t.Context(), "acme", kim) }
	disable := func() (bool, error) { return d.Disable(t.Context(), "acme", kim) }
	stop := func() (bool, error) { return d.StopAll(t.Context(), kim) }
	resumeAll := func() (bool, error) { return d.ResumeAll(t.Context(), kim) }

	do(pause, true)
	do(pause, false)
	assert.Equal(t, ledger.CausePaused, held())
	do(disable, true)
	do(disable, false)
	assert.Equal(t, ledger.CauseOff, held(), "off hides paused")
	do(stop, true)
	do(stop, false)
	assert.Equal(t, ledger.CauseStopped, held(), "stopped hides all")
	stopped, err := d.Stopped(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "kim", stopped.By)
	assert.Equal(t, "on call", stopped.Reason)
	d.wakes(func() { do(resumeAll, true) })
	do(resumeAll, false)
	_, err = d.Enable(t.Context(), "acme", store.WaitingUndecided, kim)
	require.NoError(t, err)
	d.wakes(func() { do(resume, true) })
	do(resume, false)
	assert.Empty(t, held())

	trail, err := query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{})
	require.NoError(t, err)
	var actions []string
	for _, entry := range trail {
		actions = append(actions, string(entry.Action))
	}
	assert.Equal(t, []string{
		"org resume", "org enable", "resume --all", "pause --all", "org disable", "org pause", "org enable", "org connect",
	}, actions)
	trail, err = query.In(d.Store).AuditTrail(t.Context(), query.AuditFilter{Org: "acme", Actor: "kim", Action: "org enable", AfterID: trail[0].ID, Limit: 1})
	require.NoError(t, err)
	assert.Len(t, trail, 1)
}

func TestSetSettings(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	mode, second, pool, none := "candidate", "skip", int64(5), int64(0)
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{
		Mode: &mode, SecondInterview: &second, PoolID: &pool, JobMap: map[string]int64{"a": 1},
	}, kim))
	require.NoError(t, d.SetSettings(t.Context(), "acme", store.Settings{PoolID: &none, JobMap: map[string]int64{}}, kim))
	i, err := d.Integration(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, mode, i.Mode)
	assert.Equal(t, second, i.SecondInterview)
	assert.Nil(t, i.PoolID)
	assert.Empty(t, i.JobMap)
	assert.JSONEq(t, `{"before": {"prospect_pool_id": 5, "job_map": {"a": 1}}, "after": {"prospect_pool_id": null, "job_map": {}}}`,
		one[string](d, "SELECT detail::text FROM ghexport.audit ORDER BY id DESC LIMIT 1"))
}
