package ledger

import "slices"

// CauseRow is all that is decided of a cause in one place. Adding one takes a row here, a line of a migration and a page of the
// runbook; the test of completeness in cmd/ghexport names whatever else is missing.
type CauseRow struct {
	Cause  Cause
	Of     []State // of the exports whose cause it is; none where it holds companies, or is a message's
	Hold   Hold
	Fault  Fault
	Replay Replay
}

// Hold says how a cause comes to hold a company.
type Hold string

// The kinds of holds.
const (
	HoldNone    Hold = ""        // it holds nobody
	HoldChosen  Hold = "chosen"  // somebody chose so, or has not finished connecting the company
	HoldFound   Hold = "found"   // we found it ourselves; the history of holds keeps it
	HoldRefused Hold = "refused" // Greenhouse refuses the company; it is kept with it, and in the history of holds
)

// Replay says what makes it safe to send again what has the cause.
type Replay string

// What makes a replay safe.
const (
	ReplayNone     Replay = ""         // nothing: it goes by itself, waits for a decision or has nothing left to send
	ReplayAnswered Replay = "answered" // Greenhouse answers the company again
	ReplayChanged  Replay = "changed"  // the company's settings were changed
	ReplayDeployed Replay = "deployed" // another version runs, of the exporter or of the producer
	ReplayWanted   Replay = "wanted"   // that somebody wants it: nothing had failed
)

// Catalogue lists every cause: those of exports in the order of an export's life, those that hold companies in the order in which one
// hides the next, and that of a message.
var Catalogue = []CauseRow{
	{Cause: CauseDecisionMissing, Of: []State{StateIneligible}},
	{Cause: CauseDecisionNo, Of: []State{StateIneligible}},
	{Cause: CauseWithdrawn, Of: []State{StateIneligible}},
	{Cause: CausePractice, Of: []State{StateIneligible}},
	{Cause: CauseGreenhouseDown, Of: []State{StatePending, StateDead}, Fault: FaultGreenhouse, Replay: ReplayAnswered},
	{Cause: CauseLimited, Of: []State{StatePending}, Fault: FaultOurs}, // we send too much at once
	{Cause: CauseOutcomeUnknown, Of: []State{StateUnknown}, Fault: FaultGreenhouse},
	{Cause: CauseDuplicatePossible, Of: []State{StateDuplicate}},
	{Cause: CausePayloadRefused, Of: []State{StateDead}, Fault: FaultOurs, Replay: ReplayDeployed},
	{Cause: CauseTargetGone, Of: []State{StateDead}, Fault: FaultCompany, Replay: ReplayChanged},
	{Cause: CauseTargetRefused, Of: []State{StateDead}, Fault: FaultCompany, Replay: ReplayChanged},
	{Cause: CauseBug, Of: []State{StatePending, StateDead}, Fault: FaultOurs, Replay: ReplayDeployed},
	{Cause: CauseDiscarded, Of: []State{StateCancelled}, Replay: ReplayWanted},
	{Cause: CauseSkipped, Of: []State{StateCancelled}, Replay: ReplayWanted},
	{Cause: CauseDropped, Of: []State{StateCancelled}, Replay: ReplayWanted},
	{Cause: CauseErased, Of: []State{StateCancelled}},
	{Cause: CauseStopped, Hold: HoldChosen},
	{Cause: CauseOff, Hold: HoldChosen},
	{Cause: CauseIncomplete, Hold: HoldChosen, Fault: FaultCompany},
	{Cause: CauseDecryptFailed, Hold: HoldFound, Fault: FaultOurs},
	{Cause: CauseUntested, Hold: HoldChosen, Fault: FaultCompany},
	{Cause: CauseTestMode, Hold: HoldChosen},
	{Cause: CausePaused, Hold: HoldChosen},
	{Cause: CauseAuthRejected, Hold: HoldRefused, Fault: FaultCompany},
	{Cause: CausePermissionDenied, Hold: HoldRefused, Fault: FaultCompany},
	{Cause: CauseRefusing, Hold: HoldRefused, Fault: FaultOurs},
	{Cause: CauseMessageInvalid, Fault: FaultOurs, Replay: ReplayDeployed},
}

var (
	// Causes are all of the catalogue, in its order.
	Causes = causesThat(func(CauseRow) bool { return true })
	// HoldCauses are those for which companies are held, and not exports.
	HoldCauses = causesThat(func(r CauseRow) bool { return r.Hold != HoldNone })
	// DeadCauses are those of dead letters.
	DeadCauses = CausesOf(StateDead)
)

// CausesOf are the causes that exports of a state can have.
func CausesOf(s State) []Cause {
	return causesThat(func(r CauseRow) bool { return slices.Contains(r.Of, s) })
}

func causesThat(is func(CauseRow) bool) (list []Cause) {
	for _, row := range Catalogue {
		if is(row) {
			list = append(list, row.Cause)
		}
	}
	return list
}

// row is the cause's own; a zero one where the catalogue lacks it.
func (c Cause) row() CauseRow {
	for _, row := range Catalogue {
		if row.Cause == c {
			return row
		}
	}
	return CauseRow{}
}

// Page names the cause's page of the runbook.
func (c Cause) Page() string { return string(c) }

// Fault says whose doing the cause is.
func (c Cause) Fault() Fault { return c.row().Fault }

// Replay says what makes it safe to send again what has the cause.
func (c Cause) Replay() Replay { return c.row().Replay }
