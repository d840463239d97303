package worker

import (
	"context"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
)

// traceLimit bounds the look for a producer's trace: what traces may cost a send.
const traceLimit = time.Second

// tellTrace tells of a run that is over, in the producer's trace where it is known. It comes last, so that it takes nothing of the time
// in which a request must leave or be recorded. Does nothing where nobody traces.
func (w *exportWorker) tellTrace(ctx context.Context, g *store.Granted, said store.Settle, submitted, committed, answered time.Time) {
	if w.config.Traces == nil {
		return
	}
	settled := w.now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), traceLimit)
	defer cancel()
	parent, err := w.store.Traceparent(ctx, g.OrgID, g.InterviewID)
	if err != nil {
		parent = "" // a trace of its own
	}
	run := w.config.Traces.Run(parent, submitted, g.ExportID, g.Number)
	run.Step("intent", submitted, committed)
	run.Posted("/v1/partner/candidates", said.Status, committed, answered)
	run.Step("settle", answered, settled)
	run.End(settled, string(said.Outcome), string(said.Cause))
}
