package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/worker/trace"
)

// tracesLimit bounds how long spans that are left may keep a process that ends.
const tracesLimit = 3 * time.Second

// closeTraces sends what is left. A receiver that is away loses spans, and nothing else.
func closeTraces(traces *trace.Tracer, log *zap.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), tracesLimit) // the command's has ended
	defer cancel()
	if err := traces.Close(ctx); err != nil {
		log.Warn("traces that were left are lost", zap.Error(err))
	}
}
