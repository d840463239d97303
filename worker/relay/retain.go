package relay

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store/retention"
)

const (
	retainFirst = 5 * time.Minute // after the start: a node that ends again at once shall not begin it
	retainEvery = time.Hour
)

// retain takes what is kept for long enough, beside the passes. The log says what went.
func (r *Relay) retain(ctx context.Context) {
	if len(r.Retention) == 0 {
		return
	}
	for wait := retainFirst; ; wait = retainEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		began := time.Now()
		classes, err := retention.In(r.Store).Retain(ctx, r.Retention, false)
		for _, c := range classes {
			if c.Gone > 0 {
				r.Log.Info("retained", zap.String("class", string(c.Class)), zap.Int("gone", c.Gone), zap.Duration("took", time.Since(began)))
			}
		}
		r.report("retention", err)
	}
}
