package ledger

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHookAction_Tells(t *testing.T) {
	t.Parallel()
	want := map[HookAction]HookTells{
		HookMerged: HookTellsMerge, HookDeleted: HookTellsDeletion, HookAnonymised: HookTellsAnonymity,
	}
	for _, action := range HookActions {
		tells, other := want[action]
		if !other {
			tells = HookTellsPresence
		}
		assert.Equal(t, tells, action.Tells(), action)
	}
	assert.Equal(t, HookTellsPing, HookPing.Tells())
	for _, action := range []HookAction{"", "offer_created", "delete_application", "of tomorrow", "PING"} {
		assert.Equal(t, HookTellsNothing, action.Tells(), action)
	}
}
