package main

import (
	"context"
	"fmt"
)

// stage is a contender on a database of its own, warm, with somebody who looks on.
type stage struct {
	*bench
	peer      peer
	contender contender
	db        database
	watch     *watch
}

// prepare makes a database and carries the first exports through it, so that tables, statistics and the process are warm.
func (b *bench) prepare(ctx context.Context, p peer) (*stage, error) {
	db, err := b.newDatabase(ctx, p)
	if err != nil {
		return nil, err
	}
	s := &stage{bench: b, peer: p, contender: p.make(b.settings), db: db}
	if s.watch, err = newWatch(ctx, db); err != nil {
		return nil, err
	}
	if err := s.contender.create(ctx, db); err != nil {
		s.drop()
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if err := s.warmUp(ctx); err != nil {
		s.drop()
		return nil, fmt.Errorf("warm up: %w", err)
	}
	return s, nil
}

func (s *stage) drop() {
	s.contender.close()
	ctx := context.Background() // it ends after the measurement, whatever became of that
	s.watch.close(ctx)
	s.dropDatabase(ctx, s.db)
}

func (s *stage) warmUp(ctx context.Context) error {
	if s.counts {
		if err := s.watch.exec(ctx, "CREATE SCHEMA bench; CREATE EXTENSION pg_stat_statements SCHEMA bench"); err != nil {
			s.counts = false
		}
	}
	if s.Warm == 0 {
		return nil
	}
	f, err := newFake(ctx, s.settings, fakeConfig{})
	if err != nil {
		return err
	}
	defer f.close()
	if err := s.contender.hand(ctx, s.results("warm", s.Warm)); err != nil {
		return err
	}
	stop, err := s.contender.start(ctx, f.url)
	if err != nil {
		return err
	}
	err = s.watch.settled(ctx, s.contender, s.Warm)
	if stopErr := stop(); err == nil {
		err = stopErr
	}
	if err == nil {
		s.contender.rest()
		err = s.watch.alone(ctx)
	}
	return err
}

// helped is a contender of whose work another process does a part.
type helped interface {
	pid() int
}

// cpu returns what was used so far.
func (s *stage) cpu() CPU {
	used := cpu(s.server)
	if h, ok := s.contender.(helped); ok {
		used.Helper = treeCPU(h.pid())
	}
	return used
}
