package store_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/query"
	"github.com/interviewing-io/greenhouse-export/wording"
)

// answered settles a new attempt with acme's key.
func (d *db) answered(outcome ledger.Outcome, limit *store.RateLimit) {
	d.t.Helper()
	id := d.export(fixture{State: ledger.StateSending})
	said := store.Settle{
		ExportID: id, Token: one[uuid.UUID](d, "SELECT attempt FROM ghexport.exports WHERE id = $1", id), OrgID: "acme", Outcome: outcome,
		Credential: []byte("digest acme"), Limit: limit,
	}
	switch outcome {
	case ledger.OutcomeSent:
		said.CandidateID = 17
	case ledger.OutcomeLimited:
		said.Cause, said.Delay = ledger.CauseLimited, time.Minute
	}
	settled, err := d.Settle(d.t.Context(), said)
	require.NoError(d.t, err)
	require.NoError(d.t, settled.Refusal)
	require.True(d.t, settled.Applied)
}

type budget struct {
	Limit      int
	Window     time.Duration
	Ends       *float64 // in so many seconds
	PhaseKnown bool
	Spent      int
	Limited    int
	Blocked    *float64
}

func (d *db) budget() budget {
	d.t.Helper()
	var b budget
	require.NoError(d.t, d.Pool.QueryRow(d.t.Context(), `
		SELECT limit_, window_length, extract(epoch FROM window_end - clock_timestamp())::float8, phase_known, spent, limited,
		       extract(epoch FROM blocked_until - clock_timestamp())::float8
		  FROM ghexport.budgets WHERE credential = 'digest acme'`).Scan(&b.Limit, &b.Window, &b.Ends, &b.PhaseKnown, &b.Spent, &b.Limited, &b.Blocked))
	return b
}

// Whoever read an answer, the store takes of it what is within bounds.
func TestLearn_Bounds(t *testing.T) {
	t.Parallel()
	minute := 60.0
	for name, c := range map[string]struct {
		said    store.RateLimit
		known   bool
		limit   int
		spent   int
		blocked *float64
	}{
		"AsUsual":           {said: store.RateLimit{Limit: 50, Remaining: 20, ResetIn: 9 * time.Second}, known: true, limit: 50, spent: 30},
		"TheWidest":         {said: store.RateLimit{Limit: 1_000_000, Remaining: 0, ResetIn: 10 * time.Minute}, known: true, limit: 1_000_000, spent: 1_000_000},
		"TooManyRequests":   {said: store.RateLimit{Limit: 1_000_001, Remaining: 5, ResetIn: time.Second, BlockedFor: time.Minute}, limit: 50, blocked: &minute},
		"NoRequests":        {said: store.RateLimit{Limit: 0, Remaining: 5, ResetIn: time.Second, BlockedFor: time.Minute}, limit: 50, blocked: &minute},
		"NegativeLimit":     {said: store.RateLimit{Limit: math.MinInt64, Remaining: 5, ResetIn: time.Second, BlockedFor: time.Minute}, limit: 50, blocked: &minute},
		"FarReset":          {said: store.RateLimit{Limit: 70, Remaining: 5, ResetIn: 10*time.Minute + 1, BlockedFor: time.Minute}, limit: 50, blocked: &minute},
		"NegativeReset":     {said: store.RateLimit{Limit: 70, Remaining: 5, ResetIn: -1, BlockedFor: time.Minute}, limit: 50, blocked: &minute},
		"MoreLeftThanThere": {said: store.RateLimit{Limit: 50, Remaining: math.MaxInt64, ResetIn: time.Second}, known: true, limit: 50},
		"LessLeftThanNone":  {said: store.RateLimit{Limit: 50, Remaining: math.MinInt64, ResetIn: time.Second}, known: true, limit: 50, spent: 50},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.company("acme")
			d.answered(ledger.OutcomeLimited, &c.said)
			b := d.budget()
			assert.Equal(t, c.limit, b.Limit)
			assert.Equal(t, c.known, b.PhaseKnown)
			assert.Equal(t, c.spent, b.Spent)
			assert.LessOrEqual(t, b.Window, 10*time.Minute)
			if c.blocked == nil {
				assert.Nil(t, b.Blocked)
			} else {
				assert.InDelta(t, *c.blocked, *b.Blocked, 5)
			}
		})
	}
	for name, c := range map[string]struct {
		wait time.Duration
		want float64
	}{"Negative": {-time.Hour, 1}, "Tiny": {1, 1}, "ForEver": {math.MaxInt64, 3600}} {
		t.Run(name+"Wait", func(t *testing.T) {
			t.Parallel()
			d := setup(t)
			d.answered(ledger.OutcomeLimited, &store.RateLimit{BlockedFor: c.wait})
			assert.InDelta(t, c.want, *d.budget().Blocked, 5)
		})
	}
}

