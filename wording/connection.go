package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// Connection names the state of a company's connection.
func Connection(s ledger.ConnectionState) string {
	switch s {
	case ledger.ConnectionOff:
		return "Off"
	case ledger.ConnectionNeedsDetails:
		return "Needs details"
	case ledger.ConnectionReady:
		return "Ready"
	case ledger.ConnectionOn:
		return "On"
	case ledger.ConnectionPausedByUs:
		return "Paused by us"
	case ledger.ConnectionPausedByYou:
		return "Paused by you"
	}
	return string(s)
}
