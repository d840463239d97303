package relay

import (
	"context"
	"time"
)

// Under load a NOTIFY in each producer's commit would serialise the commits of the whole cluster. So a busy relay tells producers to
// stay silent for a while, polls instead, and goes to sleep only when nobody who may have heard it is still at work.

func (r *Relay) stayAwake(ctx context.Context) {
	now := time.Now()
	if r.awakeUntil.Sub(now) > awakeFor/2 {
		return
	}
	if err := r.Store.StayAwake(ctx, awakeFor); err != nil {
		r.report("stay awake", err)
		return
	}
	r.awakeUntil, r.drowsyAt = now.Add(awakeFor), 0
}

// Pause is how long to wait when there was nothing to do, 0 for not at all. A relay that told producers to stay silent looks by itself
// until each of them that may have heard it has ended.
func (r *Relay) pause(ctx context.Context) time.Duration {
	if r.awakeUntil.IsZero() {
		return r.Poll
	}
	if time.Now().Before(r.awakeUntil) {
		return awakePoll
	}
	d, err := r.Store.Drowsy(ctx)
	switch {
	case err != nil:
		r.report("fall asleep", err)
	case !d.Passed: // by the database's clock, or another relay has prolonged it
	case r.drowsyAt == 0:
		r.drowsyAt = d.XMax
	case d.XMin >= r.drowsyAt:
		r.awakeUntil, r.drowsyAt = time.Time{}, 0
		return 0 // one more look, for what they committed since the last
	}
	return drowsyPoll
}

// minding takes over what another relay, which may be gone soon, told producers: that somebody polls. Without it a relay that starts
// or stands by within that time would sleep while producers stay silent. It asks the database until when, see pause.
func (r *Relay) minding() {
	if r.awakeUntil.IsZero() {
		r.awakeUntil, r.drowsyAt = time.Now(), 0
	}
}
