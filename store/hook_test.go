package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/erasure"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// hooked is a store with a keyset, and a company whose webhooks have a secret.
func hooked(t testing.TB) (*db, *seal.Keyset, *seal.Digests) {
	t.Helper()
	d := setup(t)
	text, err := seal.NewKeysetJSON()
	require.NoError(t, err)
	keyset, err := seal.ParseKeyset(text)
	require.NoError(t, err)
	digests, err := keyring.In(d.Store).Digests(t.Context(), keyset)
	require.NoError(t, err)
	require.NoError(t, webhooks.In(d.Store).MakeHook(t.Context(), keyset, "acme", "the secret", kim))
	return d, keyset, digests
}

// hookSaid is an event, with what a fixture's candidate is known by.
func hookSaid(action ledger.HookAction, candidate int64, who string) webhooks.Event {
	e := webhooks.Event{OrgID: "acme", Action: action, Candidate: candidate}
	if who != "" {
		e.Digest = []byte(who)
	}
	return e
}

// eraser returns what the service erases with.
func (d *db) eraser(digests *seal.Digests) webhooks.Eraser {
	return func(ctx context.Context, org, candidate string, by store.By) (exports []int64, err error) {
		erased, err := erasure.Store{Store: d.Store}.Erase(ctx, erasure.Erasure{Candidate: candidate, Org: org, Digests: digests, By: by})
		for _, e := range erased.Exports {
			exports = append(exports, e.ID)
		}
		return exports, err
	}
}

// hear receives an event and works off all that is due.
func (d *db) hear(digests *seal.Digests, events ...webhooks.Event) (outcomes []ledger.HookOutcome) {
	d.t.Helper()
	for n, e := range events {
		e.Key = sha256.Sum256(fmt.Append(nil, d.count("SELECT count(*) FROM ghexport.hook_events"), n))
		fresh, err := webhooks.In(d.Store).ReceiveEvent(d.t.Context(), e)
		require.NoError(d.t, err)
		require.True(d.t, fresh)
	}
	for after := int64(0); ; {
		some, err := webhooks.In(d.Store).WorkEvents(d.t.Context(), "acme", after, d.eraser(digests))
		require.NoError(d.t, err)
		if len(some) == 0 {
			return outcomes
		}
		for _, done := range some {
			require.NoError(d.t, done.Failed)
			if outcomes, after = append(outcomes, done.Outcome), done.ID; done.Earlier > 0 {
				after = 0
			}
		}
	}
}

func TestReceiveEvent(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	e := hookSaid(ledger.HookStageChanged, 17, "")
	fresh, err := webhooks.In(d.Store).ReceiveEvent(t.Context(), e)
	require.NoError(t, err)
	assert.True(t, fresh)
	fresh, err = webhooks.In(d.Store).ReceiveEvent(t.Context(), e)
	require.NoError(t, err)
	assert.False(t, fresh, "a repeat")
	e.OrgID = "globex"
	fresh, err = webhooks.In(d.Store).ReceiveEvent(t.Context(), e)
	require.NoError(t, err)
	assert.True(t, fresh, "another company's")
	const jobs = "SELECT count(*) FROM ghexport.river_job WHERE kind = 'hook' AND queue = 'hook'"
	assert.Equal(t, 2, d.count(jobs), "one for each company")
	assert.Equal(t, []ledger.HookOutcome{ledger.HookUnused, ledger.HookPinged, ledger.HookNotOurs},
		[]ledger.HookOutcome{d.hear(digests, hookSaid("offer_created", 0, ""))[1], d.hear(digests, hookSaid(ledger.HookPing, 0, ""))[0], d.hear(digests, hookSaid(ledger.HookDeleted, 9, ""))[0]})
	assert.Equal(t, 2, d.count(jobs), "one that waits does for all")
	h, err := webhooks.In(d.Store).Hook(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, int64(1), h.Unused)
	assert.Equal(t, "offer_created", *h.UnusedAction)
	assert.Equal(t, "delete_candidate", *h.LastAction)
	assert.NotNil(t, h.PingAt)
	assert.Zero(t, h.Waiting)

	d.exec("DELETE FROM ghexport.river_job")
	lost, err := webhooks.In(d.Store).SweepHooks(t.Context(), 10)
	require.NoError(t, err)
	assert.Zero(t, lost, "nothing is due yet")
	d.exec("UPDATE ghexport.hook_events SET due_at = now() - interval '1 s' WHERE due_at IS NOT NULL")
	for _, want := range []int{1, 0} {
		lost, err = webhooks.In(d.Store).SweepHooks(t.Context(), 10)
		require.NoError(t, err)
		assert.Equal(t, want, lost)
	}
	d.exec("UPDATE ghexport.hook_events SET received_at = now() - interval '31 days' WHERE action <> 'ping'")
	keep := ledger.Retention{ledger.KeptEvents: 30 * 24 * time.Hour}
	assert.Equal(t, 3, d.retain(keep, true)[ledger.KeptEvents], "a dry run")
	assert.Equal(t, 3, d.retain(keep, false)[ledger.KeptEvents])
	assert.Equal(t, 2, d.count("SELECT count(*) FROM ghexport.hook_events"), "what is not worked off stays, and what is young")
}

