package relay

import "time"

// renewedPause is the shortest wait for a budget, so that one that others spend first makes no relay spin.
const renewedPause = 5 * time.Millisecond

// renews notes that something due may go in so long, which no commit tells of: a budget is renewed. Of two such moments the sooner stays
// until it is over, since one pass looks at a part of the companies only.
func (r *Relay) renews(in time.Duration) {
	now := time.Now()
	if !r.renewedAt.After(now) {
		r.renewedAt = time.Time{}
	}
	if at := now.Add(max(in, renewedPause)); in > 0 && (r.renewedAt.IsZero() || at.Before(r.renewedAt)) {
		r.renewedAt = at
	}
}

// untilRenewed shortens a wait to that.
func (r *Relay) untilRenewed(wait time.Duration) time.Duration {
	if r.renewedAt.IsZero() {
		return wait
	}
	return min(wait, max(renewedPause, time.Until(r.renewedAt)))
}
