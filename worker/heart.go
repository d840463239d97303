package worker

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Heart says again and again that this node is there, and prepares what pages and metrics read. Nothing that is sent depends on it.
type Heart struct {
	Store   *store.Store
	Node    ledger.Node
	Keys    func() []int64              // ids of the keys in its keyset, which may change while it runs; may be nil
	Trouble func(context.Context) error // what keeps the node from its work, nil when nothing does; may be nil
	Log     *zap.Logger
}

const (
	beatLimit     = 10 * time.Second // one beat
	farewellLimit = 2 * time.Second
)

// Run beats until ctx ends, and then takes the node off the list.
func (h *Heart) Run(ctx context.Context) {
	ticker := time.NewTicker(store.NodeBeat)
	defer ticker.Stop()
	for ctx.Err() == nil {
		h.beat(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellLimit)
	defer cancel()
	h.report(h.Store.ForgetNode(ending, h.Node.ID))
}

func (h *Heart) beat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatLimit)
	defer cancel()
	node := h.Node
	if h.Keys != nil {
		node.Keys = h.Keys()
	}
	if h.Trouble != nil {
		node.TroubleKind, node.Trouble = store.TroubleOf(h.Trouble(ctx))
	}
	h.report(h.Store.Look(ctx))
	h.report(h.Store.SeeNode(ctx, node))
	h.report(h.Store.KeepFresh(ctx))
}

func (h *Heart) report(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		h.Log.Warn("heartbeat", zap.Error(err))
	}
}
