package ledger

import (
	"time"

	"github.com/google/uuid"
)

// Owner holds what the fence must know of the export.
type Owner struct {
	State     State
	Attempt   *uuid.UUID
	Attempts  int
	StartedAt *time.Time
	SentID    *int64
	Logged    bool // this attempt was settled already
	Silent    bool // by the sweep
}

// Answer holds what an attempt tells when it settles.
type Answer struct {
	Token       uuid.UUID
	Outcome     Outcome
	CandidateID int64 // Greenhouse's, of a sent one
}

// Fence says what the answer of an attempt may do: whether it applies to the export, whether it is late, and whether the candidate now
// exists twice. Pure.
func Fence(o Owner, said Answer) (applies, late, doubled bool) {
	own := o.Attempt != nil && *o.Attempt == said.Token
	switch {
	case own && o.State == StateSending:
		return true, false, false
	case said.Outcome == OutcomeSent && o.State != StateSent:
		return true, true, false // from every state
	case o.Logged && !o.Silent:
		return false, false, false // an acknowledged settle, said again
	case said.Outcome == OutcomeSent:
		return true, true, o.SentID == nil || *o.SentID != said.CandidateID
	case own && o.State == StateUnknown && said.Outcome != OutcomeUnknown:
		return true, true, false
	default:
		return false, true, false
	}
}
