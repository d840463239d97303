package ledger

// ConnectionState tells how a company's connection stands, as its admin sees it.
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
