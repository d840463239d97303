package health

import (
	"context"
	"maps"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/figures"
)

// Health reads the state of the service. It costs what [Store.Backlog] does, wherever the counts of a large ledger are fresh enough.
func (s Store) Health(ctx context.Context) (h ledger.Health, err error) {
	if h.Backlog, err = s.Backlog(ctx); err != nil {
		return h, err
	}
	if h.States, h.StatesAge, err = s.States(ctx, h.Backlog); err != nil {
		return h, err
	}
	if h.Trend, err = figures.In(s.Store).Trend(ctx); err != nil {
		return h, err
	}
	if h.Late, err = s.Late(ctx, h.LateOrgs); err != nil {
		return h, err
	}
	if h.Holders, err = s.Holders(ctx); err != nil {
		return h, err
	}
	h.DeadKinds, err = s.DeadKinds(ctx)
	return h, err
}

// States tells how many exports there are of each state, and how old the counts of ineligible, sent and cancelled are: reading a
// whole ledger of millions for them costs seconds. Those of the other states are b's.
func (s Store) States(ctx context.Context, b ledger.Backlog) (map[ledger.State]int64, ledger.Seconds, error) {
	counted, err := figures.In(s.Store).CountStates(ctx)
	if err != nil {
		return nil, 0, err
	}
	if counted.Age > 0 {
		maps.Copy(counted.States, b.Live)
	}
	return counted.States, ledger.Seconds(counted.Age.Seconds()), nil
}
