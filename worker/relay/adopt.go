package relay

import (
	"context"
	"errors"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// adoptEvery sets how often what was sent meanwhile is followed: well before the first look at it.
const adoptEvery = 30 * time.Second

// adoptSent has what was sent followed, beside the passes, so that no settle waits for it.
func (r *Relay) adoptSent(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := tracking.In(r.Store).AdoptSent(ctx); !errors.Is(err, store.ErrStandby) {
			r.report("follow what was sent", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(adoptEvery):
		}
	}
}
