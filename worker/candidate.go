package worker

import (
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// logAttempt writes the one line of an attempt. No name, address, note or text from outside is in it.
func (w *exportWorker) logAttempt(g *store.Granted, said store.Settle, took time.Duration) {
	w.config.Log.Info("attempt",
		zap.Int64("export_id", g.ExportID),
		zap.String("org_id", g.OrgID),
		zap.String("interview_id", g.InterviewID),
		zap.Int("attempt", g.Number),
		zap.Int("http_status", said.Status),
		zap.String("outcome", string(said.Outcome)),
		zap.String("cause", string(said.Cause)),
		zap.Int64("duration_ms", took.Milliseconds()),
	)
}
