package relay

import (
	"context"
	"time"
)

// Under load a NOTIFY in each producer's commit would serialise the commits of the whole cluster. So a busy relay tells producers to
// stay silent for a while, polls instead, and goes to sleep only when nobody who may have heard it is still at work.

// announcePolling tells producers, while there is much to do, that they need not NOTIFY.
func (r *Relay) announcePolling(ctx context.Context) {
	now := time.Now()
	if r.announcedUntil.Sub(now) > announceFor/2 {
		return
	}
	if err := r.Store.AnnouncePolling(ctx, announceFor); err != nil {
		r.report("announce polling", err)
		return
	}
	r.announcedUntil, r.announcedXMax = now.Add(announceFor), 0
}

// Pause is how long to wait when there was nothing to do, 0 for not at all. A relay that told producers to stay silent looks by itself
// until each of them that may have heard it has ended.
func (r *Relay) pause(ctx context.Context) time.Duration {
	if r.announcedUntil.IsZero() {
		return r.Poll
	}
	if time.Now().Before(r.announcedUntil) {
		return busyPoll
	}
	d, err := r.Store.PollingState(ctx)
	switch {
	case err != nil:
		r.report("end polling", err)
	case !d.Passed: // by the database's clock, or another relay has prolonged it
	case r.announcedXMax == 0:
		r.announcedXMax = d.XMax
	case d.XMin >= r.announcedXMax:
		r.announcedUntil, r.announcedXMax = time.Time{}, 0
		return 0 // one more look, for what they committed since the last
	}
	return lastPoll
}

// inheritPolling takes over what another relay, which may be gone soon, told producers: that somebody polls. Without it a relay that starts
// or stands by within that time would sleep while producers stay silent. It asks the database until when, see pause.
func (r *Relay) inheritPolling() {
	if r.announcedUntil.IsZero() {
		r.announcedUntil, r.announcedXMax = time.Now(), 0
	}
}

// untilNext returns how long to wait for what wakes nobody, after a small pass, too: what is committed from now on wakes us, or is polled for.
func (r *Relay) untilNext(ctx context.Context) time.Duration {
	fold, dispatch := r.folding.rest(), r.dispatching.rest()
	if fold > 0 && dispatch > 0 {
		return min(fold, dispatch)
	}
	wait := r.untilRenewed(r.pause(ctx))
	if rest := max(fold, dispatch); rest > 0 {
		wait = min(wait, rest)
	}
	return wait
}
