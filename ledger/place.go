package ledger

import (
	"bytes"
)

// Standing holds what a fold must know of the export that already stands for an interview.
type Standing struct {
	ID           int64
	OrgID        string
	InterviewID  string
	Version      int64
	Digest       []byte
	State        State
	Cause        Cause
	Flags        []string
	Advances     *bool
	Continues    *bool
	BodyID       *int64
	LaterBodyID  *int64 // of a newer result, which came after it was sent
	Erased       bool
	AsideVersion *int64
}

// Placement says what a fold does with an arrival.
type Placement int

const (
	PlaceInsert  Placement = iota // no row yet
	PlaceReplace                  // the newer result takes the row over
	PlaceAside                    // the row cannot take it now: keep it
	PlaceMark                     // only version and flags change
	PlaceNothing                  // a repeat, or older than what is known
)

// Place decides what an arrival does to the row that stands, nil for none, and with which flags. Pure: the rules of design's
// "newer result" paragraph, and their table test.
func Place(row *Standing, a Arrival) (Placement, []string) {
	if row == nil {
		return PlaceInsert, withFlags(nil, nil, a.Flags)
	}
	known := row.Version
	if row.AsideVersion != nil {
		known = max(known, *row.AsideVersion)
	}
	if a.Version < known {
		return PlaceNothing, nil
	}
	if a.Version == known {
		if row.AsideVersion == nil && !bytes.Equal(a.Digest, row.Digest) {
			return PlaceMark, withFlags(row.Flags, nil, []string{FlagVersionConflict})
		}
		return PlaceNothing, nil
	}
	var found []string
	for _, flag := range a.Flags {
		if flag == FlagVersionConflict || flag == FlagDecisionVanished {
			found = append(found, flag)
		}
	}
	if row.Advances != nil && a.Advances == nil || row.Continues != nil && a.Continues == nil {
		found = append(found, FlagDecisionVanished)
	}
	switch row.State {
	case StateSending, StateUnknown:
		return PlaceAside, withFlags(row.Flags, nil, found)
	case StateCancelled:
		if row.Erased {
			return PlaceMark, withFlags(row.Flags, nil, found)
		}
		return PlaceAside, withFlags(row.Flags, nil, found)
	case StateSent:
		after := FlagEditedAfterSend
		if !a.Eligible {
			after = FlagWithdrawnAfterSend
		}
		return PlaceMark, withFlags(row.Flags, nil, append(found, after))
	default:
		return PlaceReplace, withFlags(row.Flags, renderedFlags, append(found, a.Flags...))
	}
}

// IneligibleCause is the cause of an ineligible row: once both had said yes, no longer both yes is a withdrawal, and stays one.
func IneligibleCause(row *Standing, a Arrival) Cause {
	if a.Eligible {
		return CauseNone
	}
	was := row != nil && (row.State != StateIneligible || row.Cause == CauseWithdrawn)
	if was && a.Cause != CausePractice {
		return CauseWithdrawn
	}
	return a.Cause
}
