package worker

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

// settleRefusals sets how often a settle is made that the database refuses even without its side facts, before it is let go.
const settleRefusals = 3

// What a refused settle ended as, in logs and metrics.
const (
	settledBare  = "without_side_facts"
	settledNever = "let_go"
)

// refusedSettles counts what must never happen, so that somebody looks.
func refusedSettles() *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ghexport_settles_refused_total",
		Help: "Settles that the database refused as they stood: recorded without_side_facts, or let_go, which the sweep makes unknown.",
	}, []string{"result"})
	c.WithLabelValues(settledBare)
	c.WithLabelValues(settledNever)
	return c
}

// settle repeats until the database has acknowledged, whatever becomes of the job and of the process's wish to stop. It gives up
// only when the process may wait no longer, or when the database refuses the settle itself, so that none keeps a worker's place for
// ever; the sweep then finds the row and makes it `unknown`.
func (w *exportWorker) settle(ctx context.Context, said store.Settle) (settled store.Settled, err error) {
	patience := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(20*time.Millisecond), backoff.WithMaxInterval(2*time.Second), backoff.WithMaxElapsedTime(0))
	until := w.patience // ends when the shutdown may wait no longer
	refusals := 0
	err = backoff.Retry(func() error {
		tryCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
		settled, err = w.store.Settle(tryCtx, said)
		if errors.Is(err, store.ErrNotFound) {
			return backoff.Permanent(err)
		}
		switch {
		case store.Refused(err): // its words may quote the row
			w.config.Log.Warn("settle", zap.Int64("export_id", said.ExportID), zap.String("refusal", store.SQLState(err)))
			if refusals++; refusals >= settleRefusals {
				return backoff.Permanent(err)
			}
		case err != nil:
			w.config.Log.Warn("settle", zap.Int64("export_id", said.ExportID), zap.Error(err))
		}
		return err
	}, backoff.WithContext(patience, until))
	switch {
	case err == nil && settled.Refusal != nil:
		w.settleRefused(said, settledBare, settled.Refusal)
	case store.Refused(err):
		w.settleRefused(said, settledNever, err)
	}
	if err == nil && !said.Test {
		w.config.Metrics.settled(said, settled)
		w.paced(ctx, said, settled)
	}
	return settled, err
}

// settleRefused tells of a settle that the database refused, with what a person needs to resolve it by hand.
func (w *exportWorker) settleRefused(said store.Settle, result string, refusal error) {
	w.config.Metrics.refused.WithLabelValues(result).Inc()
	fields := []zap.Field{
		zap.Int64("export_id", said.ExportID), zap.String("org_id", said.OrgID), zap.String("outcome", string(said.Outcome)),
		zap.Int64("greenhouse_candidate_id", said.CandidateID), zap.String("refusal", store.SQLState(refusal)),
	}
	if result == settledBare {
		w.config.Log.Error("the database refused what an answer said beside its outcome; that was recorded without it", fields...)
		return
	}
	w.config.Log.Error("the database refuses to record how an attempt ended; it will be unknown", append(fields,
		zap.String("hint", "ghexport doctor; then ghexport resolve with --present or --absent, by the candidate's id above"))...)
}