func TestWorkEvents_Settles(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	created := func(candidate int64, who string) webhooks.Event {
		e := hookSaid(ledger.HookProspectCreated, candidate, who)
		e.Application, e.ProfileURL = candidate+1, fmt.Sprintf("https://app.greenhouse.io/people/%d?application_id=%d", candidate, candidate+1)
		return e
	}
	for n, c := range []struct {
		name  string
		state ledger.State
		cause ledger.Cause
		flags []string
		sql   string
		want  ledger.HookOutcome
	}{
		{"Unknown", ledger.StateUnknown, ledger.CauseOutcomeUnknown, nil, "", ledger.HookSettled},
		{"SkippedInDoubt", ledger.StateCancelled, ledger.CauseSkipped, []string{"may_exist"}, "", ledger.HookSettled},
		{"ToBeSentAgain", ledger.StatePending, ledger.CauseGreenhouseDown, nil, "", ledger.HookSettled},
		{"QueuedAgain", ledger.StateQueued, "", nil, "", ledger.HookSettled},
		{"Dead", ledger.StateDead, ledger.CauseGreenhouseDown, nil, "", ledger.HookSettled},
		{"UnderWay", ledger.StateSending, "", nil, "", ledger.HookAgain},
		{"NeverTried", ledger.StatePending, "", nil, "attempt = NULL", ledger.HookNotOurs},
		{"OlderThanTheRequest", ledger.StateUnknown, ledger.CauseOutcomeUnknown, nil, "born", ledger.HookNotOurs},
		{"SentOnceUnderAnother", ledger.StateSent, "", nil, "greenhouse_candidate_id = 7", ledger.HookNotOurs},
		{"SentTwice", ledger.StateSent, "", nil, "greenhouse_candidate_id = 8, attempts = 2", ledger.HookDoubled},
	} {
		who, profile := fmt.Sprintf("who_%d", n), int64(1000+10*n)
		id := d.export(fixture{State: c.state, Cause: c.cause, Flags: c.flags, Candidate: who})
		d.exec("UPDATE ghexport.exports SET attempt = coalesce(attempt, gen_random_uuid()), attempt_started_at = now() - interval '10 minutes', job_timeout = '30 s', attempts = 1 WHERE id = $1", id)
		e := created(profile, who)
		switch c.sql {
		case "":
		case "born":
			e.Born = time.Now().Add(-time.Hour)
		default:
			d.exec("UPDATE ghexport.exports SET "+c.sql+" WHERE id = $1", id)
		}
		assert.Equal(t, []ledger.HookOutcome{c.want}, d.hear(digests, e), c.name)
		switch c.want {
		case ledger.HookSettled:
			assert.Equal(t, ledger.StateSent, d.ledger(id).State, c.name)
			assert.Equal(t, [2]int64{profile, profile + 1}, d.profile(id), c.name)
			assert.Equal(t, 1, d.count("SELECT count(*) FROM ghexport.audit WHERE export_id = $1 AND action = 'webhook' AND actor = 'greenhouse'", id), c.name)
			assert.Zero(t, d.count("SELECT count(*) FROM ghexport.presences WHERE export_id = $1", id), "it is no person's word")
		case ledger.HookDoubled:
			assert.Contains(t, d.ledger(id).Flags, "doubled", c.name)
		default:
			assert.Equal(t, c.state, d.ledger(id).State, c.name)
		}
		if c.want == ledger.HookAgain { // its own answer was lost meanwhile
			d.exec("UPDATE ghexport.exports SET state = 'unknown', cause = 'outcome.unknown', job_id = NULL, deadline = NULL, attention_at = now() WHERE id = $1", id)
			assert.Empty(t, d.hear(digests), "not yet")
			d.exec("UPDATE ghexport.hook_events SET due_at = now() WHERE due_at IS NOT NULL")
			assert.Equal(t, []ledger.HookOutcome{ledger.HookSettled}, d.hear(digests))
		}
	}
}

