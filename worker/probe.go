package worker

import (
	"context"
	"errors"
	"fmt"

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
// since reading may be allowed where creating is not.
func (w *probeWorker) Work(ctx context.Context, job *river.Job[jobs.ProbeArgs]) error {
	org := job.Args.OrgID
	c, err := w.store.Credential(ctx, org)
	if err != nil || c.HoldCause == store.CauseNone {
		return err // not held any more: nothing to find out
	}
	key, err := w.config.Keyset.Open(org, c.SealedKey)
	if errors.Is(err, store.ErrKeyUnknown) {
		w.loseKeyset()
		return river.JobCancel(errors.New("this node's keyset lacks the company's key"))
	}
	if err != nil {
		return river.JobCancel(w.store.HoldDecryptFailed(ctx, org, c.Version))
	}
	if free, err := w.store.ChargeBudget(ctx, c.KeyDigest, 1); err != nil || !free {
		return err // no budget left: the next probe will see
	}
	_, _, err = w.config.Greenhouse.CurrentUser(ctx, greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: c.CreatedBy})
	w.config.Log.Info("probe", zap.String("org_id", org), zap.String("cause", string(c.HoldCause)), zap.Bool("passed", err == nil))
	var refused *greenhouse.Error
	switch {
	case err == nil && c.HoldCause == store.CausePermissionDenied:
		err = w.store.StartTrial(ctx, org)
	case err == nil:
		_, err = w.store.ReleaseHold(ctx, org, c.Version)
	case errors.As(err, &refused) && refused.Class == greenhouse.ClassAuthRejected && c.HoldCause != store.CauseAuthRejected:
		err = w.store.ProbeFailed(ctx, org, c.Version, store.CauseAuthRejected, detailOf(refused))
	default:
		err = nil // still refused, or no answer: the next probe is due already
	}
	w.config.Relay.Nudge()
	return err
}
