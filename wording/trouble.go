package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// TroubleDo is the first thing to do about a node's trouble of a kind, in a terminal.
func TroubleDo(kind ledger.TroubleKind) string {
	do, _ := troubleAdvice(kind)
	return do.Lead + do.Command
}

// troubleAdvice is the first thing to do about a node's trouble, and the runbook that goes on from there.
func troubleAdvice(kind ledger.TroubleKind) (do Act, runbook string) {
	switch kind {
	case ledger.TroubleKeyset, "":
		return act("give it the whole keyset and restart it", ""), string(ledger.CauseDecryptFailed)
	case ledger.TroubleRights:
		return act("the owner grants the service's role its rights", ": ghexport grant --service ROLE; ghexport doctor names what lacks"), RunbookStuck
	case ledger.TroubleSchema:
		return act("run the ghexport that fits the schema, or migrate it", ": ghexport migrate up; ghexport doctor compares the two"), RunbookStuck
	case ledger.TroubleSession:
		return act("look at the role's and the database's settings, and at which Postgres is the primary", ": ghexport doctor"), RunbookStuck
	case ledger.TroubleConnection:
		return act("look at Postgres and at the way to it from that node", ": ghexport doctor"), RunbookStuck
	case ledger.TroubleResources:
		return act("look at Postgres's disk, memory and max_connections", ""), RunbookStuck
	default:
		return act("look at the log of that node, and roll back what was deployed last", ""), RunbookStuck
	}
}

// troubles says what the nodes that are there say is wrong with them.
func (h healthFacts) troubles() (list []Problem) {
	for _, n := range h.Nodes {
		if !n.Alive() || n.Trouble == "" {
			continue
		}
		since := ""
		if n.TroubleSince != nil {
			since = " since " + RFC(*n.TroubleSince)
		}
		do, runbook := troubleAdvice(n.TroubleKind)
		list = append(list, problem(fmt.Sprintf("node %s is not ready%s: %s", n.Host, since, n.Trouble), ledger.FaultOurs, do, runbook))
	}
	return list
}
