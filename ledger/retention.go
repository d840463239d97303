package ledger

import "time"

// Kept names a class of what grows as long as the service runs, and goes by age.
type Kept string

// The classes. What prevents doubles is in none of them: keys, versions, states, digests and Greenhouse's ids stay for ever.
const (
	KeptPeople   Kept = "people"   // what was sent about a person, earlier revisions of it and messages kept for later
	KeptRejected Kept = "rejected" // messages that could not be folded, once they are overtaken
	KeptAttempts Kept = "attempts" // attempts of exports that are settled for good
	KeptAudit    Kept = "audit"    // what people did
	KeptNotices  Kept = "notices"  // what companies and we were told
	KeptChecks   Kept = "checks"   // looks at companies' credentials
	KeptEvents   Kept = "events"   // what companies' Greenhouses told by webhook, once it is worked off
	KeptMembers  Kept = "members"  // members of replay runs that have ended
	KeptJobs     Kept = "jobs"     // River's jobs that ended without a send
)

// Keeps are the classes in the order in which they are looked at.
var Keeps = []Kept{KeptPeople, KeptRejected, KeptAttempts, KeptAudit, KeptNotices, KeptChecks, KeptEvents, KeptMembers, KeptJobs}

// The shortest time for which each class may be kept: pages, charts and a late answer still need what is younger. A test holds the
// database's own limit on the audit trail against the one here.
const (
	keptLeastPeople   = 7 * 24 * time.Hour
	keptLeastAttempts = 31 * 24 * time.Hour
	keptLeastAudit    = 90 * 24 * time.Hour
	keptLeastJobs     = time.Hour
)

// The days for which a company may have personal data kept, where it sets an age of its own.
const (
	LeastPeopleDays = int(keptLeastPeople / (24 * time.Hour))
	MostPeopleDays  = 3650
)

// Least is the shortest time for which the class may be kept.
func (k Kept) Least() time.Duration {
	switch k {
	case KeptAttempts, KeptMembers:
		return keptLeastAttempts
	case KeptAudit:
		return keptLeastAudit
	case KeptJobs:
		return keptLeastJobs
	default:
		return keptLeastPeople
	}
}

// Retention is for how long each class is kept; zero, and a class that is not named, is for ever.
type Retention map[Kept]time.Duration
