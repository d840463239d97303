package relay

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/notices"
	"github.com/interviewing-io/greenhouse-export/worker/trace"
)

// How a relay paces itself. Waiting is for notifications; the intervals are what bounds a lost one.
const (
	PollDefault    = time.Second
	sweepEvery     = 5 * time.Second
	housekeepEvery = 30 * time.Minute

	busyFrom    = 100                    // messages of a pass that make it a busy one
	announceFor = 2 * time.Second        // how long producers may then stay silent
	busyPoll    = 10 * time.Millisecond  // while they do
	lastPoll    = 100 * time.Millisecond // until the last of them has ended
	standbyPoll = 500 * time.Millisecond // while another relay works
	passLimit   = 30 * time.Second       // one pass
	dueAtOnce   = 16                     // probes, or notices, that one sweep hands over

	// filledRest sets how long dispatch rests once River's queue is full. Each settle wakes the relay, which would find no room again and
	// again; in that time no fleet sends what the queue holds. What arrives meanwhile is folded all the same.
	filledRest = 20 * time.Millisecond
)

// Relay folds the outbox into the ledger and dispatches what is due. Any number may run on any number of nodes; in each pass one
// works and the others stand by. It holds no state that a restart could lose.
type Relay struct {
	Store   *store.Store
	Digests *seal.Digests
	Log     *zap.Logger
	Poll    time.Duration                                  // how often to look without being woken; PollDefault when zero
	NoSend  bool                                           // fold only
	Silent  func(attempts int)                             // counts attempts, tests left out, whose worker never said how they ended; nil counts nothing
	Probe   func(ctx context.Context, orgs []string) error // hands held companies that are due to the prober

	Notices   notices.Rules                                            // when people are told; zero durations take the defaults
	Notify    func(ctx context.Context, due []notices.DueNotice) error // hands over what they are to be told; nil writes no notices
	Track     func(ctx context.Context, orgs []string) error           // hands companies whose sent candidates are due to be looked at to the tracker
	Traces    *trace.Tracer                                            // who is told of what was folded; nil for nobody
	Retention ledger.Retention                                         // for how long what grows is kept; nil keeps everything

	nudge          chan struct{}
	outboxAfter    string // companies take turns across passes
	dueAfter       string
	many           bool // messages, or some that are not passed few at once, lay in the outbox
	slice          slice
	dueLeft        bool // what was folded is due, and dispatch has not looked at it
	siblings       int64
	announcedUntil time.Time
	announcedXMax  uint64 // 0 unless an announcement has run out
	folding        *trouble
	dispatching    *trouble
	filledUntil    time.Time // dispatch rests: River's queue was just filled
	renewedAt      time.Time // a budget has a request again for something due
	sweeping       *trouble
}

// New returns r ready for use.
func New(r Relay) *Relay {
	if r.Poll == 0 {
		r.Poll = PollDefault
	}
	if r.Silent == nil {
		r.Silent = func(int) {}
	}
	r.Notices = noticeDefaults(r.Notices)
	r.nudge = make(chan struct{}, 1)
	r.folding, r.dispatching, r.sweeping = &trouble{}, &trouble{}, &trouble{}
	return &r
}

// Nudge makes the relay look for work now. It never blocks and may be called by anyone.
func (r *Relay) Nudge() {
	select {
	case r.nudge <- struct{}{}:
	default:
	}
}

// Run works until ctx ends; what a pass has begun it finishes or leaves undone as a whole.
func (r *Relay) Run(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { r.listen(ctx) })
	beside.Go(func() { r.advanceRuns(ctx) })
	beside.Go(func() { r.sumUpHours(ctx) })
	beside.Go(func() { r.adoptSent(ctx) })
	beside.Go(func() { r.retain(ctx) })
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	housekeep := time.NewTicker(housekeepEvery)
	defer housekeep.Stop()
	r.inheritPolling()
	r.Sweep(ctx)
	for ctx.Err() == nil {
		wait := r.once(ctx)
		if wait == 0 {
			select { // a flood must not starve the sweep
			case <-sweep.C:
				r.Sweep(ctx)
			default:
			}
			continue
		}
		r.restFilled(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-r.nudge:
		case <-timer.C:
		case <-sweep.C:
			r.Sweep(ctx)
		case <-housekeep.C:
			r.report("housekeeping", r.Store.SweepBodies(ctx))
		}
		timer.Stop()
	}
}

