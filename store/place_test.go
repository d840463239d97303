package store

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	yes := true
	row := func(state State, edit ...func(*ledgerRow)) *ledgerRow {
		r := &ledgerRow{ID: 1, Version: 5, Digest: []byte("five"), State: state, Advances: &yes, Continues: &yes, Flags: []string{}}
		for _, f := range edit {
			f(r)
		}
		return r
	}
	aside := func(v int64) func(*ledgerRow) { return func(r *ledgerRow) { r.AsideVersion = &v } }
	erased := func(r *ledgerRow) { r.Erased = true }
	newer := Arrival{Version: 6, Digest: []byte("six"), Advances: &yes, Continues: &yes, Eligible: true}
	withdrawn := Arrival{Version: 6, Digest: []byte("six"), Advances: &yes, Cause: CauseDecisionMissing}

	for name, c := range map[string]struct {
		row     *ledgerRow
		arrival Arrival
		want    placement
		flags   []string
	}{
		"FirstMessage":            {nil, newer, placeInsert, []string{}},
		"Repeat":                  {row(StatePending), Arrival{Version: 5, Digest: []byte("five")}, placeNothing, nil},
		"Older":                   {row(StatePending), Arrival{Version: 4, Digest: []byte("four")}, placeNothing, nil},
		"SameVersionOtherContent": {row(StatePending), Arrival{Version: 5, Digest: []byte("other")}, placeMark, []string{FlagVersionConflict}},
		"NewerWhileIneligible":    {row(StateIneligible), newer, placeReplace, []string{}},
		"NewerWhilePending":       {row(StatePending), newer, placeReplace, []string{}},
		"NewerWhileQueued":        {row(StateQueued), newer, placeReplace, []string{}},
		"NewerWhileDuplicate":     {row(StateDuplicate), newer, placeReplace, []string{}},
		"NewerWhileDead":          {row(StateDead), newer, placeReplace, []string{}},
		"NewerWhileSending":       {row(StateSending), newer, placeAside, []string{}},
		"NewerWhileUnknown":       {row(StateUnknown), newer, placeAside, []string{}},
		"NewerWhileCancelled":     {row(StateCancelled), newer, placeAside, []string{}},
		"NewerWhileErased":        {row(StateCancelled, erased), newer, placeMark, []string{}},
		"NewerThanTheOneAside":    {row(StateUnknown, aside(5)), newer, placeAside, []string{}},
		"OlderThanTheOneAside":    {row(StateUnknown, aside(7)), newer, placeNothing, nil},
		"SameAsTheOneAside":       {row(StateUnknown, aside(6)), newer, placeNothing, nil},
		"EditedAfterSend":         {row(StateSent), newer, placeMark, []string{FlagEditedAfterSend}},
		"WithdrawnAfterSend":      {row(StateSent), withdrawn, placeMark, []string{FlagDecisionVanished, FlagWithdrawnAfterSend}},
		"DecisionVanished":        {row(StatePending), withdrawn, placeReplace, []string{FlagDecisionVanished}},
	} {
		got, flags := place(c.row, c.arrival)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.flags, flags, name)
	}
}

func TestPlace_RenderedFlagsGoWithTheirRendering(t *testing.T) {
	t.Parallel()
	stands := &ledgerRow{Version: 1, State: StatePending, Flags: []string{FlagNamePadded, FlagVersionConflict}}
	_, flags := place(stands, Arrival{Version: 2, Flags: []string{FlagNoteCut}})
	assert.Equal(t, []string{FlagNoteCut, FlagVersionConflict}, flags)
}

func TestCauseOf(t *testing.T) {
	t.Parallel()
	missing := Arrival{Cause: CauseDecisionMissing}
	assert.Equal(t, CauseDecisionMissing, causeOf(nil, missing))
	assert.Equal(t, CauseDecisionMissing, causeOf(&ledgerRow{State: StateIneligible, Cause: CauseDecisionNo}, missing))
	assert.Equal(t, CauseWithdrawn, causeOf(&ledgerRow{State: StatePending}, missing))
	assert.Equal(t, CauseWithdrawn, causeOf(&ledgerRow{State: StateIneligible, Cause: CauseWithdrawn}, missing))
	assert.Equal(t, CausePractice, causeOf(&ledgerRow{State: StatePending}, Arrival{Cause: CausePractice}))
	assert.Equal(t, CauseNone, causeOf(&ledgerRow{State: StateDead}, Arrival{Eligible: true}))
}
