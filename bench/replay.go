package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/interviewing-io/greenhouse-export/store"
)

// Replay is how soon live commits arrived: with nothing else to do, and while dead letters were replayed beside them.
type Replay struct {
	Letters int
	Alone   []time.Duration // from the return of COMMIT to the request's arrival; half of it before the run, half after
	Beside  []time.Duration
	Took    time.Duration // the whole run, from its start until its last letter was settled
}

// replays kills as many exports as were asked for, and measures live ones before and during the run that brings them back.
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
	if r.Alone, err = b.live(ctx, w, c, f, "before", 2*b.Idle, 0); err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{URL: c.db.serviceURL, MaxConns: 2})
	if err != nil {
		return err
	}
	defer st.Close()
	began := time.Now()
	run, err := st.StartRun(ctx, store.RunRequest{By: store.By{Actor: "bench", Reason: "bench", From: "bench"}, Canary: 1})
	if err != nil {
		return err
	}
	if r.Beside, err = b.live(ctx, w, c, f, "beside", 4*b.Idle, len(r.Alone)); err != nil {
		return err
	}
	now, err := st.Run(ctx, run.ID)
	if err != nil {
		return err
	}
	if now.State != store.RunRunning && b.Replay > 1000 {
		return fmt.Errorf("the run is %s before the live exports are: take fewer of those, or more letters", now.State)
	}
	err = w.settled(ctx, c, b.Warm+b.Replay+len(r.Alone)+len(r.Beside))
	r.Took = time.Since(began)
	if err != nil {
		return w.explained(ctx, c, err)
	}
	after, err := b.live(ctx, w, c, f, "after", 2*b.Idle, b.Replay+len(r.Alone)+len(r.Beside))
	if err != nil {
		return err
	}
	r.Alone = append(r.Alone, after...)
	return f.once(b.Replay + len(r.Alone) + len(r.Beside))
}

// live commits n exports one after the other at the rate, and tells how soon each arrived. before is how many were settled before them.
func (b *bench) live(ctx context.Context, w *watch, c *ours, f *fake, name string, n, before int) ([]time.Duration, error) {
	list := results(name, n, b.Orgs)
	_, committed, err := b.openLoop(ctx, c, list)
	if err != nil {
		return nil, err
	}
	waitCtx, cancel := context.WithTimeoutCause(ctx, idleLimit, fmt.Errorf("it took longer than %s", idleLimit))
	defer cancel()
	if err := w.settled(waitCtx, c, b.Warm+before+len(list)); err != nil {
		return nil, err
	}
	took := make([]time.Duration, len(list))
	var arrived map[string]time.Time
	err = until(waitCtx, settlePoll, "the live exports", func() (bool, error) {
		if arrived, err = f.arrivals(); err != nil {
			return false, err
		}
		for i, one := range list {
			at, there := arrived[candidateID(one.id)]
			if !there {
				return false, nil
			}
			took[i] = at.Sub(committed[i])
		}
		return true, nil
	})
	return took, err
}

func (r Replay) ratio() float64 {
	return float64(percentile(r.Beside, 95)) / float64(percentile(r.Alone, 95))
}

func (r Replay) print(out io.Writer, rate float64) {
	fmt.Fprintf(out, "\nReplay of %d dead letters in %.1f s beside %.0f live exports/s, ms from the return of COMMIT to the request's arrival\n", r.Letters, r.Took.Seconds(), rate)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\tp50\tp95\tp99\tmax\n")
	fmt.Fprintf(t, "live, alone\t%s\n", latencies(r.Alone))
	fmt.Fprintf(t, "live, beside the replay\t%s\n", latencies(r.Beside))
	t.Flush()
	fmt.Fprintf(out, "ratio of the live p95, beside / alone: %.2f\n", r.ratio())
}