// 429s in a row wait longer and longer, up to five minutes or what Greenhouse itself says; the first that is accepted ends that.
func TestLearn_BacksOffOverConsecutive429s(t *testing.T) {
	t.Parallel()
	d := setup(t)
	over := func() { d.exec("UPDATE ghexport.budgets SET blocked_until = clock_timestamp() - interval '1 ms'") }
	limited := func(wait time.Duration) budget {
		d.answered(ledger.OutcomeLimited, &store.RateLimit{BlockedFor: wait})
		return d.budget()
	}
	for n, want := range []float64{10, 20, 40, 80, 160, 300, 300, 300} {
		b := limited(10 * time.Second)
		assert.InDelta(t, want, *b.Blocked, 5)
		assert.Equal(t, n+1, b.Limited)
		b = limited(10 * time.Second)
		assert.Equal(t, n+1, b.Limited, "one that was on its way with the first is no other")
		assert.InDelta(t, want, *b.Blocked, 5)
		over()
	}
	assert.InDelta(t, 1800, *limited(30 * time.Minute).Blocked, 5, "what Greenhouse says is not shortened")
	over()
	d.answered(ledger.OutcomeAgain, nil)
	assert.Equal(t, 9, d.budget().Limited, "a failure is no sign")
	d.answered(ledger.OutcomeSent, nil)
	assert.Zero(t, d.budget().Limited)
	assert.InDelta(t, 10, *limited(10 * time.Second).Blocked, 5)
	over()
	assert.Equal(t, 2, limited(time.Second).Limited)
	d.answered(ledger.OutcomeSent, &store.RateLimit{Limit: 50, Remaining: 3, ResetIn: time.Second})
	assert.Zero(t, d.budget().Limited, "with headers, too")
	d.exec("UPDATE ghexport.budgets SET limited = 1000000")
	over()
	assert.InDelta(t, 300, *limited(time.Second).Blocked, 5)
}

// What a strange answer taught is gone once answers are as usual again, or say nothing any more.
func TestLearn_RecoversFromStrangeHeaders(t *testing.T) {
	t.Parallel()
	usual := &store.RateLimit{Limit: 50, Remaining: 49, ResetIn: 8 * time.Second}
	strange := func(d *db) {
		d.answered(ledger.OutcomeSent, &store.RateLimit{Limit: 1, Remaining: 0, ResetIn: 10 * time.Minute})
		b := d.budget()
		assert.Equal(t, budget{Limit: 1, Window: 10 * time.Minute, Ends: b.Ends, PhaseKnown: true, Spent: 1}, b)
	}
	later := func(d *db, by string) {
		d.exec("UPDATE ghexport.budgets SET said_at = said_at - $1::interval, window_at = window_at - $1::interval, window_end = window_end - $1::interval", by)
	}

	t.Run("HeadersAreUsualAgain", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		strange(d)
		d.answered(ledger.OutcomeSent, usual)
		b := d.budget()
		assert.Equal(t, 50, b.Limit, "the limit at once")
		assert.InDelta(t, 8, *b.Ends, 5, "the window's end at once")
		later(d, "21 minutes")
		d.answered(ledger.OutcomeSent, usual)
		assert.Equal(t, ledger.ColdWindow, d.budget().Window, "its length when nothing speaks for the longer")
	})

	t.Run("ALongWindowIsNotTakenForAShortOneAtItsEnd", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		d.answered(ledger.OutcomeSent, &store.RateLimit{Limit: 50, Remaining: 49, ResetIn: 55 * time.Second})
		d.answered(ledger.OutcomeSent, usual)
		assert.Equal(t, time.Minute, d.budget().Window)
		later(d, "119 seconds")
		d.answered(ledger.OutcomeSent, usual)
		assert.Equal(t, time.Minute, d.budget().Window)
	})

	t.Run("HeadersAreGone", func(t *testing.T) {
		t.Parallel()
		d := setup(t)
		strange(d)
		d.answered(ledger.OutcomeSent, nil)
		assert.Equal(t, 1, d.budget().Limit, "one answer may lack them")
		later(d, "11 minutes")
		d.answered(ledger.OutcomeAgain, nil)
		assert.Equal(t, 1, d.budget().Limit, "a failure of whatever stands between us says nothing")
		d.answered(ledger.OutcomeSent, nil)
		assert.Equal(t, budget{Limit: 50, Window: ledger.ColdWindow}, d.budget())
	})
}

