package wording_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/wording"
)

func TestPeopleHeld(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]ledger.PeopleHeld{
		"": {},
		"1 export is past it and goes within the hour.": {Goes: 1},
		"2 exports are past it and go within the hour. 1 export is past it and stays until somebody decides, or it is sent: 1 dead.": {
			Goes: 2, Stays: map[ledger.State]int64{ledger.StateDead: 1}},
		"At least 1,003 exports are past it and stay until somebody decides, or it is sent: 1,000 pending, 3 unknown.": {
			Stays: map[ledger.State]int64{ledger.StateUnknown: 3, ledger.StatePending: 1000}, More: true},
	} {
		assert.Equal(t, want, wording.PeopleHeld(h))
	}
	assert.Equal(t, "for ever", wording.KeptDays(0))
	assert.Equal(t, "1 day", wording.KeptDays(1))
}
