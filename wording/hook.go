package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// HookEvent is an event of Greenhouse's webhooks, in words.
type HookEvent struct {
	Action ledger.HookAction
	Named  string // as Greenhouse's page names it in the field When
	Does   string // what is done about it, in a clause
}

var hookEvents = map[ledger.HookAction]HookEvent{
	ledger.HookProspectCreated:    {Named: "Prospect created", Does: "settles an export whose answer got lost: it is there"},
	ledger.HookApplicationCreated: {Named: "New candidate application", Does: "the same for candidates on a job"},
	ledger.HookStageChanged:       {Named: "Candidate has changed stage", Does: "notes the stage"},
	ledger.HookApplicationUpdated: {Named: "Application updated", Does: "notes stage and status"},
	ledger.HookRejected:           {Named: "Candidate or Prospect rejected", Does: "notes the rejection"},
	ledger.HookUnrejected:         {Named: "Candidate or Prospect unrejected", Does: "notes that it was taken back"},
	ledger.HookHired:              {Named: "Candidate has been hired", Does: "notes the hire"},
	ledger.HookUnhired:            {Named: "Candidate has been unhired", Does: "notes that it was taken back"},
	ledger.HookCandidateUpdated:   {Named: "Candidate or Prospect updated", Does: "confirms that the profile is there"},
	ledger.HookMerged:             {Named: "Candidate has been merged", Does: "follows the profile to the one that it became"},
	ledger.HookDeleted:            {Named: "Candidate has been deleted", Does: "keeps the person from being added again without somebody’s decision"},
	ledger.HookAnonymised:         {Named: "Candidate has been anonymized", Does: "erases what we hold about the person for the company"},
}

// HookEvents says events in words, in their order.
func HookEvents(actions []ledger.HookAction) []HookEvent {
	list := make([]HookEvent, 0, len(actions))
	for _, action := range actions {
		e := hookEvents[action]
		e.Action = action
		list = append(list, e)
	}
	return list
}
