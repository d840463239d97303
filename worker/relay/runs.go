package relay

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// How replay runs are paced. Small steps leave live work room in between; what they release the relay dispatches like everything.
const (
	runsEvery = 200 * time.Millisecond // a step, while there are any
	runsLook  = time.Second            // a look whether there are
	runsLimit = 30 * time.Second       // one step
)

// advanceRuns brings replay runs on, step by step, until ctx ends. It goes beside the relay's passes, so that these never wait for it.
func (r *Relay) advanceRuns(ctx context.Context) {
	if r.NoSend {
		return
	}
	for ctx.Err() == nil {
		wait := runsEvery
		stepCtx, cancel := context.WithTimeout(ctx, runsLimit)
		done, err := runs.In(r.Store).Advance(stepCtx)
		cancel()
		if !errors.Is(err, store.ErrStandby) {
			r.report("replay runs", err)
		}
		if done.Live == 0 {
			wait = runsLook
		}
		if done.Released+done.Settled > 0 {
			r.Log.Debug("replay runs", zap.Int("released", done.Released), zap.Int("settled", done.Settled))
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}