// A person decides about an export at the moment at which Greenhouse says that it is there: whichever comes first, it is sent, nobody is
// added twice, and what the person said is no longer a mere word.
func TestWorkEvents_RacesAPerson(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	for n, decide := range map[int]func(id int64, profile int64) error{
		1: func(id, _ int64) error { _, err := d.ResolveAbsent(t.Context(), ids(id)); return err },
		2: func(id, _ int64) error { _, err := d.ResolveSkip(t.Context(), ids(id)); return err },
		3: func(id, profile int64) error {
			return d.ResolvePresent(t.Context(), id, named(t, profile, profile+1), kim)
		},
	} {
		for round := range 4 {
			who, profile := fmt.Sprintf("who_%d_%d", n, round), int64(10000*n+100*round+1)
			id := d.doubt(who)
			d.silent(id, time.Hour)
			e := hookSaid(ledger.HookApplicationCreated, profile, who)
			e.Application, e.Key = profile+1, sha256.Sum256([]byte(who))
			_, err := webhooks.In(d.Store).ReceiveEvent(t.Context(), e)
			require.NoError(t, err)
			var both sync.WaitGroup
			both.Go(func() {
				var refused *store.RefusedError
				if err := decide(id, profile); err != nil && !errors.As(err, &refused) {
					t.Error(err)
				}
			})
			both.Go(func() { d.hear(digests) })
			both.Wait()
			assert.Equal(t, ledger.StateSent, d.ledger(id).State, who)
			assert.Equal(t, [2]int64{profile, profile + 1}, d.profile(id), who)
			assert.Zero(t, d.count("SELECT count(*) FROM ghexport.presences WHERE export_id = $1", id), who)
			assert.Zero(t, d.count("SELECT count(*) FROM ghexport.hook_events WHERE due_at IS NOT NULL"), who)
		}
	}
}

// In whichever order a creation, merges, a deletion and an anonymisation come, the ledger ends alike.
func TestWorkEvents_AnyOrder(t *testing.T) {
	t.Parallel()
	merge := func(from, into int64) webhooks.Event {
		e := hookSaid(ledger.HookMerged, from, "")
		e.NewCandidate = into
		return e
	}
	for name, c := range map[string]struct {
		events  []webhooks.Event
		profile int64
		gone    bool
		erased  bool
	}{
		"Merged":     {[]webhooks.Event{hookSaid(ledger.HookProspectCreated, 1, "ada"), merge(1, 2), merge(2, 3)}, 3, false, false},
		"Deleted":    {[]webhooks.Event{hookSaid(ledger.HookProspectCreated, 1, "ada"), merge(1, 2), hookSaid(ledger.HookDeleted, 2, "")}, 2, true, false},
		"Anonymised": {[]webhooks.Event{hookSaid(ledger.HookProspectCreated, 1, "ada"), merge(1, 2), hookSaid(ledger.HookAnonymised, 2, "")}, 2, true, true},
		"Superseded": {[]webhooks.Event{hookSaid(ledger.HookProspectCreated, 1, "ada"), hookSaid(ledger.HookDeleted, 1, ""), merge(1, 2)}, 2, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, _, digests := hooked(t)
			for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
				d.exec("WITH a AS (DELETE FROM ghexport.exports), b AS (DELETE FROM ghexport.gone_profiles) DELETE FROM ghexport.hook_events")
				id := d.doubt("ada")
				d.exec("UPDATE ghexport.exports SET profile_url = 'https://app.greenhouse.io/people/1?application_id=5' WHERE id = $1", id)
				for _, n := range order {
					d.hear(digests, c.events[n])
				}
				assert.Equal(t, ledger.StateSent, d.ledger(id).State, order)
				assert.Equal(t, c.profile, d.profile(id)[0], order)
				assert.Equal(t, c.gone, len(d.ledger(id).Flags) == 1 && d.ledger(id).Flags[0] == ledger.FlagGone, order)
				assert.Equal(t, c.erased, d.count("SELECT count(*) FROM ghexport.exports WHERE erased_at IS NOT NULL") == 1, order)
			}
		})
	}
}

