package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

var replayCell = cell{
	name: "replay", title: "Replay beside live work", short: true, metrics: []string{"ratio", "alone_p95", "beside_p95", "beside_max", "replay_rate", "lost", "doubled"},
	peers: []string{ourName},
	says: "-replay dead letters are brought back by a run of `ghexport replay` while live exports are committed at -rate. The run is paused every other 5 s, so " +
		"that a machine that slows down meanwhile slows both: the ratio of the live ones' p95. A run's own pace is 25 a second.",
	measure: func(ctx context.Context, b *bench, p peer) (measured, error) { return b.replay(ctx, p) },
}

// replayed describes how soon live commits arrived, alone and beside the run.
type replayed struct {
	alone, beside []time.Duration
	ran           time.Duration // how long the run was not paused
	live          int           // committed so far
}

// replayBlock sets how long live exports go alone, or beside the run, until it is the other's turn.
const replayBlock = 5 * time.Second

// replay kills as many exports as were asked for, and measures live ones by turns alone and beside the run that brings them back.
func (b *bench) replay(ctx context.Context, p peer) (m measured, err error) {
	stage, err := b.prepare(ctx, p)
	if err != nil {
		return m, err
	}
	defer stage.drop()
	f, err := newFake(ctx, b.settings, fakeConfig{note: true})
	if err != nil {
		return m, err
	}
	defer f.close()
	c := stage.contender.(*ours)
	stop, err := c.start(ctx, f.url)
	if err != nil {
		return m, err
	}
	var got replayed
	if err = b.deadLetters(ctx, stage.watch, c); err == nil {
		err = b.besideLive(ctx, stage.watch, c, f, &got)
	}
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if err != nil {
		return m, err
	}
	lost, doubled := f.toll(b.Replay + got.live)
	return measured{Values: map[string]float64{
		"ratio": float64(percentile(got.beside, 95)) / float64(percentile(got.alone, 95)), "alone_p95": ms(percentile(got.alone, 95)),
		"beside_p95": ms(percentile(got.beside, 95)), "beside_max": ms(percentile(got.beside, 100)),
		"replay_rate": float64(b.Replay) / got.ran.Seconds(), "lost": float64(lost), "doubled": float64(doubled),
	}}, nil
}

// deadLetters lets results be folded while sending is stopped, and gives them up.
func (b *bench) deadLetters(ctx context.Context, w *watch, c *ours) error {
	if err := w.exec(ctx, "UPDATE ghexport.control SET stopped_at = now(), stopped_by = 'bench'"); err != nil {
		return err
	}
	if err := c.hand(ctx, b.results("dead", b.Replay)); err != nil {
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

func (b *bench) besideLive(ctx context.Context, w *watch, c *ours, f *fake, got *replayed) (err error) {
	st, err := store.Open(ctx, store.Config{URL: c.db.serviceURL, MaxConns: 2})
	if err != nil {
		return err
	}
	defer st.Close()
	run, err := runs.In(st).Start(ctx, runs.Request{By: benchBy, Canary: 1})
	if err != nil {
		return err
	}
	turns := replayTurns{bench: b, watch: w, ours: c, fake: f, store: st, run: run.ID, replayed: got}
	for err == nil {
		err = turns.next(ctx)
	}
	if !errors.As(err, new(*runs.RefusedError)) { // which says that the run has come to its end
		return err
	}
	waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
	defer cancel()
	return w.settled(waitCtx, c, b.Warm+b.Replay+got.live)
}

// replayTurns commits live exports while a run is paused, then while it is not, and so on.
type replayTurns struct {
	*bench
	watch *watch
	ours  *ours
	fake  *fake
	store *store.Store
	run   int64
	*replayed
}

// next is one block of each. A [runs.RefusedError] says that the run has come to its end.
func (t *replayTurns) next(ctx context.Context) error {
	if err := runs.In(t.store).Pause(ctx, t.run, benchBy); err != nil {
		return err
	}
	if err := t.watch.nothingReleased(ctx); err != nil {
		return err
	}
	alone, err := t.block(ctx)
	if err != nil {
		return err
	}
	if err := runs.In(t.store).Resume(ctx, t.run, benchBy); err != nil {
		return err
	}
	began := time.Now()
	beside, err := t.block(ctx)
	if err != nil {
		return err
	}
	t.ran += time.Since(began)
	now, err := runs.In(t.store).Run(ctx, t.run)
	if err != nil {
		return err
	}
	if now.State == runs.Running || len(t.alone) == 0 { // the last block has nothing beside it at its end
		t.alone, t.beside = append(t.alone, alone...), append(t.beside, beside...)
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

// arrivedPoll sets how often it is asked whether all live exports have arrived.
const arrivedPoll = 5 * time.Millisecond

// block commits live exports one after the other at the rate, and tells how soon each arrived.
func (t *replayTurns) block(ctx context.Context) ([]time.Duration, error) {
	list := t.results(fmt.Sprintf("live-%d", t.live), min(t.Idle, int(t.Rate*replayBlock.Seconds())))
	_, committed, err := t.openLoop(ctx, t.ours, list)
	if err != nil {
		return nil, err
	}
	t.live += len(list)
	ctx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
	defer cancel()
	err = until(ctx, arrivedPoll, "the live exports", func() (bool, error) { return t.fake.gate.arrived(list), nil })
	return waits(list, committed, t.fake.gate.arrivals()), err
}
