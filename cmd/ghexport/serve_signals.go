package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// heed does what signals ask of a node that runs, until ctx ends.
func (s *service) heed(ctx context.Context) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, append(moreSignals(), syscall.SIGHUP)...)
	defer signal.Stop(signals)
	usual := s.level.Level()
	for {
		select {
		case <-ctx.Done():
			return
		case asked := <-signals:
			if asked == syscall.SIGHUP {
				s.readKeysetAgain()
				s.readSourcesAgain()
				continue
			}
			if s.level.Level() == zapcore.DebugLevel {
				s.level.SetLevel(usual)
			} else {
				s.level.SetLevel(zapcore.DebugLevel)
			}
			s.log.Info("the log's level is changed", zap.Stringer("level", s.level))
		}
	}
}

// readKeysetAgain takes over what the keyset's file holds now. One that cannot be read, or lacks a key that the present one has, is left:
// what is sealed with it would not open any more.
func (s *service) readKeysetAgain() {
	if s.config.KeysetFile == "" {
		s.log.Warn("asked to read secrets again, and the keyset is no file", zap.String("hint", "set GHEXPORT_KEYSET_FILE instead of GHEXPORT_KEYSET"))
		return
	}
	have := s.connections.Keyset
	read, err := s.config.openKeyset()
	if err != nil {
		s.log.Error("the keyset stays as it was", zap.Error(err))
		return
	}
	if lost := missing(have.IDs(), read.IDs()); len(lost) > 0 {
		s.log.Error("the keyset stays as it was: the file lacks keys of it", zap.Int64s("keys", lost), zap.String("hint", "restart to go on without them"))
		return
	}
	have.Replace(read)
	s.log.Info("the keyset was read again", zap.Int64s("keys", have.IDs()))
}

// readSourcesAgain takes over the producers' own databases that the file names now, and leaves alone those that are in it as they were.
// Where something is wrong with it, all stay as they were.
func (s *service) readSourcesAgain() {
	if s.config.OutboxURLsFile == "" {
		if s.config.OutboxURLs != "" {
			s.log.Warn("asked to read the sources again, and they are in no file: other ones need a restart",
				zap.String("hint", "set GHEXPORT_OUTBOX_URLS_FILE instead of GHEXPORT_OUTBOX_URLS"))
		}
		return
	}
	config := s.config
	config.OutboxURLs = "" // which is what was read before
	if found := config.readSources(); len(found) > 0 {
		s.log.Error("the sources stay as they were", zap.Error(found))
		return
	}
	open, err := config.openSources("ghexport serve", s.sources)
	if err != nil {
		s.log.Error("the sources stay as they were", zap.Error(err))
		return
	}
	s.sources = open
	s.carrier.Replace(byName(open))
	names := []string{}
	for _, source := range byName(open) {
		names = append(names, source.Name)
	}
	s.log.Info("the sources were read again", zap.Strings("sources", names))
}

// missing are those of want that have lacks.
func missing(want, have []int64) []int64 {
	there := map[int64]bool{}
	for _, one := range have {
		there[one] = true
	}
	var lost []int64
	for _, one := range want {
		if !there[one] {
			lost = append(lost, one)
		}
	}
	return lost
}
