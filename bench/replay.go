package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// Replay is how soon live commits arrived: with nothing else to do, and while dead letters were replayed beside them. The two take
// turns, the run being paused every other block, so that a machine that slows down meanwhile slows both.
type Replay struct {
	Letters int
	Alone   []time.Duration // from the return of COMMIT to the request's arrival, while the run was paused
	Beside  []time.Duration
	Ran     time.Duration // how long the run was not paused
}

// replayBlock is how long live exports go alone, or beside the run, until it is the other's turn.
const replayBlock = 5 * time.Second

// replays kills as many exports as were asked for, and measures live ones by turns alone and beside the run that brings them back.
func (b *bench) replays(ctx context.Context) (r Replay, err error) {
	b.say("replay: %d dead letters beside %.0f live exports a second", b.Replay, b.Rate)
	r.Letters = b.Replay
	c := &ours{settings: b.settings}
	w, drop, err := b.prepare(ctx, c)
	if err != nil {
		return r, err
	}
	defer drop()
	f, err := newFake(ctx, b.settings, true)
	if err != nil {
		return r, err
	}
	defer f.close()
	stop, err := c.start(ctx, f.url)
	if err != nil {
		return r, err
	}
	if err = b.deadLetters(ctx, w, c); err == nil {
		err = b.besideLive(ctx, w, c, f, &r)
	}
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	return r, err
}

// deadLetters lets results be folded while sending is stopped, and gives them up.
func (b *bench) deadLetters(ctx context.Context, w *watch, c *ours) error {
	if err := w.exec(ctx, "UPDATE ghexport.control SET stopped_at = now(), stopped_by = 'bench'"); err != nil {
		return err
	}
	if err := c.hand(ctx, results("dead", b.Replay, b.Orgs)); err != nil {
		return err
	}
	err := until(ctx, settlePoll, "the fold", func() (bool, error) {
		n, err := w.number(ctx, "SELECT count(*) FROM ghexport.exports WHERE state = 'pending'")
		return n == int64(b.Replay), err
	})
	if err != nil {
		return err
	}
	err = w.exec(ctx, `
		UPDATE ghexport.exports
		   SET state = 'dead', cause = 'bug', due_at = NULL, blocked_at = NULL, attention_at = now() - interval '1 minute'
		 WHERE state = 'pending';
		UPDATE ghexport.control SET stopped_at = NULL, stopped_by = NULL`)
	if err != nil {
		return err
	}
	return w.exec(ctx, "VACUUM ANALYZE")
}

func (b *bench) besideLive(ctx context.Context, w *watch, c *ours, f *fake, r *Replay) (err error) {
	st, err := store.Open(ctx, store.Config{URL: c.db.serviceURL, MaxConns: 2})
	if err != nil {
		return err
	}
	defer st.Close()
	by := store.By{Actor: "bench", Reason: "bench", From: "bench"}
	run, err := runs.In(st).Start(ctx, runs.Request{By: by, Canary: 1})
	if err != nil {
		return err
	}
	turns := replayTurns{bench: b, watch: w, ours: c, fake: f, store: st, run: run.ID, by: by, got: r}
	for err == nil {
		err = turns.next(ctx)
	}
	if !errors.As(err, new(*runs.RefusedError)) { // which says that the run has come to its end
		return err
	}
	waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
	defer cancel()
	if err := w.settled(waitCtx, c, b.Warm+b.Replay+turns.live); err != nil {
		return w.explained(ctx, c, err)
	}
	return f.once(b.Replay + turns.live)
}

// replayTurns commits live exports while a run is paused, then while it is not, and so on.
type replayTurns struct {
	*bench
	watch *watch
	ours  *ours
	fake  *fake
	store *store.Store
	run   int64
	by    store.By
	live  int // committed so far
	got   *Replay
}

// next is one block of each. A [runs.RefusedError] says that the run has come to its end.
func (t *replayTurns) next(ctx context.Context) error {
	if err := runs.In(t.store).Pause(ctx, t.run, t.by); err != nil {
		return err
	}
	if err := t.watch.nothingReleased(ctx); err != nil {
		return err
	}
	alone, err := t.block(ctx)
	if err != nil {
		return err
	}
	if err := runs.In(t.store).Resume(ctx, t.run, t.by); err != nil {
		return err
	}
	began := time.Now()
	beside, err := t.block(ctx)
	if err != nil {
		return err
	}
	t.got.Ran += time.Since(began)
	now, err := runs.In(t.store).Run(ctx, t.run)
	if err != nil {
		return err
	}
	if now.State == runs.Running || len(t.got.Alone) == 0 { // the last block has nothing beside it at its end
		t.got.Alone, t.got.Beside = append(t.got.Alone, alone...), append(t.got.Beside, beside...)
	}
	return nil
}

// nothingReleased waits until what a paused run had released is settled.
func (w *watch) nothingReleased(ctx context.Context) error {
	return until(ctx, settlePoll, "the released letters", func() (bool, error) {
		n, err := w.number(ctx, "SELECT count(*) FROM ghexport.run_members WHERE state = 'released'")
		return n == 0, err
	})
}

// arrivedPoll is longer than other waits: what has arrived is read anew each time, on the cores that the next block needs.
const arrivedPoll = 50 * time.Millisecond

// block commits live exports one after the other at the rate, and tells how soon each arrived.
func (t *replayTurns) block(ctx context.Context) ([]time.Duration, error) {
	list := results(fmt.Sprintf("live-%d", t.live), min(t.Idle, int(t.Rate*replayBlock.Seconds())), t.Orgs)
	_, committed, err := t.openLoop(ctx, t.ours, list)
	if err != nil {
		return nil, err
	}
	t.live += len(list)
	waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
	defer cancel()
	took := make([]time.Duration, len(list))
	err = until(waitCtx, arrivedPoll, "the live exports", func() (bool, error) {
		arrived, err := t.fake.arrivals()
		for i, one := range list {
			at, there := arrived[candidateID(one.id)]
			if !there {
				return false, err
			}
			took[i] = at.Sub(committed[i])
		}
		return true, err
	})
	return took, err
}

func (r Replay) ratio() float64 {
	return float64(percentile(r.Beside, 95)) / float64(percentile(r.Alone, 95))
}

func (r Replay) print(out io.Writer, rate float64) {
	fmt.Fprintf(out, "\nReplay of %d dead letters in %.1f s beside %.0f live exports/s, %d of them beside it and as many while it was paused, ms from the return of COMMIT to the request's arrival\n",
		r.Letters, r.Ran.Seconds(), rate, len(r.Beside))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\tp50\tp95\tp99\tmax\n")
	fmt.Fprintf(t, "live, alone\t%s\n", latencies(r.Alone))
	fmt.Fprintf(t, "live, beside the replay\t%s\n", latencies(r.Beside))
	t.Flush()
	fmt.Fprintf(out, "ratio of the live p95, beside / alone: %.2f\n", r.ratio())
}
