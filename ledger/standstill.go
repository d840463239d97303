package ledger

import "time"

// Standstill is until when, and why, nothing is sent with the key of a company that may send: Greenhouse asked us to slow down, or what
// it allows in its present window is used up. It ends by itself.
type Standstill struct {
	Until   time.Time `json:"until"`
	Limited int       `json:"limited"` // 429s in a row; 0 where a window is used up
	Limit   int       `json:"limit"`   // requests that Greenhouse allows a window
}

// OrgStill is a company that stands still with something waiting.
type OrgStill struct {
	Org     string `json:"org_id"`
	Waiting int64  `json:"waiting"`
	Standstill
}

// Still holds what a company's budget tells of a standstill.
type Still struct {
	StillUntil   *time.Time // nil while something may go
	StillLimited int
	StillLimit   int
}

// Standstill is nil where something may go.
func (s Still) Standstill() *Standstill {
	if s.StillUntil == nil {
		return nil
	}
	return &Standstill{Until: *s.StillUntil, Limited: s.StillLimited, Limit: s.StillLimit}
}
