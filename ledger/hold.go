package ledger

import "time"

// HoldFacts holds what there is to say about a company that may not send.
type HoldFacts struct {
	Cause         Cause
	Since         *time.Time // of refusals, pauses and stops
	GoodUntil     *time.Time // when Greenhouse had last accepted the company's credential before it; nil when never
	Detail        string     // Greenhouse's words, or ours of why we paused
	Status        int        // of the newest refusal; 0 when not known
	Reading       bool       // the newest refusal came to a mere read
	KeyLast5      string
	CreatedBy     string
	CreatedByName string
	Mode          string  // prospect or candidate
	KeyWorked     *Worked // the same key, with another user
	UserWorked    *Worked // the same user, with another key
	Waiting       int64   // exports that wait
	Probes        int
	NextProbe     *time.Time
}

// Worked is a credential that Greenhouse accepted.
type Worked struct {
	At   time.Time
	With string // the other user's email, or the other key's last five characters; "" where it is another company's
}
