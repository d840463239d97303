// Package exporttest stands for the exporter in a producer's own tests, without its schema and without Greenhouse.
//
// Hand [Outbox.Enqueue] over where the producer has [jobs.Enqueue]:
//
//	outbox := exporttest.New(t)
//	service := product.Service{Enqueue: outbox.Enqueue} // in production: jobs.Enqueue
//	service.CandidateDecides(ctx, "iv_123", true)
//	outbox.RequireExport("acme", "iv_123")
//
// It refuses what the real one refuses, in the same words, and fails the test for what the real one takes and only flags: a version that
// was used twice, and a decision that vanished. It asks nothing of the transaction, and so does not see a rollback.
package exporttest

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/jobs"
)

// Outbox keeps what a producer handed over. Safe for concurrent use.
type Outbox struct {
	t testing.TB

	mu     sync.Mutex
	all    []jobs.InterviewResult
	newest map[interview]jobs.InterviewResult
}

type interview struct{ org, id string }

// New makes an empty outbox for one test.
func New(t testing.TB) *Outbox {
	return &Outbox{t: t, newest: map[interview]jobs.InterviewResult{}}
}

// Enqueue is [jobs.Enqueue] in a test: a result that is not valid is returned as a [*jobs.ValidationError]. tx may be nil.
func (o *Outbox) Enqueue(_ context.Context, _ pgx.Tx, r jobs.InterviewResult) (int64, error) {
	return o.take(r)
}

// EnqueueSQL is [jobs.EnqueueSQL] in a test, likewise.
func (o *Outbox) EnqueueSQL(_ context.Context, _ *sql.Tx, r jobs.InterviewResult) (int64, error) {
	return o.take(r)
}

func (o *Outbox) take(r jobs.InterviewResult) (int64, error) {
	o.t.Helper()
	if err := jobs.Validate(r); err != nil {
		return 0, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, r)
	key := interview{r.OrgID, r.InterviewID}
	before, known := o.newest[key]
	switch {
	case known && r.Version == before.Version && !same(before, r):
		o.t.Errorf("interview %s of %s: version %d says two things: raise the version with every change (the exporter keeps the first, flag version_conflict)",
			r.InterviewID, r.OrgID, r.Version)
	case known && r.Version <= before.Version: // a repeat, or late: it does no harm
		return int64(len(o.all)), nil
	case known && vanished(before, r):
		o.t.Errorf("interview %s of %s: a decision that had been given is gone in version %d: lock the interview's row before you build the snapshot (flag decision_vanished)",
			r.InterviewID, r.OrgID, r.Version)
	}
	if !known || r.Version > before.Version {
		o.newest[key] = r
	}
	return int64(len(o.all)), nil
}

// Results are all that was handed over, in its order.
func (o *Outbox) Results() []jobs.InterviewResult {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]jobs.InterviewResult(nil), o.all...)
}

// Newest returns what counts of an interview, false where nothing was handed over.
func (o *Outbox) Newest(org, id string) (jobs.InterviewResult, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, known := o.newest[interview{org, id}]
	return r, known
}

// RequireExport ends the test unless the interview would be sent, and returns what would be.
func (o *Outbox) RequireExport(org, id string) jobs.InterviewResult {
	o.t.Helper()
	return o.require(org, id, jobs.WouldExport)
}

// RequireNoExport ends the test if the interview would be sent: it waits for a decision, or somebody said no.
func (o *Outbox) RequireNoExport(org, id string) {
	o.t.Helper()
	if r, known := o.Newest(org, id); known {
		if would, because := jobs.Verdict(r); would == jobs.WouldExport {
			o.t.Fatalf("interview %s of %s would be sent: %s", id, org, because)
		}
	}
}

func (o *Outbox) require(org, id, want string) jobs.InterviewResult {
	o.t.Helper()
	r, known := o.Newest(org, id)
	if !known {
		o.t.Fatalf("nothing was handed over for interview %s of %s", id, org)
	}
	if would, because := jobs.Verdict(r); would != want {
		o.t.Fatalf("interview %s of %s would not be sent: %s", id, org, because)
	}
	return r
}
