package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// floorWorker claims, posts and settles.
type floorWorker struct {
	pool   *pgxpool.Pool
	client *greenhouse.Client
	slots  chan struct{} // one for each POST in flight
	woken  chan struct{}
	done   chan int64 // posted, to be settled; closed when nothing is in flight any more

	mu  sync.Mutex
	err error
}

func newFloorWorker(pool *pgxpool.Pool, url string, slots int) *floorWorker {
	return &floorWorker{
		pool: pool, client: &greenhouse.Client{BaseURL: url}, slots: make(chan struct{}, slots), woken: make(chan struct{}, 1), done: make(chan int64, slots),
	}
}

// hear wakes the claimer at each notification.
func (w *floorWorker) hear(ctx context.Context, listener *pgx.Conn) {
	defer listener.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	for {
		if _, err := listener.WaitForNotification(ctx); err != nil {
			w.fail(err)
			return
		}
		select {
		case w.woken <- struct{}{}:
		default:
		}
	}
}

// claim takes as many rows as there are free slots, and posts each in a goroutine of its own.
func (w *floorWorker) claim(ctx context.Context) {
	var posting sync.WaitGroup
	defer func() {
		posting.Wait()
		close(w.done)
	}()
	for ctx.Err() == nil {
		free := cap(w.slots) - len(w.slots)
		type job struct {
			id   int64
			args postArgs
		}
		var jobs []job
		if free > 0 {
			rows, err := w.pool.Query(ctx, `
				UPDATE floor_jobs SET state = 1
				 WHERE id IN (SELECT id FROM floor_jobs WHERE state = 0 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
				RETURNING id, args`, free)
			if err == nil {
				jobs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (j job, err error) { return j, row.Scan(&j.id, &j.args) })
			}
			if err != nil {
				w.fail(err)
				return
			}
		}
		for _, j := range jobs {
			w.slots <- struct{}{}
			posting.Go(func() {
				_, err := j.args.post(context.WithoutCancel(ctx), w.client)
				if err == nil {
					w.done <- j.id
				}
				w.fail(err)
				<-w.slots
			})
		}
		if len(jobs) == 0 {
			w.rest(ctx, free)
		} else if len(jobs) < free {
			w.rest(ctx, 1)
		}
	}
}

// rest waits for work, or, with every slot taken, for one to come free.
func (w *floorWorker) rest(ctx context.Context, free int) {
	pause := floorPoll
	if free == 0 {
		pause = time.Millisecond
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-w.woken:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// settle writes down all that is done when it comes to look.
func (w *floorWorker) settle() {
	for id := range w.done {
		batch := []int64{id}
		for len(w.done) > 0 {
			batch = append(batch, <-w.done)
		}
		_, err := w.pool.Exec(context.Background(), "UPDATE floor_jobs SET state = 2 WHERE id = ANY ($1)", batch) // it outlives the stop
		w.fail(err)
	}
}

func (w *floorWorker) fail(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = errors.Join(w.err, err)
}

func (w *floorWorker) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
