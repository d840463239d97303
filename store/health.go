package store

import (
	"context"
	"maps"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// Health is the state of the whole service at one moment, as Postgres knows it.
type Health struct {
	Backlog
	States    map[ledger.State]int64 `json:"states"`
	StatesAge Seconds                `json:"states_age_s"` // how old the counts of what is over are (ineligible, sent, cancelled); the others are of now
	Trend     Trend                  `json:"trend"`
	Late      []Late                 `json:"late"`     // companies whose due exports have waited for over a minute, and what keeps them; at most 20
	Holders   []Holder               `json:"holders"`  // sessions that keep the service from a lock of its own
	Headline  string                 `json:"headline"` // the state of things in one or two sentences
	Problems  []Problem              `json:"problems"` // what is wrong, the worst first; empty when nothing is
}

// Health reads the state of the service. It costs what [Store.Backlog] does, wherever the counts of a large ledger are fresh enough.
func (s *Store) Health(ctx context.Context) (h Health, err error) {
	if h.Backlog, err = s.Backlog(ctx); err != nil {
		return h, err
	}
	if h.States, h.StatesAge, err = s.States(ctx, h.Backlog); err != nil {
		return h, err
	}
	if h.Trend, err = s.Trend(ctx); err != nil {
		return h, err
	}
	if h.Late, err = s.late(ctx, h.lateOrgs); err != nil {
		return h, err
	}
	if h.Holders, err = s.Holders(ctx); err != nil {
		return h, err
	}
	h.Problems = h.problems()
	h.Headline = h.headline()
	return h, nil
}

// States tells how many exports there are of each state, and how old the counts of ineligible, sent and cancelled are: reading a
// whole ledger of millions for them costs seconds. Those of the other states are b's.
func (s *Store) States(ctx context.Context, b Backlog) (map[ledger.State]int64, Seconds, error) {
	counted, err := s.countStates(ctx)
	if err != nil {
		return nil, 0, err
	}
	if counted.age > 0 {
		maps.Copy(counted.states, b.live)
	}
	return counted.states, Seconds(counted.age.Seconds()), nil
}
