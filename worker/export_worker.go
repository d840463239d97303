package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/worker/render"
)

const (
	// fenceAfter sets how long after its intent was submitted a request may still begin to leave.
	fenceAfter = 5 * time.Second
	// graceAfterJob sets how long after the job timeout a silent attempt counts as unknown.
	graceAfterJob = 10 * time.Second
	// intentLimit bounds the wait for an intent's commit; the fence would stop a later request anyway.
	intentLimit = fenceAfter
	// settleLimit bounds one try to settle.
	settleLimit = 10 * time.Second
)

// exportWorker runs one River job: intent, one POST, settle. What it returns is only what River shows; the ledger holds the truth.
type exportWorker struct {
	river.WorkerDefaults[jobs.ExportArgs]
	*Worker
}

// Work sends one export once. nil shows as completed: it was sent. A cancelled job goes again, or was overtaken. An error shows as
// discarded: dead, or unknown. No message holds personal data.
//
// A run with attempt > 1 comes from River's Retry button alone, since our jobs have one attempt: it replays through the ledger and
// never sends.
func (w *exportWorker) Work(ctx context.Context, job *river.Job[jobs.ExportArgs]) error {
	if job.Attempt > 1 {
		return w.retryPressed(ctx, job.ID, job.Args.ExportID)
	}
	submitted := w.now()
	intent := store.Intent{
		ExportID: job.Args.ExportID, JobID: job.ID, Token: uuid.New(),
		Deadline: w.config.JobTimeout + graceAfterJob, JobTimeout: w.config.JobTimeout,
	}
	store.Failpoint("intent.before")
	intentCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), intentLimit)
	granted, err := w.store.Intend(intentCtx, intent)
	cancel()
	if errors.Is(err, store.ErrNotGranted) {
		return river.JobCancel(fmt.Errorf("export %d is not this job's to send any more", intent.ExportID))
	}
	if store.Refused(err) {
		return w.intentRefused(ctx, intent, err)
	}
	if err != nil {
		// The intent may have been committed all the same: say that nothing left, so that the row goes again at once.
		w.settle(ctx, store.Settle{
			ExportID: intent.ExportID, JobID: job.ID, Token: intent.Token, Outcome: ledger.OutcomeAgain, Cause: ledger.CauseGreenhouseDown,
			Detail: "the database was lost during the intent; nothing was sent", Delay: ledger.ShortestRetry,
		})
		return river.JobCancel(fmt.Errorf("export %d: the database was lost during the intent", intent.ExportID))
	}
	store.Failpoint("intent.committed")
	committed := w.now()
	said := w.attempt(ctx, granted, submitted)
	said.JobID = job.ID
	answered := w.now()
	store.Failpoint("settle.before")
	settled, err := w.settle(ctx, said)
	store.Failpoint("settle.committed")
	w.tellTrace(ctx, granted, said, submitted, committed, answered)
	if err != nil {
		return fmt.Errorf("export %d: how it ended could not be recorded", intent.ExportID)
	}
	if settled.Due || settled.Late || said.Outcome != ledger.OutcomeSent {
		w.config.Relay.Nudge()
	}
	return shown(said, settled)
}

// shown returns what River keeps about a settled run.
func shown(said store.Settle, settled store.Settled) error {
	switch {
	case settled.State == ledger.StateSent:
		return nil
	case settled.Late || !settled.Applied:
		return river.JobCancel(fmt.Errorf("export %d was overtaken", said.ExportID))
	case said.Outcome == ledger.OutcomeDead, said.Outcome == ledger.OutcomeUnknown:
		return fmt.Errorf("%s: export %d", said.Cause, said.ExportID)
	case said.Outcome == ledger.OutcomeHold:
		return river.JobCancel(fmt.Errorf("%s: export %d waits until its company may send again", said.Cause, said.ExportID))
	default:
		return river.JobCancel(fmt.Errorf("%s: export %d goes again in %s", said.Cause, said.ExportID, said.Delay.Round(time.Second)))
	}
}

