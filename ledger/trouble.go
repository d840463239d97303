package ledger

// TroubleKind says which advice fits what keeps a node from its work.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleKeyset     TroubleKind = "keyset"     // the node's keyset lacks a key; it takes no jobs
	TroubleRights     TroubleKind = "rights"     // the service's role lacks a right
	TroubleSchema     TroubleKind = "schema"     // the schema is another version's
	TroubleSession    TroubleKind = "session"    // sessions are not as the service needs them, or only read
	TroubleConnection TroubleKind = "connection" // the database cannot be reached, or cuts work short
	TroubleResources  TroubleKind = "resources"  // the database has no room, memory or connections left
	TroubleData       TroubleKind = "data"       // the database refuses what was to be written
	TroubleOther      TroubleKind = "other"
)
