package ledger

// Person holds what is known of somebody who was interviewed with success, without who it is: for a company's recruiters.
type Person struct {
	State   State
	Cause   *Cause
	Held    *Cause // why the company may not send; nil unless they wait for that
	Detail  string // Greenhouse's words of a refusal, without what was sent
	Blocked bool   // waits for another interview of the same person
	Tracked *Tracked
}
