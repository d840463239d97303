package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

var matches = map[ledger.Match]string{
	ledger.MatchExport:     "the number of the export",
	ledger.MatchInterview:  "the id of the interview",
	ledger.MatchGreenhouse: "Greenhouse’s id of the candidate",
	ledger.MatchCandidate:  "the id of the candidate",
	ledger.MatchEmail:      "the email",
	ledger.MatchPart:       "a part of an id",
	ledger.MatchName:       "a part of the name",
}

// Match says what of an export was found.
func Match(m ledger.Match) string { return matches[m] }
