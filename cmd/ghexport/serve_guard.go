package main

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/interviewing-io/greenhouse-export/store"
)

const (
	stateEvery = time.Second // how often the state file is written at most
	sayEvery   = time.Minute // how often the log repeats what goes on
)

// guard looks at the database before anything else is done with it, and in every connection from now on.
func (s *service) guard(ctx context.Context) error {
	s.state = &stateFile{path: s.config.StateFile}
	seen, err := s.state.load()
	if err != nil {
		return err
	}
	if err := s.state.try(); err != nil {
		return err
	}
	if err := s.store.Guard(ctx, store.Guard{SynchronousStandby: s.config.SyncStandby, Seen: seen, Found: s.found()}); err != nil {
		return err
	}
	return s.saveState(s.store.Position())
}

// found says in the log what the guard finds, and goes on saying it.
func (s *service) found() func(store.GuardFound) {
	var again seldom
	return func(what store.GuardFound) {
		switch {
		case what == store.GuardPromoted:
			s.log.Warn("a synchronous standby was promoted; going on")
		case what == store.GuardStopped && again.now():
			s.log.Error("the database may be a restored backup or another one, so nothing is sent for anybody: the ledger may have forgotten what was sent",
				zap.String("hint", "compare with Greenhouse first: ghexport reconcile --since MOMENT; then go on as ghexport explain restore says"))
		}
	}
}

// keepState writes the state file while this node sees the database go on, and once more when ctx ends.
func (s *service) keepState(ctx context.Context) {
	if s.state.path == "" {
		return
	}
	var again seldom
	var saved store.Position
	every := time.NewTicker(stateEvery)
	defer every.Stop()
	for over := false; !over; {
		select {
		case <-ctx.Done():
			over = true
		case <-every.C:
		}
		now := s.store.Position()
		if now == nil || *now == saved {
			continue
		}
		if err := s.saveState(now); err == nil {
			saved = *now
		} else if again.now() {
			s.log.Error("the state file grows stale: a backup put back while this node is down may go unnoticed", zap.Error(err))
		}
	}
}

// saveState writes what this node has seen, if anything.
func (s *service) saveState(seen *store.Position) error {
	if s.state.path == "" || seen == nil {
		return nil
	}
	return s.state.save(*seen)
}

// seldom keeps what goes on from filling the log. Its zero value is ready.
type seldom struct {
	mu   sync.Mutex
	last time.Time
}

// now is true at first, and then again once in a while.
func (s *seldom) now() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last) < sayEvery {
		return false
	}
	s.last = time.Now()
	return true
}
