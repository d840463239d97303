package ledger

// Fault says whose doing a cause is: who must act, or who is to be left in peace.
type Fault string

// Whose doing something can be.
const (
	FaultNobody     Fault = ""           // as it should be, or a person's choice
	FaultCompany    Fault = "company"    // its admin can mend it in Greenhouse or in its settings
	FaultGreenhouse Fault = "greenhouse" // it mends itself once Greenhouse does
	FaultOurs       Fault = "ours"       // ours, the producers' included
)

// Faults lists whose doing something can be, in the order of pages and tables.
var Faults = []Fault{FaultCompany, FaultGreenhouse, FaultOurs}

// Fault says whose doing the cause is. A limit counts as ours: we send too much at once.
func (c Cause) Fault() Fault {
	switch c {
	case CauseAuthRejected, CausePermissionDenied, CauseTargetGone, CauseTargetRefused, CauseIncomplete, CauseUntested:
		return FaultCompany
	case CauseGreenhouseDown, CauseOutcomeUnknown:
		return FaultGreenhouse
	case CausePayloadRefused, CauseRefusing, CauseBug, CauseDecryptFailed, CauseLimited, CauseMessageInvalid:
		return FaultOurs
	default:
		return FaultNobody
	}
}
