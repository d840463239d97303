package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/connections"
)

// probeWorker finds out whether Greenhouse accepts a company's credential: of a held one by the hold's back-off, of any other daily.
type probeWorker struct {
	river.WorkerDefaults[jobs.ProbeArgs]
	*Worker
}

// Probe gives each company a job that looks at it. It is what the relay's sweep calls; DueProbes has already put off the next look,
// so a call that fails costs one turn and nothing else.
func (w *Worker) Probe(ctx context.Context, orgs []string) error {
	return w.handOut(ctx, probeQueue, orgs, func(org string) river.JobArgs { return jobs.ProbeArgs{OrgID: org} })
}

// handOut gives each company a job in a queue, which is tried once.
func (w *Worker) handOut(ctx context.Context, queue string, orgs []string, args func(org string) river.JobArgs) error {
	var many []river.InsertManyParams
	for _, org := range orgs {
		many = append(many, river.InsertManyParams{Args: args(org), InsertOpts: &river.InsertOpts{MaxAttempts: 1, Queue: queue}})
	}
	if _, err := w.river.InsertManyFast(ctx, many); err != nil {
		return fmt.Errorf("insert jobs of queue %s: %w", queue, err)
	}
	return nil
}

// Work makes one read with the company's credential and has the store conclude. A key that does not open is tried without asking
// Greenhouse. A look for which the budget, or this node's keyset, does not suffice is put off.
func (w *probeWorker) Work(ctx context.Context, job *river.Job[jobs.ProbeArgs]) error {
	org := job.Args.OrgID
	c, err := w.store.Credential(ctx, org)
	if errors.Is(err, store.ErrNotFound) {
		return nil // disconnected since
	}
	if err != nil {
		return err
	}
	client := w.greenhouse(c.Test)
	if client == nil {
		return w.store.PutOffLook(ctx, org, c.Version)
	}
	look := store.Look{OrgID: org, CredentialVersion: c.Version}
	key, err := w.config.Keyset.Open(org, c.SealedKey)
	if errors.Is(err, seal.ErrKeyUnknown) {
		w.loseKeyset()
		return w.store.PutOffLook(ctx, org, c.Version) // for another node
	}
	if err != nil {
		look.Answer, look.Cause = store.CheckRefused, ledger.CauseDecryptFailed
		return w.conclude(ctx, look)
	}
	free, err := w.store.ChargeBudget(ctx, c.KeyDigest, 1)
	if err != nil {
		return err
	}
	if !free {
		return w.store.PutOffLook(ctx, org, c.Version)
	}
	cred := greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: c.CreatedBy}
	user, answer, refusal := client.CurrentUser(ctx, cred)
	look.Status = answer.Status
	if err := w.conclude(ctx, connections.Answered(look, user, refusal)); err != nil || refusal != nil {
		return err
	}
	return w.lookAtJobs(ctx, client, org, c, cred)
}

// lookAtJobs reads the open jobs of a company that maps some, so that its settings tell when one closes before an interview does. Where
// the budget or Greenhouse does not allow it just now, the next look will.
func (w *probeWorker) lookAtJobs(ctx context.Context, client *greenhouse.Client, org string, c store.Credential, cred greenhouse.Credential) error {
	company, err := w.store.Integration(ctx, org)
	if err != nil || len(company.Choices.Jobs()) == 0 {
		return err
	}
	if free, err := w.store.ChargeBudget(ctx, c.KeyDigest, 1); err != nil || !free {
		return err
	}
	open, _, err := client.Jobs(ctx, cred)
	if err != nil {
		return nil
	}
	_, err = w.store.KeepJobs(ctx, org, c.Version, connections.SeenJobs(open))
	return err
}

// conclude writes down the look.
func (w *probeWorker) conclude(ctx context.Context, look store.Look) error {
	effect, err := w.store.Looked(ctx, look)
	if err != nil {
		return err
	}
	w.config.Log.Info("probe", zap.String("org_id", look.OrgID), zap.String("answer", string(look.Answer)),
		zap.String("cause", string(look.Cause)), zap.Int("http_status", look.Status), zap.String("effect", string(effect)))
	if look.Cause == ledger.CauseDecryptFailed {
		w.logSealBroken(look.OrgID)
	}
	if effect == store.LookReleased || effect == store.LookTrial {
		w.config.Relay.Nudge()
	}
	return nil
}
