package ledger

import "time"

// WhyFacts hold what there is to say about one interview of one company: whether its candidate is in Greenhouse, and why not. Those of
// the export are null while nothing was folded; all of them are where nobody ever committed a result.
type WhyFacts struct {
	OrgID       string
	InterviewID string
	ID          *int64
	State       *State
	Cause       Cause
	Detail      string
	Held        *Cause
	ProfileURL  *string
	Advances    *bool
	Continues   *bool
	Practice    bool
	Erased      bool
	MayExist    bool
	DueAt       *time.Time
	BlockedAt   *time.Time
	Failures    int
	Attempts    int
	SentAt      *time.Time
	Now         time.Time
	Unfolded    *time.Time // since when a newer message waits in the outbox
	Rejected    *string    // why a newer message could not be folded
	Aside       bool
	Siblings    []int64 // other exports of the same candidate that were sent, or are on their way, or may exist
	Source      *string // the producer's own database from which its newest message came, as far as that is remembered; nil for ours
	Still
	Kept   *Late    `db:"-"` // what keeps it, where it is due
	Behind []Source `db:"-"` // sources where a message of its may lie unread: the one that it came from, and all where nothing is known
}

// IsDue says whether nothing but dispatch's own rules keeps the export.
func (f WhyFacts) IsDue() bool {
	return f.State != nil && *f.State == StatePending && f.Held == nil && f.BlockedAt == nil && f.DueAt != nil && !f.DueAt.After(f.Now)
}

// Unknown tells whether nothing is known under the id that was asked for, not even a message.
func (f WhyFacts) Unknown() bool { return f.State == nil && f.Unfolded == nil && f.Rejected == nil }
