package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/hibiken/asynq"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

var asynqPeer = peer{
	name: "asynq", title: "asynq on Redis", module: "github.com/hibiken/asynq", elsewhere: true,
	how:     "Concurrency -workers; redis-server with appendfsync always; hand-over by 16 goroutines, as there is no bulk call",
	keeps:   "a dual write: the producer's transaction and the queue can disagree; at least one send; no ledger, attempts, budgets, holds",
	make:    func(s settings) contender { return &asynqQueue{settings: s} },
	missing: missingRedis,
}

// asynqQueue is https://github.com/hibiken/asynq. Its queue is not in Postgres, so a producer commits first and enqueues then.
type asynqQueue struct {
	settings
	dir       string
	redis     *child
	client    *asynq.Client
	inspector *asynq.Inspector
	at        asynq.RedisClientOpt
	handed    atomic.Int64
}

func (q *asynqQueue) create(ctx context.Context, _ database) (err error) {
	if q.dir, err = os.MkdirTemp("", "ghexport-bench-redis-"); err != nil {
		return err
	}
	if q.redis, q.at.Addr, err = startRedis(ctx, q.dir); err != nil {
		return err
	}
	q.at.PoolSize = q.Workers + q.Conns
	q.client, q.inspector = asynq.NewClient(q.at), asynq.NewInspector(q.at)
	return nil
}

func (q *asynqQueue) pid() int { return q.redis.pid() }

func (q *asynqQueue) rest() {}

func (q *asynqQueue) close() {
	if q.client != nil {
		q.client.Close()    //nolint:errcheck // nothing is pending
		q.inspector.Close() //nolint:errcheck // see above
	}
	if q.redis != nil {
		q.redis.stop() //nolint:errcheck // nothing of it is needed any more
	}
	os.RemoveAll(q.dir) //nolint:errcheck // it lies in the system's temporary folder
}

func (q *asynqQueue) settled(context.Context, *watch) (int, error) {
	queue, err := q.inspector.GetQueueInfo("default")
	if errors.Is(err, asynq.ErrQueueNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return int(q.handed.Load()) - queue.Size, nil
}

// enqueuers sets how many producers enqueue at once: Redis shares their fsync.
const enqueuers = 16

func (q *asynqQueue) hand(ctx context.Context, list []result) error {
	var running sync.WaitGroup
	errs := make([]error, enqueuers)
	for part := range enqueuers {
		running.Go(func() {
			for i := part; i < len(list); i += enqueuers {
				if errs[part] = q.handOne(ctx, list[i]); errs[part] != nil {
					return
				}
			}
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func (q *asynqQueue) handOne(ctx context.Context, one result) error {
	args, err := one.args()
	if err != nil {
		return err
	}
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	if _, err = q.client.EnqueueContext(ctx, asynq.NewTask("post", text)); err == nil {
		q.handed.Add(1)
	}
	return err
}

func (q *asynqQueue) start(_ context.Context, url string) (func() error, error) {
	client := &greenhouse.Client{BaseURL: url}
	mux := asynq.NewServeMux()
	mux.HandleFunc("post", func(ctx context.Context, task *asynq.Task) error {
		var args postArgs
		if err := json.Unmarshal(task.Payload(), &args); err != nil {
			return err
		}
		_, err := args.post(ctx, client)
		return err
	})
	server := asynq.NewServer(q.at, asynq.Config{Concurrency: q.Workers, LogLevel: asynq.FatalLevel})
	if err := server.Start(mux); err != nil {
		return nil, err
	}
	return sync.OnceValue(func() error {
		server.Shutdown()
		client.CloseIdleConnections()
		return nil
	}), nil
}
