package store

import "github.com/interviewing-io/greenhouse-export/ledger"

// ConnectionState is how a company's connection stands, as its admin sees it.
type ConnectionState string

// The states.
const (
	ConnectionOff          ConnectionState = "off"           // nobody has begun to set it up
	ConnectionNeedsDetails ConnectionState = "needs_details" // something is missing before anything can be sent
	ConnectionReady        ConnectionState = "ready"         // complete and tested, and never turned on
	ConnectionOn           ConnectionState = "on"            // turned on; a refusal of Greenhouse's is told beside it
	ConnectionPausedByUs   ConnectionState = "paused_by_us"  // we keep it, or everything, from being sent
	ConnectionPausedByYou  ConnectionState = "paused_by_you" // it was on, and somebody turned it off
)

// Words are the state as pages show it.
func (s ConnectionState) Words() string {
	switch s {
	case ConnectionOff:
		return "Off"
	case ConnectionNeedsDetails:
		return "Needs details"
	case ConnectionReady:
		return "Ready"
	case ConnectionOn:
		return "On"
	case ConnectionPausedByUs:
		return "Paused by us"
	case ConnectionPausedByYou:
		return "Paused by you"
	}
	return string(s)
}

// connectionState derives the state. What a company has to do comes before whether it is on, and its own switch before ours. Pure.
func (i Integration) connectionState() ConnectionState {
	switch {
	case !i.HasKey && i.CreatedBy == nil && !i.Enabled:
		return ConnectionOff
	case !i.HasKey || i.CreatedBy == nil || !i.Tested || i.DecryptFailedAt != nil:
		return ConnectionNeedsDetails
	case !i.Enabled && i.SwitchedAt != nil:
		return ConnectionPausedByYou
	case !i.Enabled:
		return ConnectionReady
	case i.PausedAt != nil || i.Held != nil && *i.Held == ledger.CauseStopped:
		return ConnectionPausedByUs
	}
	return ConnectionOn
}
