package worker

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/riverqueue"
)

// River's channels on which a word makes nodes do something. Their names are those of its notifier.
const (
	controlTopic    = "river_control"
	leadershipTopic = "river_leadership"
)

// confirmLimit sets how long River's tables may take to confirm what was heard. What is not confirmed is not lost: River looks at its
// tables every minute by itself, and queueWatch sooner.
const confirmLimit = 5 * time.Second

// riverDriver is River's driver for Postgres, whose listener believes no word that River's tables do not bear out.
type riverDriver struct {
	*riverpgxv5.Driver
	store *store.Store
	log   *zap.Logger
}

// GetListener implements [riverdriver.Driver].
func (d *riverDriver) GetListener(params *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &confirmedListener{Listener: d.Driver.GetListener(params), store: d.store, log: d.log}
}

// confirmedListener passes on what anybody could say without harm, and of the rest only what stands in River's tables.
type confirmedListener struct {
	riverdriver.Listener
	store *store.Store
	log   *zap.Logger
}

// WaitForNotification implements [riverdriver.Listener].
func (l *confirmedListener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	for {
		n, err := l.Listener.WaitForNotification(ctx)
		if err != nil || l.confirmed(ctx, n) {
			return n, err
		}
	}
}

// word holds what River's nodes say to each other, as far as it matters here.
type word struct {
	Action string `json:"action"`
	Queue  string `json:"queue"`
	JobID  int64  `json:"job_id"`
}

func (l *confirmedListener) confirmed(ctx context.Context, n *riverdriver.Notification) bool {
	if n.Topic != controlTopic && n.Topic != leadershipTopic {
		return true // that there may be work: looking for it harms nobody
	}
	var w word
	if json.Unmarshal([]byte(n.Payload), &w) != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmLimit)
	defer cancel()
	var stands bool
	var err error
	switch w.Action {
	case "pause", "resume":
		stands, err = riverqueue.In(l.store).QueueIs(ctx, w.Queue, w.Action == "pause")
	case "cancel":
		stands, err = riverqueue.In(l.store).CancelAsked(ctx, w.JobID)
	case "resigned":
		return true // a lease that still holds is not taken over
	}
	if err != nil {
		l.log.Warn("confirm what was said to River", zap.String("action", w.Action), zap.Error(err))
	} else if !stands {
		l.log.Warn("somebody told River's nodes to do what its tables do not say, and it is not done",
			zap.String("action", w.Action), zap.String("hint", "whoever may connect may NOTIFY: which role of this database is not ours?"))
	}
	return err == nil && stands
}
