package wording

import "github.com/interviewing-io/greenhouse-export/ledger"

// causes say each cause in a clause that follows "because".
var causes = map[ledger.Cause]string{
	ledger.CauseDecisionMissing:   "a decision is missing",
	ledger.CauseDecisionNo:        "one of the two said no",
	ledger.CauseWithdrawn:         "a yes was withdrawn",
	ledger.CausePractice:          "it was a practice interview",
	ledger.CauseGreenhouseDown:    "Greenhouse could not be reached, or failed",
	ledger.CauseLimited:           "Greenhouse asked us to slow down",
	ledger.CauseOutcomeUnknown:    "it was sent, and no readable answer came",
	ledger.CauseDuplicatePossible: "this candidate was sent to this company before, or may have been",
	ledger.CausePayloadRefused:    "Greenhouse refused what was sent",
	ledger.CauseTargetGone:        "the job or prospect pool is gone from Greenhouse",
	ledger.CauseTargetRefused:     "the “created by” user may not use the job or prospect pool",
	ledger.CauseBug:               "the exporter itself failed",
	ledger.CauseDiscarded:         "somebody discarded it",
	ledger.CauseSkipped:           "somebody decided not to send it",
	ledger.CauseDropped:           "it was dropped when its company was turned on",
	ledger.CauseErased:            "its personal data was erased",
	ledger.CauseStopped:           "everything is stopped",
	ledger.CauseOff:               "the company is not turned on",
	ledger.CauseIncomplete:        "the company's key or its “created by” email is missing",
	ledger.CauseDecryptFailed:     "the company's key cannot be opened with our keyset",
	ledger.CauseUntested:          "the connection has not passed a test",
	ledger.CauseTestMode:          "the company is in test mode, and there is no test address",
	ledger.CausePaused:            "somebody paused the company",
	ledger.CauseAuthRejected:      "Greenhouse rejects the key or the “created by” email",
	ledger.CausePermissionDenied:  "the “created by” user may not add candidates",
	ledger.CauseRefusing:          "Greenhouse refused one export after another",
	ledger.CauseMessageInvalid:    "the producer's message could not be read",
}

// Cause says a cause in a clause, and one that is unknown here by its name.
func Cause(c ledger.Cause) string {
	if text, ok := causes[c]; ok {
		return text
	}
	return string(c)
}

// heldFor says in a sentence why a company may not send.
var heldFor = map[ledger.Cause]string{
	ledger.CauseStopped:          "Everything is stopped, for all companies.",
	ledger.CauseOff:              "The company has not turned the connection to Greenhouse on.",
	ledger.CauseIncomplete:       "The company's connection lacks a key or the person as whom candidates are added.",
	ledger.CauseDecryptFailed:    "The company's stored key cannot be opened.",
	ledger.CauseUntested:         "The company's credential has not passed the connection test yet.",
	ledger.CauseTestMode:         "The company is in test mode, and no test address is set up to send to.",
	ledger.CausePaused:           "We have paused the company.",
	ledger.CauseAuthRejected:     "Greenhouse refuses the company's key or the person as whom candidates are added.",
	ledger.CausePermissionDenied: "Greenhouse does not let the company's key or person add candidates.",
	ledger.CauseRefusing:         "Greenhouse refused one of the company's exports after another, so the rest waits; one is tried at each look.",
}

// HeldFor says in a sentence why a company may not send.
func HeldFor(c ledger.Cause) string { return heldFor[c] }
