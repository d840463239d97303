// Package carrier carries messages from producers' own databases into ours.
package carrier

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/source"
)

// How sources are tended.
const (
	PollDefault = time.Second
	BeatDefault = 5 * time.Second
	turn        = 30 * time.Second // for which a node has the turn of a source
	standby     = 2 * time.Second  // between the looks of who has not
	pauseFirst  = 500 * time.Millisecond
	pauseMost   = 10 * time.Second // between tries of a source that fails: for as long as it may lag once it is well
	ourLimit    = 15 * time.Second // of one exchange with our database
	pruneEvery  = time.Hour
	pruneRest   = time.Second // between steps of what there is much of

	busyFrom    = 100 // messages of a pass that make producers silent
	announceFor = 2 * time.Second
	busyPoll    = 100 * time.Millisecond
)

// Carrier reads the outboxes of producers' own databases and puts what lies there into ours, each source for itself: one that is down,
// slow or wrong delays only what it holds. Any number may run on any number of nodes; one at a time tends a source.
type Carrier struct {
	Store   *store.Store
	Sources []*source.Source // at the start; [Carrier.Replace] gives others
	Log     *zap.Logger
	Node    uuid.UUID     // names this node
	Poll    time.Duration // how often to look without being woken; PollDefault when zero
	Beat    time.Duration // how often to record how a source is, and to keep its turn; BeatDefault when zero

	mu     sync.Mutex // of Sources and what follows
	tended map[*source.Source]tended
	begin  func(*source.Source) tended // starts to tend one; nil while [Carrier.Run] does not run
}

// Run carries until ctx ends. It is called once.
func (c *Carrier) Run(ctx context.Context) {
	c.Poll, c.Beat = cmp.Or(c.Poll, PollDefault), cmp.Or(c.Beat, BeatDefault)
	c.start(ctx)
	c.prune(ctx)
	c.end()
}

// prune forgets now and then the sources that nobody is told of any more, until ctx ends. A node without sources does so, too: they may
// all be gone.
func (c *Carrier) prune(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := c.Store.PruneSources(ctx, c.names())
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("forget old sources", zap.Error(err))
		}
		if more {
			wait(ctx, nil, pruneRest)
		} else {
			wait(ctx, nil, pruneEvery)
		}
	}
}

// wait returns after d, or sooner when woken or ctx ends.
func wait(ctx context.Context, woken <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-timer.C:
	}
}

// kindOf returns what is wrong with a source.
func kindOf(err error) ledger.SourceTrouble {
	var trouble *source.Trouble
	if errors.As(err, &trouble) {
		return trouble.Kind
	}
	return ledger.SourceOther
}
