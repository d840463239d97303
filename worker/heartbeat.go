package worker

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/figures"
	"github.com/interviewing-io/greenhouse-export/store/rights"
)

// Heartbeat says again and again that this node is there, and prepares what pages and metrics read. Nothing that is sent depends on it.
type Heartbeat struct {
	Store   *store.Store
	Node    ledger.Node
	Keys    func() []int64              // ids of the keys in its keyset, which may change while it runs; may be nil
	Trouble func(context.Context) error // what keeps the node from its work, nil when nothing does; may be nil
	Log     *zap.Logger
}

const (
	beatLimit    = 10 * time.Second // one beat
	leaveLimit   = 2 * time.Second
	recoveryPoll = time.Second // how often a node that has told of trouble looks whether that is over, to say so at once
)

// Run beats until ctx ends, and then takes the node off the list.
func (h *Heartbeat) Run(ctx context.Context) {
	ticker := time.NewTicker(store.NodeBeat)
	defer ticker.Stop()
	for ctx.Err() == nil {
		h.rest(ctx, ticker.C, h.beat(ctx))
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit)
	defer cancel()
	h.report(h.Store.ForgetNode(ending, h.Node.ID))
}

// rest waits for the next beat; after one that told of trouble, no longer than that lasts.
func (h *Heartbeat) rest(ctx context.Context, beat <-chan time.Time, troubled bool) {
	for {
		var look <-chan time.Time
		if troubled {
			look = time.After(recoveryPoll)
		}
		select {
		case <-ctx.Done():
			return
		case <-beat:
			return
		case <-look:
			if h.trouble(ctx) == nil {
				return
			}
		}
	}
}

func (h *Heartbeat) trouble(ctx context.Context) error {
	if h.Trouble == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	return h.Trouble(ctx)
}

// beat says that the node is there, and tells whether it is in trouble.
func (h *Heartbeat) beat(ctx context.Context) (troubled bool) {
	trouble := h.trouble(ctx)
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	node := h.Node
	if h.Keys != nil {
		node.Keys = h.Keys()
	}
	node.TroubleKind, node.Trouble = rights.TroubleOf(trouble)
	h.report(h.Store.Look(ctx))
	h.report(h.Store.SeeNode(ctx, node))
	h.report(h.Store.SyncTestMode(ctx))
	h.report(figures.In(h.Store).KeepFresh(ctx))
	return trouble != nil
}

func (h *Heartbeat) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		h.Log.Warn("heartbeat", zap.Error(err))
	}
}
