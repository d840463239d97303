package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/store"
)

// probeWorker finds out whether a held company may send again.
type probeWorker struct {
	river.WorkerDefaults[jobs.ProbeArgs]
	*Worker
}

// Probe gives each company a job that probes it. It is what the relay's sweep calls; DueProbes has already put off the next probe,
// so a call that fails costs one turn and nothing else.
func (w *Worker) Probe(ctx context.Context, orgs []string) error {
	var many []river.InsertManyParams
	for _, org := range orgs {
		many = append(many, river.InsertManyParams{Args: jobs.ProbeArgs{OrgID: org}, InsertOpts: &river.InsertOpts{MaxAttempts: 1, Queue: probeQueue}})
	}
	if _, err := w.river.InsertManyFast(ctx, many); err != nil {
		return fmt.Errorf("insert probes: %w", err)
	}
	return nil
}

// Work makes one read with the company's credential. A 401 hold ends when the read passes; a 403 hold then gets a trial export,
// since reading may be allowed where creating is not. A key that did not open is tried again without asking Greenhouse.
func (w *probeWorker) Work(ctx context.Context, job *river.Job[jobs.ProbeArgs]) error {
	org := job.Args.OrgID
	c, err := w.store.Credential(ctx, org)
	if err != nil || c.HoldCause == store.CauseNone {
		return err // not held any more: nothing to find out
	}
	next := probeDelay(c.Probes)
	key, err := w.config.Keyset.Open(org, c.SealedKey)
	if err != nil {
		if errors.Is(err, store.ErrKeyUnknown) {
			w.loseKeyset()
		}
		_, err = w.store.PutOffProbe(ctx, org, c.Version, next)
		return err
	}
	free, err := w.store.ChargeBudget(ctx, c.KeyDigest, 1)
	if err != nil {
		return err
	}
	if !free {
		_, err = w.store.PutOffProbe(ctx, org, c.Version, firstProbe)
		return err
	}
	_, _, err = w.config.Greenhouse.CurrentUser(ctx, greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: c.CreatedBy})
	w.config.Log.Info("probe", zap.String("org_id", org), zap.String("held", string(c.HoldCause)), zap.Bool("passed", err == nil))
	defer w.config.Relay.Nudge()
	return w.conclude(ctx, org, c, next, err)
}

// conclude writes down what a probe's answer means.
func (w *probeWorker) conclude(ctx context.Context, org string, c store.Credential, next time.Duration, answer error) (err error) {
	var refused *greenhouse.Error
	switch {
	case answer == nil && c.HoldCause == store.CausePermissionDenied:
		_, err = w.store.StartTrial(ctx, org, c.Version, next)
	case answer == nil:
		_, err = w.store.ReleaseHold(ctx, org, c.Version)
	case errors.As(answer, &refused) && refused.Class == greenhouse.ClassAuthRejected:
		_, err = w.store.ProbeFailed(ctx, org, c.Version, store.CauseAuthRejected, detailOf(refused), next)
	case errors.As(answer, &refused) && refused.Class == greenhouse.ClassPermissionDenied:
		_, err = w.store.ProbeFailed(ctx, org, c.Version, store.CausePermissionDenied, detailOf(refused), next)
	default: // no answer about the credential
		_, err = w.store.PutOffProbe(ctx, org, c.Version, next)
	}
	return err
}

const (
	firstProbe   = 15 * time.Second
	longestProbe = 15 * time.Minute
)

// probeDelay is how long to wait after the given number of probes: 15 s, doubling to 15 min.
func probeDelay(probes int) time.Duration {
	return min(firstProbe<<min(max(probes, 0), 10), longestProbe)
}
