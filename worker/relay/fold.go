package relay

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/jobs"
	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// together folds and dispatches in the same turn, which saves an export that nothing stands in the way of a commit and two updates of
// its row. It reports false where that could not be done as one.
func (r *Relay) together(ctx context.Context, arrivals []ledger.Arrival) (folded int, done bool, err error) {
	if r.NoSend || len(arrivals) == 0 {
		return 0, false, nil
	}
	folded, d, err := r.Store.Pass(ctx, arrivals, r.dueAfter)
	if errors.Is(err, store.ErrStandby) {
		return 0, true, err
	}
	if err != nil {
		return 0, false, nil //nolint:nilerr // each for itself tells what is wrong, and with whom
	}
	r.went(d)
	return folded, true, nil
}

// Fold makes one fold pass and returns how many messages left the outbox. A message that cannot be folded goes to `rejected` and
// holds up nobody. [store.ErrStandby] means that another relay works.
func (r *Relay) Fold(ctx context.Context) (int, error) {
	folded, _, err := r.fold(ctx, false)
	return folded, err
}

// Pass folds and dispatches in one turn where that can be done as one, and folds alone elsewhere. It returns how many messages left the
// outbox.
func (r *Relay) Pass(ctx context.Context) (int, error) {
	folded, _, err := r.fold(ctx, true)
	return folded, err
}

// few passes at once what little lies in the outbox, and reports false where that could not be done so. It keeps no trace, since a turn
// must not wait for another connection. Where something may be due it leaves that to a dispatch.
func (r *Relay) few(ctx context.Context) (folded int, dispatched, done bool, err error) {
	if r.NoSend || r.many || r.outboxAfter != "" || r.dueAfter != "" {
		return 0, false, false, nil
	}
	var arrivals []ledger.Arrival
	folded, d, done, err := r.Store.Few(ctx, []int{jobs.SchemaVersion}, func(messages []store.Message) ([]ledger.Arrival, bool) {
		var rejected map[int64]string
		arrivals, rejected = r.arrive(messages)
		traced := r.Traces != nil && slices.ContainsFunc(arrivals, func(a ledger.Arrival) bool { return a.Traceparent != "" })
		return arrivals, len(rejected) == 0 && !traced
	})
	switch {
	case errors.Is(err, store.ErrStandby):
		return 0, true, true, err
	case err != nil: // each for itself tells what is wrong, and with whom
		return 0, false, false, nil //nolint:nilerr
	}
	return folded, !d.Left, done, nil
}

// fold is Fold, or where asked both passes in one turn; then it reports that dispatch is done, too.
func (r *Relay) fold(ctx context.Context, dispatch bool) (folded int, dispatched bool, err error) {
	if dispatch {
		if folded, dispatched, done, err := r.few(ctx); done {
			return folded, dispatched, err
		}
	}
	began := time.Now()
	messages, err := r.unfolded(ctx)
	r.many = len(messages) >= store.FewMessages
	if err != nil {
		return 0, false, err
	}
	for _, part := range apart(messages) {
		var n int
		n, dispatched, err = r.foldThese(ctx, part, dispatch && r.mayDispatch())
		folded += n
		if err != nil {
			return folded, dispatched, err
		}
	}
	r.slice.took(len(messages), time.Since(began))
	return folded, dispatched, nil
}

func (r *Relay) foldThese(ctx context.Context, messages []store.Message, dispatch bool) (folded int, dispatched bool, err error) {
	arrivals, rejected := r.arrive(messages)
	r.keepTraces(ctx, arrivals)
	if dispatch {
		folded, dispatched, err = r.together(ctx, arrivals)
	}
	if !dispatched {
		folded, err = r.Store.Fold(ctx, arrivals)
	}
	if err != nil && !stops(ctx, err) {
		folded, err = r.foldEach(ctx, arrivals, rejected)
	}
	if err == nil {
		r.tellTraces(arrivals)
	}
	if err != nil || len(rejected) == 0 {
		return folded, dispatched, err
	}
	if err := r.Store.Reject(ctx, rejected); err != nil {
		return folded, dispatched, err
	}
	r.Log.Error("rejected messages that cannot be folded", zap.Int("messages", len(rejected)),
		zap.String("hint", "ghexport health counts them; after a fix, ghexport replay --cause message.invalid"))
	return folded + len(rejected), dispatched, nil
}

// unfolded reads the outbox from where the last pass left off, until it finds messages or has looked at every company once.
func (r *Relay) unfolded(ctx context.Context) ([]store.Message, error) {
	turn := startRound(r.outboxAfter)
	for {
		messages, next, err := r.Store.Outbox(ctx, r.outboxAfter, []int{jobs.SchemaVersion}, r.slice.size())
		if err != nil {
			return nil, err
		}
		r.outboxAfter = next
		if len(messages) > 0 || turn.over(next) {
			return messages, nil
		}
	}
}

// stops tells an error after which a pass goes no further, since it says nothing about the messages: they stay in the outbox.
func stops(ctx context.Context, err error) bool {
	return errors.Is(err, store.ErrStandby) || store.Environmental(err) || store.Contended(err) || ctx.Err() != nil
}

// foldEach redoes a failed batch arrival by arrival. One that the database refuses for its data is rejected. One that fails for a
// cause that nobody knows stays in the outbox, loudly, and holds up no other.
func (r *Relay) foldEach(ctx context.Context, arrivals []ledger.Arrival, rejected map[int64]string) (int, error) {
	folded := 0
	for _, a := range arrivals {
		n, err := r.Store.Fold(ctx, []ledger.Arrival{a})
		switch {
		case err == nil:
			folded += n
		case stops(ctx, err):
			return folded, err
		case store.DataRefused(err):
			for _, id := range a.Messages {
				rejected[id] = "the database refused it: " + store.SQLState(err)
			}
		default:
			r.Log.Error("a message cannot be folded, and stays in the outbox", zap.Int64("message", a.Newest), zap.String("org_id", a.OrgID),
				zap.String("error", store.SQLState(err)), zap.String("hint", "what the database's log says of it tells what to mend"))
		}
	}
	return folded, nil
}