// Whatever a company chose for second interviews: who was deleted in its Greenhouse is not added again without a person's word.
func TestWorkEvents_DeletedIsNeverCreatedAgain(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	d.company("acme")
	d.exec("UPDATE ghexport.integrations SET second_interview = 'create'")
	first := d.export(fixture{State: ledger.StateSent, Candidate: "ada"})
	d.exec("UPDATE ghexport.exports SET greenhouse_candidate_id = 17 WHERE id = $1", first)
	assert.Equal(t, []ledger.HookOutcome{ledger.HookGone}, d.hear(digests, hookSaid(ledger.HookDeleted, 17, "")))
	second := d.export(fixture{State: ledger.StatePending, Candidate: "ada"})
	waiting := d.export(fixture{State: ledger.StatePending, Blocked: true, Candidate: "ada"})
	_, err := d.Dispatch(t.Context(), "")
	require.NoError(t, err)
	assert.Equal(t, ledger.StateDuplicate, d.ledger(second).State)
	for range 2 {
		_, err = d.Sweep(t.Context(), 0)
		require.NoError(t, err)
		_, err = d.Dispatch(t.Context(), "")
		require.NoError(t, err)
	}
	assert.Equal(t, ledger.StateDuplicate, d.ledger(second).State)
	assert.Equal(t, ledger.StateDuplicate, d.ledger(waiting).State)
	assert.Equal(t, ledger.StateSent, d.ledger(first).State)
	_, err = d.ResolveCreate(t.Context(), ids(second))
	require.NoError(t, err)
	assert.Equal(t, ledger.StatePending, d.ledger(second).State, "a person may")
}

func TestHook_Secret(t *testing.T) {
	t.Parallel()
	d, keyset, _ := hooked(t)
	open := func(sealed []byte) string {
		t.Helper()
		text, err := keyset.Open(seal.HookOrg("acme"), sealed)
		require.NoError(t, err)
		return string(text)
	}
	require.ErrorIs(t, webhooks.In(d.Store).MakeHook(t.Context(), keyset, "acme", "another", kim), webhooks.ErrHookMade)
	require.ErrorIs(t, webhooks.In(d.Store).RotateHook(t.Context(), keyset, "globex", "another", false, kim), store.ErrNotFound)
	_, err := webhooks.In(d.Store).Secret(t.Context(), "globex")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = webhooks.In(d.Store).Hook(t.Context(), "globex")
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, webhooks.In(d.Store).RotateHook(t.Context(), keyset, "acme", "second", false, kim))
	h, err := webhooks.In(d.Store).Secret(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []string{"second", "the secret"}, []string{open(h.Sealed), open(h.Before)})
	_, err = keyset.Open("acme", h.Sealed)
	require.ErrorIs(t, err, seal.ErrSealBroken, "it never opens as the company's key")

	text, err := keyset.WithNewKey()
	require.NoError(t, err)
	newer, err := seal.ParseKeyset(text)
	require.NoError(t, err)
	r, err := keyring.In(d.Store).Rotate(t.Context(), newer, false, false, kim)
	require.NoError(t, err)
	assert.Equal(t, 3, r.Rewrapped, "the digest key and both secrets")
	require.NoError(t, keyring.In(d.Store).OldKeysUnused(t.Context(), newer))
	keyset = newer
	h, err = webhooks.In(d.Store).Secret(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, []string{"second", "the secret"}, []string{open(h.Sealed), open(h.Before)})
	require.NoError(t, webhooks.In(d.Store).RotateHook(t.Context(), keyset, "acme", "third", true, kim))
	h, err = webhooks.In(d.Store).Secret(t.Context(), "acme")
	require.NoError(t, err)
	assert.Equal(t, "third", open(h.Sealed))
	assert.Nil(t, h.Before)
	assert.Equal(t, 3, d.count("SELECT count(*) FROM ghexport.audit WHERE action = 'org webhook' AND org_id = 'acme'"))
}

// What events tell of stage and status is kept where answers keep it, in whichever order they come; a merge loses nothing of it.
func TestWorkEvents_NotesWhereTheyStand(t *testing.T) {
	t.Parallel()
	d, _, digests := hooked(t)
	id := d.sentAs("acme", 17)
	at := time.Now().Add(-time.Hour)
	stands := func(action ledger.HookAction, candidate int64, minute int, status, stage string) webhooks.Event {
		e := hookSaid(action, candidate, "")
		e.At, e.Status, e.Stage = at.Add(time.Duration(minute)*time.Minute), status, stage
		return e
	}
	d.hear(digests, stands(ledger.HookStageChanged, 17, 3, "active", "Offer"), stands(ledger.HookStageChanged, 17, 2, "active", "Phone"))
	assert.Equal(t, "17 active Offer", d.track(id))
	merge := hookSaid(ledger.HookMerged, 17, "")
	merge.NewCandidate = 18
	d.hear(digests, merge)
	assert.Equal(t, "18 active Offer", d.track(id))
	assert.Equal(t, int64(18), d.profile(id)[0])
	d.hear(digests, stands(ledger.HookHired, 17, 5, "hired", ""), stands(ledger.HookRejected, 18, 4, "rejected", "Offer"))
	assert.Equal(t, "18 hired Offer never", d.track(id))
	d.hear(digests, stands(ledger.HookDeleted, 18, 6, "", ""))
	assert.Equal(t, []string{"seen Offer", "merged Offer", "hired Offer", "gone Offer"}, d.feed(id))
}
