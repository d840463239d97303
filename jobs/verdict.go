package jobs

// What a valid result asks for, in the words of ghexport.validate.
const (
	WouldExport = "export" // both said yes: it is sent
	WouldWait   = "wait"   // a decision is still to come
	WouldNever  = "never"  // practice, or somebody said no; a newer result may change that
)

// Verdict says what a valid result asks for ([WouldExport], [WouldWait] or [WouldNever]) and why, in a sentence for people.
func Verdict(r InterviewResult) (would, because string) {
	advances, continues := r.InterviewerAdvances, r.CandidateContinues
	switch {
	case r.Practice:
		return WouldNever, "practice interviews are never exported"
	case advances != nil && !*advances:
		return WouldNever, "the interviewer would not advance the candidate"
	case continues != nil && !*continues:
		return WouldNever, "the candidate does not want to continue"
	case advances != nil && continues != nil:
		return WouldExport, "both said yes"
	case advances != nil:
		return WouldWait, "the candidate has not decided"
	case continues != nil:
		return WouldWait, "the interviewer has not decided"
	default:
		return WouldWait, "neither the interviewer nor the candidate has decided"
	}
}
