package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

const hoursKept = "SELECT coalesce(string_agg(h::text, ';' ORDER BY h), '') FROM ghexport.attempt_hours h"

func TestNumbers(t *testing.T) {
	t.Parallel()
	d := setup(t)
	acme := d.export(fixture{State: ledger.StateSent, Org: "acme"})
	globex := d.export(fixture{State: ledger.StateDead, Org: "globex", Cause: ledger.CausePayloadRefused})
	d.exec("UPDATE ghexport.exports SET committed_at = now() - interval '100 hours'")
	d.attempted(acme, ledger.OutcomeSent, ledger.CauseNone, 100*time.Hour-10*time.Second)
	d.attempted(acme, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, 3*time.Hour)
	d.attempted(globex, ledger.OutcomeDead, ledger.CausePayloadRefused, 26*24*time.Hour)
	d.attempted(globex, ledger.OutcomeDead, ledger.CausePayloadRefused, 0)

	check := func(t *testing.T) {
		for _, c := range []struct {
			org            string
			span           ledger.Span
			attempts, sent int64
			parts          int
			causes         map[ledger.Cause]int64
		}{
			{"", ledger.SpanDay, 2, 0, 25, map[ledger.Cause]int64{ledger.CauseGreenhouseDown: 1, ledger.CausePayloadRefused: 1}},
			{"", ledger.SpanWeek, 3, 1, 29, map[ledger.Cause]int64{ledger.CauseGreenhouseDown: 1, ledger.CausePayloadRefused: 1}},
			{"", ledger.SpanMonth, 4, 1, 31, map[ledger.Cause]int64{ledger.CauseGreenhouseDown: 1, ledger.CausePayloadRefused: 2}},
			{"acme", ledger.SpanMonth, 2, 1, 31, map[ledger.Cause]int64{ledger.CauseGreenhouseDown: 1}},
			{"globex", ledger.SpanWeek, 1, 0, 29, map[ledger.Cause]int64{ledger.CausePayloadRefused: 1}},
			{"initech", ledger.SpanMonth, 0, 0, 31, map[ledger.Cause]int64{}},
		} {
			n, err := figures.In(d.Store).Numbers(t.Context(), c.org, c.span)
			require.NoError(t, err)
			require.Len(t, n.Parts, c.parts)
			assert.Equal(t, c.attempts, n.All.Attempts, "%s %s", c.org, c.span)
			assert.Equal(t, c.sent, n.All.Sent, "%s %s", c.org, c.span)
			assert.Equal(t, c.causes, n.All.Causes, "%s %s", c.org, c.span)
			var sum int64
			for _, part := range n.Parts {
				sum += part.Attempts
			}
			assert.Equal(t, c.attempts, sum, "the parts are the whole")
			if c.sent > 0 {
				assert.InDelta(t, 10, float64(n.All.P99), 1, "within a tenth")
			}
		}
	}
	require.NoError(t, figures.In(d.Store).SumUpHours(t.Context()))
	t.Run("OfHoursSummedUpAndTheRest", check)
	kept := one[string](d, hoursKept)
	require.NoError(t, figures.In(d.Store).SumUpHours(t.Context()))
	assert.Equal(t, kept, one[string](d, hoursKept), "twice changes nothing")
	d.exec("DELETE FROM ghexport.attempts WHERE finished_at < now() - interval '2 hours'")
	t.Run("WhenTheAttemptsAreGone", check)
	require.NoError(t, figures.In(d.Store).SumUpHours(t.Context()))
	assert.Equal(t, kept, one[string](d, hoursKept), "what is gone is not summed up anew")
}

func TestSumUpHours_ByTwoNodesIsByOne(t *testing.T) {
	t.Parallel()
	d := setup(t)
	id := d.export(fixture{State: ledger.StateSent, Org: "acme"})
	for ago := 2 * time.Hour; ago < 60*time.Hour; ago += 7 * time.Hour {
		d.attempted(id, ledger.OutcomeAgain, ledger.CauseGreenhouseDown, ago)
	}
	var nodes sync.WaitGroup
	for range 4 {
		nodes.Go(func() {
			if err := figures.In(d.Store).SumUpHours(t.Context()); !errors.Is(err, store.ErrStandby) {
				assert.NoError(t, err)
			}
		})
	}
	nodes.Wait()
	require.NoError(t, figures.In(d.Store).SumUpHours(t.Context()))
	assert.Equal(t, int64(9), one[int64](d, "SELECT sum(attempts)::bigint FROM ghexport.attempt_hours WHERE org_id = ''"))
	assert.Equal(t, int64(9), one[int64](d, "SELECT sum(attempts)::bigint FROM ghexport.attempt_hours WHERE org_id = 'acme'"))
	assert.Equal(t, int64(720), one[int64](d, "SELECT count(*) FROM ghexport.attempt_hours WHERE outcome = ''"), "each hour says once that it is summed up")
}
