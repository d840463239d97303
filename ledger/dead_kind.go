package ledger

import "time"

// DeadKind is dead letters that died of one thing, whatever version of the code sent them.
type DeadKind struct {
	Fingerprint string    `json:"fingerprint"` // of its largest group
	Cause       Cause     `json:"cause"`
	Shape       string    `json:"shape"` // what they died of, see [Shape]; empty where nothing was said
	Count       int64     `json:"count"`
	LastHour    int64     `json:"last_hour"` // of Count, how many died in the last hour
	Companies   int64     `json:"companies"`
	Org         string    `json:"org_id"`    // the company with most of them
	OrgCount    int64     `json:"org_count"` // of Count, how many are that company's
	Since       time.Time `json:"since"`     // the first death
	Age         Seconds   `json:"age_s"`     // of the first death
}

// Fault is whose doing the deaths are, as far as they tell: one that Greenhouse refuses for a single company is that company's
// set-up, since all companies are sent the same; one that several meet is ours. Where the cause alone tells, evidence is false.
func (k DeadKind) Fault() (fault Fault, evidence bool) {
	if k.Cause != CausePayloadRefused {
		return k.Cause.Fault(), false
	}
	if k.Companies == 1 {
		return FaultCompany, true
	}
	return FaultOurs, true
}
