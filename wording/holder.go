package wording

import (
	"fmt"
	"slices"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// HolderSays names a session that has a lock, and what waits for it.
func HolderSays(h ledger.Holder) string {
	since := ""
	if h.Since != nil {
		since = " since " + RFC(*h.Since)
	}
	session := fmt.Sprintf("process %d of user %s (%s)", h.PID, h.User, ledger.Clean(h.Application, 60))
	if h.Stranger {
		return fmt.Sprintf("%s holds the advisory lock of %s%s: this version takes no notice, older nodes and migrations wait", session, h.Lock, since)
	}
	return fmt.Sprintf("%s has the turn of %s%s: %s", session, h.Lock, since, waitsFor[h.Lock])
}

// waitsFor holds what nobody does while a turn is taken.
var waitsFor = map[string]string{
	"relay": "nothing is folded or handed out", "runs": "replay runs stand still", "notices": "nobody is told anything",
	"slices": "charts are dearer to read", "counts": "counts of the ledger grow old",
}

// HolderDo says how such a session is ended.
func HolderDo(h ledger.Holder) string {
	return fmt.Sprintf("find out what it is, then end it: SELECT pg_terminate_backend(%d)", h.PID)
}

// holderProblems are the sessions that keep work from being done; those that only make reading dearer are in the list of holders.
func (h healthFacts) holderProblems() (list []Problem) {
	for _, holder := range h.Holders {
		if holder.Stranger || slices.Contains([]string{"relay", "runs", "notices"}, holder.Lock) {
			list = append(list, problem(HolderSays(holder), ledger.FaultOurs, act(HolderDo(holder), ""), RunbookStuck))
		}
	}
	return list
}
