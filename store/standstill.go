package store

import (
	"context"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Standstill is until when, and why, nothing is sent with the key of a company that may send: Greenhouse asked us to slow down, or what
// it allows in its present window is used up. It ends by itself.
type Standstill struct {
	Until   time.Time `json:"until"`
	Limited int       `json:"limited"` // 429s in a row; 0 where a window is used up
	Limit   int       `json:"limit"`   // requests that Greenhouse allows a window
	Says    string    `json:"says"`    // the same in a sentence
}

// OrgStill is a company that stands still with something waiting.
type OrgStill struct {
	Org     string `json:"org_id"`
	Waiting int64  `json:"waiting"`
	Standstill
}

// still is what a row tells of the budget b of a company i, by stillColumns.
type still struct {
	StillUntil   *time.Time // null while something may go
	StillLimited int
	StillLimit   int
}

// stillColumns: that a window of usual length is used up is how a budget works, and no standstill.
const stillColumns = `
	CASE WHEN b.blocked_until > clock_timestamp() THEN b.blocked_until
	     WHEN b.phase_known AND b.spent >= b.limit_ - b.limit_ / 10 AND b.window_end > clock_timestamp() + interval '10 seconds' THEN b.window_end END,
	CASE WHEN b.blocked_until > clock_timestamp() THEN greatest(b.limited, 1) ELSE 0 END,
	coalesce(b.limit_, 0)`

// standstill is nil where something may go.
func (s still) standstill() *Standstill {
	if s.StillUntil == nil {
		return nil
	}
	stands := &Standstill{Until: *s.StillUntil, Limited: s.StillLimited, Limit: s.StillLimit}
	switch {
	case stands.Limited > 1:
		stands.Says = fmt.Sprintf("Greenhouse asks us to slow down with the company's key (429, %d times in a row): nothing is sent with it until %s.", stands.Limited, moment(stands.Until))
	case stands.Limited == 1:
		stands.Says = fmt.Sprintf("Greenhouse asks us to slow down with the company's key (429): nothing is sent with it until %s.", moment(stands.Until))
	case stands.Limit == 1:
		stands.Says = fmt.Sprintf("The one request that Greenhouse allows the company's key at a time is used up until %s.", moment(stands.Until))
	default:
		stands.Says = fmt.Sprintf("The %d requests that Greenhouse allows the company's key at a time are used up until %s.", stands.Limit, moment(stands.Until))
	}
	return stands
}

// Standstill tells of a company whether nothing is sent with its key for now; nil where something may go, or where it has no key.
func (s *Store) Standstill(ctx context.Context, org string) (*Standstill, error) {
	var at still
	err := s.Pool.QueryRow(ctx, `
		SELECT `+stillColumns+`
		  FROM (SELECT $1::text AS org_id) k
		  LEFT JOIN ghexport.integrations i ON i.org_id = k.org_id
		  LEFT JOIN ghexport.budgets b ON b.credential = i.key_digest`, org).Scan(&at.StillUntil, &at.StillLimited, &at.StillLimit)
	if err != nil {
		return nil, fmt.Errorf("look at the budget of company %q: %w", org, err)
	}
	return at.standstill(), nil
}

func (b *Backlog) addStill(w orgWork) {
	if stands := w.standstill(); stands != nil && w.Waiting > 0 {
		b.Still = append(b.Still, OrgStill{Org: w.Org, Waiting: w.Waiting, Standstill: *stands})
	}
}

// stillProblem names the company that stands still for longest.
func stillProblem(list []OrgStill) Problem {
	if len(list) == 0 {
		return Problem{}
	}
	first := list[0]
	because := "what Greenhouse allows its key is used up"
	switch {
	case first.Limited > 1:
		because = fmt.Sprintf("Greenhouse asks us to slow down (429, %d times in a row)", first.Limited)
	case first.Limited == 1:
		because = "Greenhouse asks us to slow down (429)"
	}
	says := fmt.Sprintf("nothing is sent for %s until %s, with %d waiting: %s", first.Org, moment(first.Until), first.Waiting, because)
	if more := int64(len(list) - 1); more > 0 {
		says += "; likewise for " + number(more, "other company", "other companies")
	}
	return Problem{says, ledger.FaultGreenhouse, "usually nothing, it goes on by itself; does somebody else use that key? ghexport org show " + first.Org, string(ledger.CauseLimited)}
}