// A budget that is blocked is said wherever somebody asks, with until when and why.
func TestStandstill(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.alive()
	d.company("acme")
	d.export(fixture{State: ledger.StatePending, Interview: "iv_waits", DueIn: -time.Second})
	asked := func() (*wording.Still, wording.Health, string) {
		stands, err := d.Standstill(t.Context(), "acme")
		require.NoError(t, err)
		list, err := query.In(d.Store).Why(t.Context(), "acme", "iv_waits")
		require.NoError(t, err)
		var why []string
		for _, check := range wording.Explain(list)[0].Checks {
			why = append(why, check.Detail)
		}
		return wording.OfStandstill(stands), d.health(), strings.Join(why, "\n")
	}
	stands, h, why := asked()
	assert.Nil(t, stands)
	assert.Empty(t, h.Problems)
	assert.Contains(t, h.Headline, "All well")
	assert.Contains(t, why, "goes with the relay's next pass")

	d.exec("INSERT INTO ghexport.budgets (credential, blocked_until, limited) VALUES ('digest acme', '2999-01-02 03:04:05Z', 3)")
	stands, h, why = asked()
	require.NotNil(t, stands)
	assert.Equal(t, "Greenhouse asks us to slow down with the company's key (429, 3 times in a row): nothing is sent with it until 2999-01-02 03:04:05 UTC.", stands.Says)
	assert.Contains(t, why, stands.Says)
	assert.NotContains(t, why, "It is due")
	assert.Equal(t, []string{"nothing is sent for acme until 2999-01-02 03:04:05 UTC, with 1 waiting: Greenhouse asks us to slow down (429, 3 times in a row)"}, says(h))
	assert.NotContains(t, h.Headline, "All well")
	assert.Equal(t, "limited", h.Problems[0].Runbook)
	require.Len(t, h.Still, 1)
	assert.Equal(t, int64(1), h.Still[0].Waiting)

	d.exec("UPDATE ghexport.budgets SET blocked_until = now(), phase_known = true, limit_ = 1, spent = 1, window_length = '10 minutes', window_end = '2999-01-02 03:04:05Z'")
	stands, h, why = asked()
	assert.Equal(t, "The one request that Greenhouse allows the company's key at a time is used up until 2999-01-02 03:04:05 UTC.", stands.Says)
	assert.Contains(t, why, stands.Says)
	assert.NotContains(t, h.Headline, "All well")

	d.exec("UPDATE ghexport.budgets SET window_end = clock_timestamp() + interval '9 seconds'")
	stands, h, _ = asked()
	assert.Nil(t, stands, "that is how a budget works")
	assert.Contains(t, h.Headline, "All well")
	d.exec("UPDATE ghexport.budgets SET blocked_until = '2999-01-02 03:04:05Z'")
	d.exec("UPDATE ghexport.exports SET state = 'ineligible', due_at = NULL, cause = 'practice'")
	assert.Empty(t, d.health().Still, "nobody waits")
}
