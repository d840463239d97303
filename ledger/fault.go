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
