package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// downtime measures how long it takes after a crash until work goes on: until each export that was queued or being sent at that
// moment, by whomever, has left that very job: it was sent, judged, given up as unknown or handed to another job.
type downtime struct {
	mu    sync.Mutex
	times []time.Duration
	busy  sync.WaitGroup
}

// resumeLimit sets when a measurement gives up; it then counts as that long.
const resumeLimit = 2 * time.Minute

// watch begins a measurement, which goes on beside everything else.
func (d *downtime) watch(w *world, _ string) {
	began := time.Now()
	d.busy.Go(func() {
		ctx, cancel := context.WithDeadline(context.Background(), began.Add(resumeLimit))
		defer cancel()
		exports, jobs := w.inFlight(ctx)
		left := len(exports)
		look := time.NewTicker(250 * time.Millisecond)
		defer look.Stop()
		for left > 0 && ctx.Err() == nil {
			<-look.C
			n := 0
			err := w.owner.QueryRow(ctx, `
				SELECT count(*) FROM unnest($1::bigint[], $2::bigint[]) AS f(export_id, job_id)
				  JOIN ghexport.exports e ON e.id = f.export_id AND e.job_id = f.job_id`, exports, jobs).Scan(&n)
			if err == nil {
				left = n
			}
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.times = append(d.times, time.Since(began))
	})
}

// inFlight asks until Postgres answers.
func (w *world) inFlight(ctx context.Context) (exports, jobs []int64) {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for ctx.Err() == nil {
		rows, err := w.owner.Query(ctx, "SELECT id, job_id FROM ghexport.exports WHERE job_id IS NOT NULL")
		if err == nil {
			exports, jobs = nil, nil
			var export, job int64
			_, err = pgx.ForEachRow(rows, []any{&export, &job}, func() error {
				exports, jobs = append(exports, export), append(jobs, job)
				return nil
			})
		}
		if err == nil {
			return exports, jobs
		}
		<-look.C
	}
	return nil, nil
}

// result waits for the measurements under way.
func (d *downtime) result() (p50, p100 time.Duration, n int) {
	d.busy.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.times) == 0 {
		return 0, 0, 0
	}
	slices.Sort(d.times)
	return d.times[len(d.times)/2], d.times[len(d.times)-1], len(d.times)
}