// attempt makes the one POST and judges it. It never fails: whatever happens is an outcome.
func (w *exportWorker) attempt(ctx context.Context, g *store.Granted, submitted time.Time) (said store.Settle) {
	said = store.Settle{
		ExportID: g.ExportID, Token: g.Token, OrgID: g.OrgID, CredentialVersion: g.Company.CredentialVersion,
		StartedAt: g.StartedAt, Trial: g.Trial, Doubted: g.Doubted, Target: g.Target, Test: g.Test, Credential: g.Company.KeyDigest,
		SendBy: store.TimeOrZero(g.SendBy),
	}
	began := w.now()
	h := ledger.Attempted{Doubted: g.Doubted, AsksOnServerErrors: g.Company.AsksOnServerErrors, NamedTarget: g.Company.JobID != nil || g.Company.PoolID != nil}
	defer func() {
		if r := recover(); r != nil {
			h.Panicked = true
			v := ledger.Judge(h)
			said.Outcome, said.Cause, said.Detail = v.Outcome, v.Cause, fmt.Sprintf("panic: %T", r) // its text may hold anything
			w.config.Log.Error("panic", zap.Int64("export_id", g.ExportID), zap.Stack("stack"))
		}
		said.Took = w.now().Sub(began)
		w.logAttempt(g, said, said.Took)
	}()

	client := w.greenhouse(g.Company.Testing)
	if client == nil { // the company is held from the next look on, since this node has no test address
		said.Outcome, said.Detail = ledger.OutcomeHold, "this node has no test address"
		w.holdTests(ctx)
		return said
	}
	key, err := w.config.Keyset.Open(g.OrgID, g.Company.SealedKey)
	if err != nil {
		said.Outcome, said.Cause, said.Detail = ledger.OutcomeHold, ledger.CauseDecryptFailed, "the stored key does not open"
		if errors.Is(err, seal.ErrKeyUnknown) {
			said.Cause = ledger.CauseNone // not the company's trouble but this node's
			w.loseKeyset()
		} else {
			w.logSealBroken(g.OrgID)
		}
		return said
	}
	cred := greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: g.Company.CreatedBy}

	// A context of its own: River's Cancel and a shutdown must not cut a request that may be arriving.
	postCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.config.JobTimeout*2/3)
	defer cancel()
	postCtx = failpoints(postCtx)
	candidate := render.Candidate(g)
	h.Left = true // from here on a panic cannot say that nothing left
	created, answer, err := client.Create(postCtx, cred, candidate, greenhouse.Fence{NotAfter: submitted.Add(fenceAfter)})
	var refusal *greenhouse.Error
	if err != nil && !errors.As(err, &refusal) {
		refusal = &greenhouse.Error{Op: greenhouse.OpCreate, Class: greenhouse.ClassNoAnswer, Left: true, Err: err}
	}
	h.Class = classOf(refusal)
	return w.conclude(said, g, ledger.Judge(h), reply{created, answer, refusal})
}

// reply holds what came of a request: a candidate, or a refusal.
type reply struct {
	created *greenhouse.Created
	answer  greenhouse.Answer
	refusal *greenhouse.Error
}

// classOf is the class of a refusal in the ledger's words, "" for none.
func classOf(refusal *greenhouse.Error) ledger.Class {
	if refusal == nil {
		return ""
	}
	return cmp.Or(ledger.Class(refusal.Class), ledger.ClassNoAnswer)
}

func (w *exportWorker) conclude(said store.Settle, g *store.Granted, v ledger.Judgement, r reply) store.Settle {
	said.Status = r.answer.Status
	said.Cause = v.Cause
	var retryAfter *time.Duration
	if r.refusal != nil {
		said.Status = max(said.Status, r.refusal.Status)
		said.Detail, said.Answer = render.Detail(r.refusal, render.PersonOf(g)), r.refusal.Raw
		if r.refusal.HasRetryAfter {
			retryAfter = &r.refusal.RetryAfter
		}
	}
	var because string
	said.Outcome, said.Delay, because = v.Follow(ledger.Failures{Count: g.Failures, First: g.FirstFailed}, w.now(), retryAfter)
	if because != "" {
		said.Detail = because
	}
	if created := r.created; created != nil {
		said.CandidateID, said.ApplicationID, said.ProfileURL = created.ID, created.ApplicationID, created.ProfileURL
	}
	if limit := r.answer.RateLimit; limit.Known && limit.HasReset {
		said.Limit = &store.RateLimit{Limit: limit.Limit, Remaining: limit.Remaining, ResetIn: limit.Reset}
	}
	if said.Outcome == ledger.OutcomeLimited {
		if said.Limit == nil {
			said.Limit = &store.RateLimit{}
		}
		said.Limit.BlockedFor = said.Delay
	}
	return said
}

// retryPressed answers River's Retry button, in the name of whoever pressed it where our guard of River UI knows.
func (w *exportWorker) retryPressed(ctx context.Context, jobID, exportID int64) error {
	actor, err := w.store.RetriedBy(ctx, exportID, jobID)
	if err != nil {
		return river.JobCancel(fmt.Errorf("export %d was not replayed; press Retry again", exportID))
	}
	by := store.By{Actor: cmp.Or(actor, "river-ui"), Reason: "Retry pressed in River UI", From: "river"}
	what, err := w.store.ReplayNow(ctx, exportID, by)
	var refused *store.RefusedError
	switch {
	case errors.As(err, &refused):
		return river.JobCancel(fmt.Errorf("not replayed: %w", refused))
	case err != nil:
		return river.JobCancel(fmt.Errorf("export %d was not replayed; press Retry again", exportID))
	}
	w.config.Relay.Nudge()
	return river.JobCancel(fmt.Errorf("export %d: %s; a new job sends it", exportID, what))
}
