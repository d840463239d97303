package relay

import (
	"context"
	"errors"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

// hoursEvery sets how often the hours that are over are summed up: sooner than each is over, later than would cost anything.
const hoursEvery = 10 * time.Minute

// sumUpHours keeps the sums of attempts by hours, beside the passes: the first time there may be a month to sum up.
func (r *Relay) sumUpHours(ctx context.Context) {
	for ctx.Err() == nil {
		if err := figures.In(r.Store).SumUpHours(ctx); !errors.Is(err, store.ErrStandby) {
			r.report("sum up hours", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(hoursEvery):
		}
	}
}
