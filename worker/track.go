package worker

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/tracking"
)

// How a company's candidates are looked at.
const (
	idsAtOnce       = 50               // of one request; Greenhouse documents no limit here, and this one elsewhere
	looksAtOnce     = 20               // requests of one job; what is left is the next's
	lookWithoutRoom = 30 * time.Second // until the next try where sends need the budget
	lookUnanswered  = 10 * time.Minute // where no answer came, or none that can be read
	lookRefused     = time.Hour        // where Greenhouse refuses to be asked
)

// trackWorker asks Greenhouse where a company's sent candidates stand. It only reads, and nothing is ever sent because of an answer.
type trackWorker struct {
	river.WorkerDefaults[jobs.TrackArgs]
	*Worker
}

// Track gives each company a job that looks at its candidates. It is what the relay's sweep calls; DueTracking has already put off the
// next look, so a call that fails costs one turn and nothing else.
func (w *Worker) Track(ctx context.Context, orgs []string) error {
	return w.handOut(ctx, trackQueue, orgs, func(org string) river.JobArgs { return jobs.TrackArgs{OrgID: org} })
}

// Work looks at those candidates that are due, as far as the budget has room that no send needs.
func (w *trackWorker) Work(ctx context.Context, job *river.Job[jobs.TrackArgs]) error {
	look := trackLook{trackWorker: w, end: tracking.TrackingEnd{OrgID: job.Args.OrgID}}
	c, err := w.store.Credential(ctx, look.end.OrgID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // disconnected since
	}
	if err != nil {
		return err
	}
	if c.Test { // what was sent before test mode is not at its address
		look.end.Again = lookUnanswered
		return tracking.In(w.store).EndTracking(ctx, look.end)
	}
	key, err := w.config.Keyset.Open(look.end.OrgID, c.SealedKey)
	if errors.Is(err, seal.ErrKeyUnknown) {
		w.loseKeyset()
	}
	if err != nil { // for another node, or for the probe to find out
		look.end.Again = lookUnanswered
		return tracking.In(w.store).EndTracking(ctx, look.end)
	}
	look.budget, look.cred = c.KeyDigest, greenhouse.Credential{Key: greenhouse.NewSecret(string(key)), OnBehalfOf: c.CreatedBy}
	if err := look.run(ctx); err != nil {
		return err
	}
	if look.end.Asked {
		w.config.Log.Info("track", zap.String("org_id", look.end.OrgID), zap.Int("asked", look.asked), zap.Int("seen", look.seen),
			zap.Int("changed", look.changed), zap.Int("http_status", look.end.Refused), zap.Duration("again_in", look.end.Again))
	}
	return tracking.In(w.store).EndTracking(ctx, look.end)
}

// trackLook is one look at a company's candidates under way.
type trackLook struct {
	*trackWorker
	end    tracking.TrackingEnd
	cred   greenhouse.Credential
	budget []byte

	asked, seen, changed int
}

// run asks until nothing more is due, there is no room, Greenhouse does not answer, or half of the job's time has gone by.
func (l *trackLook) run(ctx context.Context) error {
	until := l.now().Add(l.config.JobTimeout / 2)
	for range looksAtOnce {
		ids, err := tracking.In(l.store).DueCandidates(ctx, l.end.OrgID, idsAtOnce)
		if err != nil || len(ids) == 0 || l.now().After(until) {
			return err
		}
		free, err := l.store.ChargeSpare(ctx, l.budget, 1)
		if err != nil {
			return err
		}
		if !free {
			l.end.Again = lookWithoutRoom
			return nil
		}
		if err := l.ask(ctx, ids); err != nil || l.end.Again != 0 {
			return err
		}
	}
	return nil
}

// ask makes one request and writes down what it tells.
func (l *trackLook) ask(ctx context.Context, ids []int64) error {
	found, answer, err := l.config.Greenhouse.ReadStatus(ctx, l.cred, ids)
	l.end.Asked, l.end.Answered = true, err == nil
	var refusal *greenhouse.Error
	if errors.As(err, &refusal) {
		l.refused(refusal)
	} else if err != nil {
		return err
	}
	l.config.Metrics.track.asked(refusal)
	if err := l.store.LearnBudget(ctx, l.budget, saidOf(answer, refusal)); err != nil || refusal != nil {
		return err
	}
	done, err := tracking.In(l.store).Observe(ctx, l.end.OrgID, observations(ids, found, answer.Date))
	l.config.Metrics.track.changes.Add(float64(done.Changed))
	l.asked, l.seen, l.changed = l.asked+len(ids), l.seen+len(found), l.changed+done.Changed
	return err
}

// refused concludes when to ask again.
func (l *trackLook) refused(refusal *greenhouse.Error) {
	switch refusal.Class {
	case greenhouse.ClassAuthRejected, greenhouse.ClassPermissionDenied:
		l.end.Refused, l.end.Again = refusal.Status, lookRefused
	case greenhouse.ClassLimited:
		l.end.Again = max(lookWithoutRoom, refusal.RetryAfter)
	default:
		l.end.Again = lookUnanswered
	}
	l.config.Log.Info("track", zap.String("org_id", l.end.OrgID), zap.Error(refusal))
}

// saidOf returns what an answer said of the credential's budget, nil for nothing.
func saidOf(answer greenhouse.Answer, refusal *greenhouse.Error) *store.RateLimit {
	said := store.RateLimit{}
	if limit := answer.RateLimit; limit.Known && limit.HasReset {
		said = store.RateLimit{Limit: limit.Limit, Remaining: limit.Remaining, ResetIn: limit.Reset}
	}
	if refusal != nil && refusal.Class == greenhouse.ClassLimited && answer.Status == http.StatusTooManyRequests {
		said.BlockedFor = max(refusal.RetryAfter, ledger.ShortestRetry)
	}
	if said == (store.RateLimit{}) {
		return nil
	}
	return &said
}

// observations says of each id that was asked for what the answer says of it. What was not asked for is left out.
func observations(asked []int64, found []greenhouse.CandidateStatus, at time.Time) []ledger.Observation {
	named := map[int64]greenhouse.CandidateStatus{}
	for _, c := range found {
		named[c.ID] = c
	}
	list := make([]ledger.Observation, 0, len(asked))
	for _, id := range asked {
		c, there := named[id]
		if !there {
			list = append(list, ledger.Observation{Candidate: id, As: ledger.ObservedMissing, At: at})
			continue
		}
		o := ledger.Observation{Candidate: id, As: ledger.ObservedThere, At: at, Whole: true}
		for _, app := range c.Applications {
			o.Applications = append(o.Applications, ledger.Application{ID: app.ID, Status: ledger.TrackStatus(app.Status), Stage: app.Stage, Job: app.Job})
		}
		list = append(list, o)
	}
	return list
}
