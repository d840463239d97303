package carrier

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/source"
)

// tender tends one source.
type tender struct {
	*Carrier
	source *source.Source
	wake   chan struct{} // somebody committed there
	log    *zap.Logger

	after          int64                // the id to go on after; 0 but for a pass that left messages where they are
	refused        string               // why a message there cannot be taken; empty where all can
	failed         error                // how the last pass ended
	failures       int                  // passes in a row that failed
	told           ledger.SourceTrouble // trouble that the log has told of
	announcedUntil time.Time
}

// run has the source's turn whenever no other node has.
func (t *tender) run(ctx context.Context) {
	for ctx.Err() == nil {
		mine, err := t.take(ctx)
		if err == nil && mine {
			t.hold(ctx)
			continue
		}
		if err != nil && ctx.Err() == nil {
			t.log.Warn("take the turn of a source", zap.Error(err))
		}
		wait(ctx, nil, standby)
	}
}

func (t *tender) take(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, ourLimit)
	defer cancel()
	return t.Store.TakeSource(ctx, t.source.Name, t.Node, turn)
}

// hold carries until the turn is lost or ctx ends, and gives it back.
func (t *tender) hold(ctx context.Context) {
	held, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { t.hear(held) })
	defer func() {
		cancel()
		beside.Wait()
		leaving, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		if err := t.Store.LeaveSource(leaving, t.source.Name, t.Node); err != nil {
			t.log.Warn("give back the turn of a source", zap.Error(err))
		}
	}()
	seen := time.Time{}
	for ctx.Err() == nil {
		if time.Since(seen) >= t.Beat {
			if mine, err := t.take(ctx); err != nil || !mine {
				return
			}
			if err := t.look(ctx); err != nil {
				wait(ctx, nil, t.pause(ctx, 0, err))
				continue
			}
			seen = time.Now()
		}
		carried, err := t.pass(ctx)
		t.failed = err
		if pause := t.pause(ctx, carried, err); err != nil {
			wait(ctx, nil, pause) // who commits there must not make it spin
		} else {
			wait(ctx, t.wake, min(pause, t.Beat-time.Since(seen)))
		}
	}
}

// look records how the source is, and returns why it cannot be read.
func (t *tender) look(ctx context.Context) error {
	seen := store.SourceSeen{Name: t.source.Name}
	var err error
	seen.Waiting, seen.Oldest, err = t.source.Look(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	seen.Read = err == nil
	var passing *source.Trouble
	switch {
	case err != nil:
		seen.TroubleKind, seen.Trouble = kindOf(err), err.Error()
	case errors.As(t.failed, &passing): // what a look does not meet
		seen.TroubleKind, seen.Trouble = passing.Kind, passing.Says
	case t.refused != "":
		seen.TroubleKind, seen.Trouble = ledger.SourceMessage, t.refused
	}
	t.tell(seen.TroubleKind, seen.Trouble)
	ctx, cancel := context.WithTimeout(ctx, ourLimit)
	defer cancel()
	if err := t.Store.SeeSource(ctx, seen); err != nil && ctx.Err() == nil {
		t.log.Warn("record how a source is", zap.Error(err))
	}
	return err
}

// tell logs trouble once, and its end.
func (t *tender) tell(kind ledger.SourceTrouble, says string) {
	if kind == t.told {
		return
	}
	t.told = kind
	if kind == "" {
		t.log.Info("the source is read again")
		return
	}
	t.log.Error("a source cannot be read as it should: what it holds waits there", zap.String("trouble", string(kind)), zap.String("error", says),
		zap.String("hint", "ghexport explain source"))
}

// pause returns how long to rest after a pass unless woken.
func (t *tender) pause(ctx context.Context, carried int, err error) time.Duration {
	if err != nil {
		t.failures++
		return min(pauseFirst<<min(t.failures-1, 10), pauseMost)
	}
	t.failures = 0
	if carried >= busyFrom && time.Until(t.announcedUntil) < announceFor/2 {
		if t.source.AnnouncePolling(ctx, announceFor) == nil {
			t.announcedUntil = time.Now().Add(announceFor)
		}
	}
	switch {
	case carried > 0 || t.after > 0:
		return 0
	case time.Now().Before(t.announcedUntil):
		return busyPoll
	default:
		return t.Poll
	}
}

// hear wakes the tender at each commit there. Where nothing can be heard, it polls.
func (t *tender) hear(ctx context.Context) {
	for pause := pauseFirst; ctx.Err() == nil; pause = min(2*pause, pauseMost) {
		err := t.source.Hear(ctx, func() {
			pause = pauseFirst
			select {
			case t.wake <- struct{}{}:
			default:
			}
		})
		if err == nil {
			return
		}
		wait(ctx, nil, pause)
	}
}
