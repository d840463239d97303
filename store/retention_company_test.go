package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/retention"
)

// keeps sets a company's own age.
func (d *db) keeps(org string, days int) {
	d.t.Helper()
	require.NoError(d.t, d.SetSettings(d.t.Context(), org, store.Settings{KeepPeopleDays: &days}, kim))
}

// aged makes an export and what it sends so many days old.
func (d *db) aged(days int, f fixture) int64 {
	d.t.Helper()
	id := d.export(f)
	d.exec("UPDATE ghexport.exports SET updated_at = now() - make_interval(days => $2) WHERE id = $1", id, days)
	d.exec("UPDATE ghexport.bodies b SET created_at = now() - make_interval(days => $2) FROM ghexport.exports e WHERE e.id = $1 AND b.id = e.body_id", id, days)
	return id
}

func (d *db) hasBody(id int64) bool {
	d.t.Helper()
	return one[bool](d, "SELECT body_id IS NOT NULL FROM ghexport.exports WHERE id = $1", id)
}

// pass is one pass of what is personal data: by company, what went and what stays.
func (d *db) pass(class ledger.Kept, keep ledger.Retention, dryRun bool) []retention.RetainedOf {
	d.t.Helper()
	all, err := retention.In(d.Store).Retain(d.t.Context(), keep, dryRun)
	require.NoError(d.t, err)
	for _, one := range all {
		if one.Class == class {
			return one.Companies
		}
	}
	return nil
}

