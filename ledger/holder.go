package ledger

import "time"

// Holder is a session that keeps others from a lock that the service or a migration needs.
type Holder struct {
	Lock        string     `json:"lock"` // "relay", "runs", "notices", "slices", "counts" or "migrations"
	PID         int32      `json:"pid"`
	User        string     `json:"user"`
	Application string     `json:"application"`
	Since       *time.Time `json:"since"`    // when its transaction began; null where this role may not know
	Stranger    bool       `json:"stranger"` // its role has no right on the lock: it stops older nodes and migrations alone
}
