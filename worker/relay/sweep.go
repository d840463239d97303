package relay

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
	"github.com/interviewing-io/greenhouse-export/store/webhooks"
)

// Sweep repairs what crashes left, and hands over the probes, looks at candidates and notices that are due. A pass of another relay makes it do nothing.
func (r *Relay) Sweep(ctx context.Context) {
	swept, err := r.Store.Sweep(ctx, r.siblings)
	r.siblings = swept.After
	r.Silent(swept.Unknown)
	if swept.Unknown+swept.Requeued > 0 {
		r.Log.Warn("swept", zap.Int("unknown", swept.Unknown), zap.Int("requeued", swept.Requeued))
	}
	if errors.Is(err, store.ErrStandby) {
		return
	}
	if store.TimedOut(err) { // its next slice is smaller
		r.report("sweep", err)
	} else {
		r.ended("sweep", r.sweeping, err)
	}
	if r.Probe != nil && !r.NoSend {
		orgs, err := r.Store.DueProbes(ctx, dueAtOnce)
		r.report("due probes", err)
		if len(orgs) > 0 {
			r.report("probe", r.Probe(ctx, orgs))
		}
	}
	if !r.NoSend {
		_, err := webhooks.In(r.Store).SweepHooks(ctx, dueAtOnce)
		r.report("events that are due", err)
	}
	if r.Track != nil && !r.NoSend {
		orgs, err := tracking.In(r.Store).DueTracking(ctx, dueAtOnce)
		r.report("due tracking", err)
		if len(orgs) > 0 {
			r.report("track", r.Track(ctx, orgs))
		}
	}
	if r.Notify != nil && !r.NoSend {
		r.sweepNotices(ctx)
	}
}
