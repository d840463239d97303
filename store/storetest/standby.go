package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Demote stops the server in order and starts it as a standby, which only reads, on the same data and port. [Server.Restart] leaves
// it one. Safe to call twice.
func (s *Server) Demote(ctx context.Context) error {
	s.StopFast()
	path := s.standbySignal()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return fmt.Errorf("make a standby: %w", err)
	}
	if err := s.account.own(path); err != nil {
		return err
	}
	return s.Restart(ctx)
}

// Reinstate restarts a server that [Server.Demote] made a standby as what it was: it writes, on the same timeline. Safe to call twice.
func (s *Server) Reinstate(ctx context.Context) error {
	s.StopFast()
	if err := os.Remove(s.standbySignal()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("end a standby: %w", err)
	}
	return s.Restart(ctx)
}

func (s *Server) standbySignal() string { return filepath.Join(s.data(), "standby.signal") }
