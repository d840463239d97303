package worker

import (
	"context"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// greenhouse returns what a company is sent to: Greenhouse, or in test mode the test address; nil in test mode where this node has none, and then
// nothing may leave.
func (w *Worker) greenhouse(testing bool) *greenhouse.Client {
	if testing {
		return w.config.Test
	}
	return w.config.Greenhouse
}

// holdTests holds companies in test mode at once, for a node that has no test address and was handed an export of one: its next beat would.
func (w *Worker) holdTests(ctx context.Context) {
	if err := w.store.HoldTests(context.WithoutCancel(ctx)); err != nil {
		w.config.Log.Warn("hold companies in test mode", zap.Error(err))
	}
}
