package wording

import (
	"fmt"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// RunbookSource is the page about a producer's own database that is not read as it should be.
const RunbookSource = "source"

// SourceTroubleSays says why a source cannot be read, as a clause.
func SourceTroubleSays(kind ledger.SourceTrouble) string {
	switch kind {
	case ledger.SourceUnreachable:
		return "it cannot be reached"
	case ledger.SourceSlow:
		return "it does not answer in time"
	case ledger.SourceRights:
		return "our role lacks rights there"
	case ledger.SourceReadOnly:
		return "it is read-only"
	case ledger.SourceSchema:
		return "its schema is not one that this version reads"
	case ledger.SourceEncoding:
		return "its encoding is not UTF8"
	case ledger.SourceLedger:
		return "it is no producer's own database"
	case ledger.SourceMessage:
		return "it holds a message that cannot be taken; all others are read"
	default:
		return "it cannot be read"
	}
}

// SourceTroubleDo says what to do about that.
func SourceTroubleDo(kind ledger.SourceTrouble) string {
	switch kind {
	case ledger.SourceUnreachable:
		return "is that database up, and its address in GHEXPORT_OUTBOX_URLS right? it is tried again by itself"
	case ledger.SourceSlow:
		return "is that database overloaded, or does somebody lock ghexport.outbox there? it is tried again by itself"
	case ledger.SourceRights:
		return "its owner runs ghexport grant --relay ROLE --url URL; or the password in GHEXPORT_OUTBOX_URLS is an old one"
	case ledger.SourceReadOnly:
		return "let GHEXPORT_OUTBOX_URLS lead to its primary (target_session_attrs=read-write), or wait until it takes writes"
	case ledger.SourceSchema:
		return "ghexport migrate producer status --url URL tells; the service is upgraded first, then ghexport migrate producer up"
	case ledger.SourceEncoding:
		return "its producers hand over in a database whose encoding is UTF8"
	case ledger.SourceLedger:
		return "take it out of GHEXPORT_OUTBOX_URLS; a service reads its own outbox by DATABASE_URL"
	case ledger.SourceMessage:
		return "look at that message in ghexport.outbox there; its producer takes it out or puts it right"
	default:
		return "look at that database's log; it is tried again by itself"
	}
}

// sourceProblems are the producers' own databases that are not read as they should be: each keeps back what it holds, and nobody knows
// how much that is.
func (h healthFacts) sourceProblems() (list []Problem) {
	for _, s := range h.Sources {
		switch {
		case s.TroubleKind == ledger.SourceMessage:
			list = append(list, problem(fmt.Sprintf("source %s: %s: %s", s.Name, SourceTroubleSays(s.TroubleKind), s.Trouble), ledger.FaultOurs,
				act(SourceTroubleDo(s.TroubleKind), ""), RunbookSource).of(1, 0))
		case !s.Behind():
		case s.TroubleKind != "":
			list = append(list, problem(
				fmt.Sprintf("source %s was not read for %s: %s (%s); what is committed there waits there, withdrawals too", s.Name, Age(s.ReadAge.Duration()),
					SourceTroubleSays(s.TroubleKind), s.Trouble),
				ledger.FaultOurs, act(SourceTroubleDo(s.TroubleKind), ": ghexport doctor"), RunbookSource).of(s.Waiting, 0))
		case s.LookedAge.Duration() > ledger.SourceUnread:
			list = append(list, problem(
				fmt.Sprintf("source %s was not read for %s: no node looks there", s.Name, Age(s.LookedAge.Duration())), ledger.FaultOurs,
				act("does every serve have it in GHEXPORT_OUTBOX_URLS? one that none has is forgotten after an hour", ": ghexport doctor"), RunbookSource).of(s.Waiting, 0))
		default:
			list = append(list, problem(
				fmt.Sprintf("source %s is behind: %d messages wait there, the oldest for %s", s.Name, s.Waiting, Age(s.OldestAge.Duration())), ledger.FaultOurs,
				act("usually nothing: a backlog is worked off, the oldest first", ": ghexport health"), RunbookSource).of(s.Waiting, 0))
		}
	}
	return list
}
