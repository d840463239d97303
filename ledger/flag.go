package ledger

// Flags stand beside the state and never change it.
const (
	FlagEditedAfterSend    = "edited_after_send"
	FlagWithdrawnAfterSend = "withdrawn_after_send"
	FlagResentAfter5xx     = "resent_after_5xx"
	FlagVersionConflict    = "version_conflict"
	FlagDecisionVanished   = "decision_vanished"
	FlagDoubled            = "doubled"
	FlagMayExist           = "may_exist"
	FlagNamePadded         = "name_padded"
	FlagLinkedInLeftOut    = "linkedin_left_out"
	FlagNoteCut            = "note_cut"
	FlagTest               = "test"         // a test candidate: it counts nowhere
	FlagTestAddress        = "test_address" // it went to the test address, and not to Greenhouse
	FlagGone               = "gone"         // Greenhouse said that the profile was deleted or anonymised
)

// Flags lists every flag.
var Flags = []string{
	FlagEditedAfterSend, FlagWithdrawnAfterSend, FlagResentAfter5xx, FlagVersionConflict, FlagDecisionVanished, FlagDoubled,
	FlagMayExist, FlagNamePadded, FlagLinkedInLeftOut, FlagNoteCut, FlagGone, FlagTest, FlagTestAddress,
}
