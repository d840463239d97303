package worker

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// queuesEvery sets how often the queues' state in memory is compared with River's table.
const queuesEvery = 5 * time.Second

// queueWatch compares what River's client has in memory of which queues are paused with River's table, which is what people see and
// change. The client does not show its memory; it tells of every change. Not safe for concurrent use.
type queueWatch struct {
	worker *Worker
	memory map[string]bool // paused, as the client said last
	differ map[string]bool // at the last look
}

func (w *Worker) watchQueues(ctx context.Context, events <-chan *river.Event) {
	watch := &queueWatch{worker: w, memory: map[string]bool{}, differ: map[string]bool{}}
	ticker := time.NewTicker(queuesEvery)
	defer ticker.Stop()
	watch.look(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			if e != nil {
				watch.heard(e)
			}
		case <-ticker.C:
			watch.look(ctx)
		}
	}
}

func (q *queueWatch) heard(e *river.Event) {
	q.memory[e.Queue.Name] = e.Kind == river.EventKindQueuePaused
}

// look tells River's nodes what the table says where memory is otherwise at two looks in a row: at the first the word may be on its way.
func (q *queueWatch) look(ctx context.Context) {
	w := q.worker
	table, err := riverqueue.In(w.store).PausedOf(ctx, []string{exportQueue, probeQueue, noticeQueue, trackQueue, hookQueue})
	if err != nil {
		if ctx.Err() == nil {
			w.config.Log.Warn("compare River's queues", zap.Error(err))
		}
		return
	}
	for queue, paused := range table {
		known, told := q.memory[queue]
		if !told || known == paused {
			q.memory[queue], q.differ[queue] = paused, false
			continue
		}
		if !q.differ[queue] {
			q.differ[queue] = true
			continue
		}
		w.config.Log.Warn("River has a queue otherwise in memory than in its table, and is told again", zap.String("queue", queue), zap.Bool("paused", paused))
		if err := riverqueue.In(w.store).TellQueue(ctx, queue, paused); err != nil {
			w.config.Log.Warn("compare River's queues", zap.Error(err))
			continue
		}
		q.memory[queue], q.differ[queue] = paused, false
	}
}