// Each company's personal data goes by the age that it has set, else by the service's. What may still be sent, or waits for somebody,
// stays however old, is counted, and can be sent.
func TestRetain_ByTheCompanysAge(t *testing.T) {
	t.Parallel()
	d := setup(t)
	const day = 24 * time.Hour
	for _, org := range []string{"acme", "globex", "initech"} {
		d.company(org)
	}
	d.keeps("acme", 30)
	d.keeps("initech", 1000)
	waits := map[ledger.State]int64{}
	for state, cause := range map[ledger.State]ledger.Cause{
		ledger.StatePending: "", ledger.StateQueued: "", ledger.StateSending: "", ledger.StateDead: ledger.CausePayloadRefused,
		ledger.StateUnknown: ledger.CauseOutcomeUnknown, ledger.StateDuplicate: ledger.CauseDuplicatePossible,
	} {
		waits[state] = d.aged(500, fixture{State: state, Cause: cause})
	}
	doubt := d.aged(500, fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped, Flags: []string{"may_exist"}})
	old := d.aged(40, fixture{State: ledger.StateSent})
	skipped := d.aged(31, fixture{State: ledger.StateCancelled, Cause: ledger.CauseSkipped})
	young := d.aged(29, fixture{State: ledger.StateSent})
	again := d.aged(400, fixture{State: ledger.StateSent})
	d.exec("UPDATE ghexport.exports SET updated_at = now() WHERE id = $1", again)
	others := []int64{d.aged(400, fixture{Org: "globex", State: ledger.StateSent}), d.aged(40, fixture{Org: "globex", State: ledger.StateSent})}
	others = append(others, d.aged(400, fixture{Org: "initech", State: ledger.StateSent}), d.aged(1001, fixture{Org: "initech", State: ledger.StateSent}),
		d.aged(400, fixture{Org: "nobody", State: ledger.StatePending}))

	own := retention.RetainedOf{Org: "acme", Kept: 30 * day, Own: true, Gone: 2, Stays: 7}
	want := []retention.RetainedOf{
		own, {Org: "globex", Kept: 365 * day, Gone: 1}, {Org: "initech", Kept: 1000 * day, Own: true, Gone: 1},
		{Org: "nobody", Kept: 365 * day, Stays: 1},
	}
	facts, err := retention.In(d.Store).PeopleHeld(t.Context(), "acme", 365*day)
	require.NoError(t, err)
	assert.Equal(t, want, d.pass(ledger.KeptPeople, year(), true), "a dry run")
	assert.Equal(t, []retention.RetainedOf{own, {Org: "initech", Own: true, Kept: 1000 * day, Gone: 1}}, d.pass(ledger.KeptPeople, ledger.Retention{}, true),
		"where the service keeps for ever, the companies' own ages count")
	past, err := retention.In(d.Store).PeoplePastAge(t.Context())
	require.NoError(t, err)
	assert.InDelta(t, (470 * day).Hours(), past.Hours(), 25)
	assert.Equal(t, want, d.pass(ledger.KeptPeople, year(), false))
	want[0].Gone, want[1].Gone, want[2].Gone = 0, 0, 0
	assert.Equal(t, []retention.RetainedOf{want[0], want[3]}, d.pass(ledger.KeptPeople, year(), false), "again")

	t.Run("TakesWhatIsSettled", func(t *testing.T) {
		got := map[int64]bool{}
		for _, id := range append(others, old, skipped, young, again) {
			got[id] = d.hasBody(id)
		}
		assert.Equal(t, map[int64]bool{old: false, skipped: false, young: true, again: true,
			others[0]: false, others[1]: true, others[2]: true, others[3]: false, others[4]: true}, got)
		assert.Equal(t, 16, d.count("SELECT count(*) FROM ghexport.exports WHERE candidate_digest IS NOT NULL AND version = 5"), "keys and versions stay")
	})
	t.Run("LosesNothingThatMayStillBeSent", func(t *testing.T) {
		for state, id := range waits {
			assert.True(t, d.hasBody(id), state)
		}
		assert.True(t, d.hasBody(doubt))
		_, err := d.Replay(t.Context(), store.ReplayRequest{Request: ids(waits[ledger.StateDead])})
		require.NoError(t, err)
		assert.True(t, d.ledger(waits[ledger.StateDead]).Due, "however old it is, it goes")
		_, err = d.ResolveSkip(t.Context(), ids(waits[ledger.StateDuplicate]))
		require.NoError(t, err)
		assert.True(t, d.hasBody(waits[ledger.StateDuplicate]))
		d.exec("UPDATE ghexport.exports SET updated_at = now() - interval '31 days' WHERE id = $1", waits[ledger.StateDuplicate])
		assert.Equal(t, 1, d.pass(ledger.KeptPeople, year(), false)[0].Gone, "once it is decided")
		assert.False(t, d.hasBody(waits[ledger.StateDuplicate]))
	})
	t.Run("TellsWhatIsHeld", func(t *testing.T) {
		require.NotNil(t, facts.Oldest)
		facts.Oldest = nil
		assert.Equal(t, ledger.PeopleHeld{Days: 30, Own: true, Goes: 2, Stays: map[ledger.State]int64{
			ledger.StatePending: 1, ledger.StateQueued: 1, ledger.StateSending: 1, ledger.StateDead: 1, ledger.StateUnknown: 1,
			ledger.StateDuplicate: 1, ledger.StateCancelled: 1,
		}}, facts)
		facts, err := retention.In(d.Store).PeopleHeld(t.Context(), "nobody", 0)
		require.NoError(t, err)
		assert.Zero(t, facts.Days, "for ever")
		assert.Empty(t, facts.Stays)
		assert.NotNil(t, facts.Oldest)
		facts, err = retention.In(d.Store).PeopleHeld(t.Context(), "never", 365*day)
		require.NoError(t, err)
		assert.Nil(t, facts.Oldest)
	})
	t.Run("TakesMessagesThatWereOvertaken", func(t *testing.T) {
		reject := func(org, interview string, version, days int) int64 {
			return one[int64](d, `
				WITH m AS (INSERT INTO ghexport.outbox (org_id, interview_id, version, schema_version, message) VALUES ($1, $2, $3, 1, '{}') RETURNING *)
				INSERT INTO ghexport.rejected (id, org_id, interview_id, version, schema_version, message, detail, enqueued_at, rejected_at)
				SELECT id, org_id, interview_id, version, 1, message, 'wrong', now(), now() - make_interval(days => $4) FROM m RETURNING id`, org, interview, version, days)
		}
		overtaken, newer, unfolded := reject("acme", "iv_0", 5, 40), reject("acme", "iv_0", 6, 40), reject("acme", "iv_new", 1, 40)
		elsewhere, fresh := reject("globex", "iv_11", 1, 40), reject("acme", "iv_0", 4, 20)
		want := []retention.RetainedOf{{Org: "acme", Kept: 30 * day, Own: true, Gone: 1, Stays: 2}}
		assert.Equal(t, want, d.pass(ledger.KeptRejected, year(), true), "a dry run")
		assert.Equal(t, want, d.pass(ledger.KeptRejected, year(), false))
		assert.ElementsMatch(t, []int64{newer, unfolded, elsewhere, fresh}, one[[]int64](d, "SELECT array_agg(id) FROM ghexport.rejected"), overtaken)
	})
	t.Run("SettingIsChecked", func(t *testing.T) {
		for _, days := range []int{-1, 1, 6, 3651} {
			err := d.SetSettings(t.Context(), "acme", store.Settings{KeepPeopleDays: &days}, kim)
			assert.ErrorContains(t, err, "keep_people_days must be 7 to 3650", days)
		}
		d.keeps("acme", 0)
		i, err := d.Integration(t.Context(), "acme")
		require.NoError(t, err)
		assert.Nil(t, i.KeepPeopleDays)
		assert.Equal(t, 1, d.count(`SELECT count(*) FROM ghexport.audit WHERE action = 'org set' AND detail @> '{"before": {"keep_people_days": 30}, "after": {"keep_people_days": null}}'`))
	})
}

// A company's own age is walked by its own index, past bodies of others in any number, and in steps as small as any.
func TestRetain_WalksOneCompanyInSteps(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.company("acme")
	d.keeps("acme", 7)
	d.exec(`
		WITH b AS (
			INSERT INTO ghexport.bodies (org_id, interview_id, first_name, last_name, email, note, note_format, created_at)
			SELECT CASE WHEN n % 2 = 0 THEN 'acme' ELSE 'globex' END, 'iv_' || n, 'A', 'B', 'c', 'd', 1, now() - interval '8 days' FROM generate_series(1, 2400) n
			RETURNING id, org_id, interview_id
		)
		INSERT INTO ghexport.exports (org_id, interview_id, candidate_id, version, content_digest, state, interviewed_at, practice, body_id, committed_at, updated_at)
		SELECT org_id, interview_id, 'c', 1, '\x00', 'sent', now(), false, id, now(), now() - interval '8 days' FROM b`)
	assert.Equal(t, map[ledger.Kept]int{ledger.KeptPeople: 1200}, d.retain(year(), true), "a dry run")
	assert.Equal(t, map[ledger.Kept]int{ledger.KeptPeople: 1200}, d.retain(year(), false))
	assert.Equal(t, 1200, d.count("SELECT count(*) FROM ghexport.bodies WHERE org_id = 'globex'"))
}
