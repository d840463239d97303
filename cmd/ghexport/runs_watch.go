package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/runs"
)

// watchEvery sets how often a run that somebody follows is looked at.
const watchEvery = 500 * time.Millisecond

var errRunNeedsAPerson = errors.New("the run waits for a person")

// watchRun follows a run until it is over or paused: as a bar on a terminal, elsewhere as a line for each change. Ctrl-C leaves the
// run to itself.
func (c *cli) watchRun(ctx context.Context, st *store.Store, id int64, asJSON bool) error {
	run, err := runs.In(st).Run(ctx, id)
	if err != nil {
		return err
	}
	show, end := c.runLines()
	if _, ok := terminal(c.err); ok {
		show, end = c.runBar(run)
	}
	run, err = followRun(ctx, st, run, show)
	end()
	switch {
	case ctx.Err() != nil:
		c.sayf("run %d goes on without you", id)
		return nil
	case err != nil:
		return err
	case asJSON:
		err = c.showRun(ctx, st, id, true)
	default:
		c.printf("run %d is %s: %s\n", run.ID, run.State, counts(run))
	}
	if err != nil {
		return err
	}
	return runVerdict(run)
}

func followRun(ctx context.Context, st *store.Store, run *runs.Run, show func(*runs.Run)) (*runs.Run, error) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		show(run)
		if run.EndedAt != nil || run.State == runs.Paused {
			return run, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return run, ctx.Err()
		}
		var err error
		if run, err = runs.In(st).Run(ctx, run.ID); err != nil {
			return nil, err
		}
	}
}

// runVerdict is nil for a run of which everything was sent.
func runVerdict(run *runs.Run) error {
	switch n := run.Counts; {
	case run.State == runs.Paused:
		return hinted(fmt.Errorf("%w: %s", errRunNeedsAPerson, deref(run.Because)), "ghexport runs resume %d, or stop %d", run.ID, run.ID)
	case n.Sent < run.Members:
		return fmt.Errorf("%d of %d exports were sent", n.Sent, run.Members)
	}
	return nil
}

// runLines tells each change in a line.
func (c *cli) runLines() (show func(*runs.Run), end func()) {
	last := ""
	return func(run *runs.Run) {
		if line := fmt.Sprintf("run %d %s: %s", run.ID, run.State, counts(run)); line != last {
			c.sayf("%s", line)
			last = line
		}
	}, func() {}
}

// runBar shows a bar that moves.
func (c *cli) runBar(run *runs.Run) (show func(*runs.Run), end func()) {
	bar := &progress.Tracker{Total: run.Members}
	w := progress.NewWriter()
	w.SetOutputWriter(c.err)
	w.SetAutoStop(false)
	w.SetTrackerLength(25)
	w.SetMessageLength(45)
	w.SetUpdateFrequency(watchEvery / 2)
	w.SetStyle(progress.StyleBlocks)
	w.Style().Visibility.Value = true
	w.Style().Visibility.ETA = false // ours knows of held companies
	w.AppendTracker(bar)
	go w.Render()
	return func(run *runs.Run) {
			bar.UpdateMessage(fmt.Sprintf("run %d %s%s", run.ID, run.State, left(run)))
			bar.SetValue(run.Counts.Settled())
		}, func() {
			bar.MarkAsDone()
			w.Stop()
			for w.IsRenderInProgress() { // it draws once more, and then lets the terminal go
				time.Sleep(watchEvery / 50)
			}
		}
}

func left(run *runs.Run) string {
	if run.Left == nil {
		return phaseOf(run)
	}
	return ", about " + run.Left.Duration().Round(time.Second).String() + " left"
}