// once makes one pass and says how long to wait before the next unless woken. Only what has moved counts as progress: a part that
// fails rests for a while, however often the relay is woken meanwhile, and a fold that cannot go on does not stop dispatch.
func (r *Relay) once(ctx context.Context) time.Duration {
	passCtx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	folded, dispatched, err := r.foldUnlessResting(passCtx)
	moved := folded
	if !dispatched && !errors.Is(err, store.ErrStandby) && !(err != nil && store.ConnectionLost(err)) && r.mayDispatch() {
		var due int
		due, err = r.Dispatch(passCtx)
		r.ended("dispatch", r.dispatching, err)
		moved += due
	}
	if errors.Is(err, store.ErrStandby) {
		r.inheritPolling()
		return standbyPoll
	}
	if folded >= busyFrom {
		r.announcePolling(ctx)
	}
	if moved > 0 && !(dispatched && !r.dueLeft && r.dueAfter == "" && r.outboxAfter == "") && (folded > 0 || r.filled() == 0) {
		return 0
	}
	return r.untilNext(ctx)
}

func (r *Relay) foldUnlessResting(ctx context.Context) (folded int, dispatched bool, err error) {
	if r.folding.rest() > 0 {
		return 0, false, nil
	}
	folded, dispatched, err = r.fold(ctx, r.mayDispatch())
	r.ended("fold", r.folding, err)
	if dispatched {
		r.dispatching.saw(err)
	}
	return folded, dispatched, err
}

// filled returns how long dispatch still rests since River's queue was filled, 0 for not at all.
func (r *Relay) filled() time.Duration { return max(0, time.Until(r.filledUntil)) }

// restFilled waits that out, deaf to what wakes us: it could go nowhere, and stays noticed.
func (r *Relay) restFilled(ctx context.Context) {
	if rest := r.filled(); rest > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
}

// mayDispatch tells whether dispatch rests neither for trouble nor for a full queue.
func (r *Relay) mayDispatch() bool { return r.dispatching.rest() == 0 && r.filled() == 0 }

// went notes how far a dispatch pass came, and how long to rest after it.
func (r *Relay) went(d store.Dispatched) {
	r.dueAfter, r.dueLeft = d.After, d.Left
	r.renews(d.Renewed)
	r.filledUntil = time.Time{}
	if d.Filled {
		r.filledUntil = time.Now().Add(filledRest)
	}
}

// ended reports how a part of a pass ended, once it is more than a turn that another relay has.
func (r *Relay) ended(doing string, part *trouble, err error) {
	if errors.Is(err, context.Canceled) {
		return // we are stopping
	}
	part.saw(err)
	switch {
	case err == nil || errors.Is(err, store.ErrStandby):
	case part.lasting() != nil:
		r.Log.Error(doing+" does not get on", zap.Error(err), zap.Duration("again_in", part.rest()), zap.String("hint", "ghexport doctor looks at rights, settings and the schema"))
	default:
		r.report(doing, err)
	}
}

// Dispatch makes dispatch passes until one moves something or every company has been looked at, and returns how many exports moved.
// [store.ErrStandby] means that another relay works.
func (r *Relay) Dispatch(ctx context.Context) (int, error) {
	if r.NoSend {
		return 0, nil
	}
	turn := startRound(r.dueAfter)
	for {
		d, err := r.Store.Dispatch(ctx, r.dueAfter)
		if err != nil {
			return 0, err
		}
		r.went(d)
		if moved := d.Queued + d.Waiting; moved > 0 {
			r.Log.Debug("dispatched", zap.Int("queued", d.Queued), zap.Int("waiting", d.Waiting))
			return moved, nil
		}
		if d.Full || turn.over(d.After) {
			return 0, nil
		}
	}
}

func (r *Relay) report(doing string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		r.Log.Warn(doing, zap.Error(err))
	}
}
