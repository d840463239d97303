package ledger

import "time"

// PeopleHeld holds what a company's exports hold about people, and for how long.
type PeopleHeld struct {
	Days   int             `json:"kept_days"` // since an export last changed and is settled for good; 0: for ever
	Own    bool            `json:"own"`       // the company has set them for itself
	Oldest *time.Time      `json:"oldest_at"` // when the oldest was written; null: nothing is held
	Goes   int64           `json:"goes"`      // exports past that age, which the next pass takes
	Stays  map[State]int64 `json:"stays"`     // exports past that age which wait for somebody, and so keep theirs, by state
	More   bool            `json:"more"`      // there are more than were counted
}
