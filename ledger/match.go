package ledger

// Match names what of an export was found to be what somebody searched for.
type Match string

// The matches. All but the last two are whole ones.
const (
	MatchExport     Match = "export"     // its number
	MatchInterview  Match = "interview"  // the producer's id of the interview
	MatchGreenhouse Match = "greenhouse" // Greenhouse's id of the candidate, or the address of their profile
	MatchCandidate  Match = "candidate"  // the producer's id of the candidate
	MatchEmail      Match = "email"
	MatchPart       Match = "part" // a part of an id
	MatchName       Match = "name" // a part of the candidate's name
)

// Matches are all of them, the surest first.
var Matches = []Match{MatchExport, MatchInterview, MatchGreenhouse, MatchCandidate, MatchEmail, MatchPart, MatchName}
