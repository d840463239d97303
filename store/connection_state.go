package store

import "github.com/interviewing-io/greenhouse-export/ledger"

// connectionState derives the state. What a company has to do comes before whether it is on, and its own switch before ours. Pure.
func (i Integration) connectionState() ledger.ConnectionState {
	switch {
	case !i.HasKey && i.CreatedBy == nil && !i.Enabled:
		return ledger.ConnectionOff
	case !i.HasKey || i.CreatedBy == nil || !i.Tested || i.DecryptFailedAt != nil:
		return ledger.ConnectionNeedsDetails
	case !i.Enabled && i.SwitchedAt != nil:
		return ledger.ConnectionPausedByYou
	case !i.Enabled:
		return ledger.ConnectionReady
	case i.PausedAt != nil || i.Held != nil && *i.Held == ledger.CauseStopped:
		return ledger.ConnectionPausedByUs
	}
	return ledger.ConnectionOn
}
