package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	yes := true
	row := func(state State, edit ...func(*Standing)) *Standing {
		r := &Standing{ID: 1, Version: 5, Digest: []byte("five"), State: state, Advances: &yes, Continues: &yes, Flags: []string{}}
		for _, f := range edit {
			f(r)
		}
		return r
	}
	aside := func(v int64) func(*Standing) { return func(r *Standing) { r.AsideVersion = &v } }
	erased := func(r *Standing) { r.Erased = true }
	newer := Arrival{Version: 6, Digest: []byte("six"), Advances: &yes, Continues: &yes, Eligible: true}
	withdrawn := Arrival{Version: 6, Digest: []byte("six"), Advances: &yes, Cause: CauseDecisionMissing}

	for name, c := range map[string]struct {
		row     *Standing
		arrival Arrival
		want    Placement
		flags   []string
	}{
		"FirstMessage":            {nil, newer, PlaceInsert, []string{}},
		"Repeat":                  {row(StatePending), Arrival{Version: 5, Digest: []byte("five")}, PlaceNothing, nil},
		"Older":                   {row(StatePending), Arrival{Version: 4, Digest: []byte("four")}, PlaceNothing, nil},
		"SameVersionOtherContent": {row(StatePending), Arrival{Version: 5, Digest: []byte("other")}, PlaceMark, []string{FlagVersionConflict}},
		"NewerWhileIneligible":    {row(StateIneligible), newer, PlaceReplace, []string{}},
		"NewerWhilePending":       {row(StatePending), newer, PlaceReplace, []string{}},
		"NewerWhileQueued":        {row(StateQueued), newer, PlaceReplace, []string{}},
		"NewerWhileDuplicate":     {row(StateDuplicate), newer, PlaceReplace, []string{}},
		"NewerWhileDead":          {row(StateDead), newer, PlaceReplace, []string{}},
		"NewerWhileSending":       {row(StateSending), newer, PlaceAside, []string{}},
		"NewerWhileUnknown":       {row(StateUnknown), newer, PlaceAside, []string{}},
		"NewerWhileCancelled":     {row(StateCancelled), newer, PlaceAside, []string{}},
		"NewerWhileErased":        {row(StateCancelled, erased), newer, PlaceMark, []string{}},
		"NewerThanTheOneAside":    {row(StateUnknown, aside(5)), newer, PlaceAside, []string{}},
		"OlderThanTheOneAside":    {row(StateUnknown, aside(7)), newer, PlaceNothing, nil},
		"SameAsTheOneAside":       {row(StateUnknown, aside(6)), newer, PlaceNothing, nil},
		"EditedAfterSend":         {row(StateSent), newer, PlaceMark, []string{FlagEditedAfterSend}},
		"WithdrawnAfterSend":      {row(StateSent), withdrawn, PlaceMark, []string{FlagDecisionVanished, FlagWithdrawnAfterSend}},
		"DecisionVanished":        {row(StatePending), withdrawn, PlaceReplace, []string{FlagDecisionVanished}},
	} {
		got, flags := Place(c.row, c.arrival)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.flags, flags, name)
	}
}

func TestPlace_RenderedFlagsGoWithTheirRendering(t *testing.T) {
	t.Parallel()
	stands := &Standing{Version: 1, State: StatePending, Flags: []string{FlagNamePadded, FlagVersionConflict}}
	_, flags := Place(stands, Arrival{Version: 2, Flags: []string{FlagNoteCut}})
	assert.Equal(t, []string{FlagNoteCut, FlagVersionConflict}, flags)
}

func TestCauseOf(t *testing.T) {
	t.Parallel()
	missing := Arrival{Cause: CauseDecisionMissing}
	assert.Equal(t, CauseDecisionMissing, IneligibleCause(nil, missing))
	assert.Equal(t, CauseDecisionMissing, IneligibleCause(&Standing{State: StateIneligible, Cause: CauseDecisionNo}, missing))
	assert.Equal(t, CauseWithdrawn, IneligibleCause(&Standing{State: StatePending}, missing))
	assert.Equal(t, CauseWithdrawn, IneligibleCause(&Standing{State: StateIneligible, Cause: CauseWithdrawn}, missing))
	assert.Equal(t, CausePractice, IneligibleCause(&Standing{State: StatePending}, Arrival{Cause: CausePractice}))
	assert.Equal(t, CauseNone, IneligibleCause(&Standing{State: StateDead}, Arrival{Eligible: true}))
}
