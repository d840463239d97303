package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// flags say what each flag tells about an export.
var flags = map[string]string{
	ledger.FlagEditedAfterSend:    "the result was edited after it was sent",
	ledger.FlagWithdrawnAfterSend: "a yes was withdrawn after it was sent",
	ledger.FlagResentAfter5xx:     "it was sent again after an error of Greenhouse's: look for a second profile",
	ledger.FlagVersionConflict:    "two results came with the same version",
	ledger.FlagDecisionVanished:   "a decision that had been given is gone from a newer result",
	ledger.FlagDoubled:            "two attempts were both accepted: there are two profiles",
	ledger.FlagMayExist:           "it may be in Greenhouse",
	ledger.FlagNamePadded:         "the name is one word, so the last name is “-”",
	ledger.FlagLinkedInLeftOut:    "the LinkedIn address was no profile, and left out",
	ledger.FlagNoteCut:            "the feedback was too long, and cut",
	ledger.FlagTest:               "it is a test candidate: nobody was interviewed, and it counts nowhere",
	ledger.FlagTestAddress:        "it went to the test address, and not to Greenhouse: its company was in test mode",
	ledger.FlagGone:               "the profile was deleted or anonymised in Greenhouse: nobody is added again without a person’s word",
}

// Flag says a flag in a clause, and one that is unknown here by its name.
func Flag(flag string) string {
	if text, ok := flags[flag]; ok {
		return text
	}
	return flag
}
