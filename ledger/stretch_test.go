package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

func TestWay_Stretches(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return began.Add(time.Duration(minutes) * time.Minute) }
	way := ledger.Way{
		Committed: at(0), Folded: at(1), Now: at(60), Waits: true,
		Attempts: []ledger.WayAttempt{
			{Number: 1, Dispatched: at(3), Began: at(4), Ended: at(5), NextAt: at(15), Outcome: ledger.OutcomeAgain, Cause: ledger.CauseGreenhouseDown, Status: 503},
			{Number: 2, Began: at(40), Ended: at(41), NextAt: at(90), Outcome: ledger.OutcomeAgain, Cause: ledger.CauseGreenhouseDown, Status: 503},
		},
		Holds: []ledger.WayHold{{Cause: ledger.CauseAuthRejected, Since: at(20), Until: at(30)}},
	}
	var kinds []string
	last := way.Committed
	for _, one := range way.Stretches() {
		assert.Equal(t, last, one.From, "there is no gap")
		last = one.To
		kinds = append(kinds, string(one.Kind)+" "+one.Took().String())
	}
	assert.Equal(t, way.Now, last)
	assert.Equal(t, []string{
		"fold 1m0s", "turn 2m0s", "queue 1m0s", "attempt 1m0s", "again 10m0s", "turn 5m0s", "held 10m0s", "turn 10m0s", "attempt 1m0s", "again 19m0s",
	}, kinds)

	t.Run("AHoldThatLasts", func(t *testing.T) {
		way := ledger.Way{Committed: at(0), Folded: at(0), Now: at(9), Waits: true, Holds: []ledger.WayHold{{Cause: ledger.CauseOff, Since: at(-5)}}}
		assert.Equal(t, []ledger.Stretch{{Kind: ledger.StretchHeld, From: at(0), To: at(9), Cause: ledger.CauseOff, Lasts: true}}, way.Stretches())
	})
	t.Run("OneThatIsUnderWay", func(t *testing.T) {
		now := at(3)
		way := ledger.Way{Committed: at(0), Folded: at(1), Now: at(4), Sending: &now, Number: 1}
		list := way.Stretches()
		assert.Equal(t, ledger.Stretch{Kind: ledger.StretchAttempt, From: at(3), To: at(4), Attempt: 1, Lasts: true}, list[len(list)-1])
	})
	t.Run("AVersionThatCameLaterIsNotFolded", func(t *testing.T) {
		way := ledger.Way{Committed: at(5), Folded: at(1), Now: at(9)}
		assert.Empty(t, way.Stretches())
	})
}
