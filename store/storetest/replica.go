package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	copyLimit    = 60 * time.Second      // of a base backup; it takes half a second where nothing else runs
	promoteLimit = 30 * time.Second      // until a standby takes writes
	archiveCalls = "archive"             // the folder of the archive, beside the data
	archivePoll  = 20 * time.Millisecond // between looks whether a segment is archived
)

// archiving are the settings of a server that keeps its write-ahead log beside its data; postgres runs the command in the data folder.
func archiving() map[string]string {
	return map[string]string{
		"archive_mode":    "on",
		"archive_command": "mkdir -p ../" + archiveCalls + " && cp %p ../" + archiveCalls + "/%f",
	}
}

// BackUp makes a base backup of the running server, as pg_basebackup does: the files of a server of its own, which does not run yet. The
// caller ends it with [Server.Stop], also where it never ran.
func (s *Server) BackUp(ctx context.Context) (*Server, error) {
	return s.copied(ctx)
}

// Standby makes a standby that streams from this server and is named standby to it. It returns once it takes connections, which only
// read. The caller ends it with [Server.Stop].
func (s *Server) Standby(ctx context.Context) (*Server, error) {
	standby, err := s.copied(ctx, "--write-recovery-conf")
	if err != nil {
		return nil, err
	}
	if err := standby.begin(ctx); err != nil {
		return nil, errors.Join(err, standby.Stop())
	}
	return standby, nil
}

// copied runs pg_basebackup into a folder of a new server's.
func (s *Server) copied(ctx context.Context, more ...string) (*Server, error) {
	folder, err := claimFolder(filepath.Dir(s.Dir), s.account)
	if err != nil {
		return nil, err
	}
	config := s.config
	config.Archive = false
	copied := &Server{BinDir: s.BinDir, Version: s.Version, Dir: folder.path, config: config, folder: folder, account: s.account, password: s.password}
	ctx, cancel := context.WithTimeoutCause(ctx, copyLimit, fmt.Errorf("pg_basebackup took longer than %s", copyLimit))
	defer cancel()
	from := "host=127.0.0.1 port=" + strconv.Itoa(s.port) + " user=" + adminRole + " application_name=standby"
	args := append([]string{"--pgdata=" + copied.data(), "--dbname=" + from, "--checkpoint=fast", "--wal-method=stream", "--no-sync"}, more...)
	cmd := s.account.command(ctx, folder.path, filepath.Join(s.BinDir, "pg_basebackup"), args...)
	cmd.Env = append(cmd.Env, "PGPASSWORD="+s.password) // a command line is seen by every user of the machine
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("pg_basebackup: %w: %s", cmp.Or(context.Cause(ctx), err), lastLines(out)), folder.remove())
	}
	return copied, nil
}

// Promote ends a standby's recovery: it is a primary from then on, on a timeline of its own.
func (s *Server) Promote(ctx context.Context) error {
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		var done bool
		if err := conn.QueryRow(ctx, "SELECT pg_promote(true, $1)", int(promoteLimit.Seconds())).Scan(&done); err != nil || !done {
			return fmt.Errorf("promote a standby within %s: %w", promoteLimit, cmp.Or(err, errors.New("it did not end its recovery")))
		}
		return nil
	})
}

// Archived returns once the archive has all that was written so far. The server was started with [ServerConfig.Archive].
func (s *Server) Archived(ctx context.Context) error {
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		var segment string
		if err := conn.QueryRow(ctx, "SELECT pg_walfile_name(pg_switch_wal())").Scan(&segment); err != nil {
			return fmt.Errorf("end a segment of the write-ahead log: %w", err)
		}
		tick := time.NewTicker(archivePoll)
		defer tick.Stop()
		for {
			var there bool
			if err := conn.QueryRow(ctx, "SELECT coalesce(last_archived_wal >= $1, false) FROM pg_stat_archiver", segment).Scan(&there); err != nil || there {
				return err
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("await the archive: %w", context.Cause(ctx))
			case <-tick.C:
			}
		}
	})
}

// Recover starts a backup of [Server.BackUp] and lets it follow the archive of the server that it was made of to a moment, and no
// further. It returns once the backup is a primary.
func (s *Server) Recover(ctx context.Context, of *Server, moment time.Time) error {
	signal := filepath.Join(s.data(), "recovery.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		return fmt.Errorf("ask for recovery: %w", err)
	}
	if err := s.account.own(signal); err != nil {
		return err
	}
	settings := map[string]string{
		"restore_command":        "cp '" + filepath.Join(of.Dir, archiveCalls) + "/%f' %p",
		"recovery_target_time":   moment.UTC().Format("2006-01-02 15:04:05.000000+00"),
		"recovery_target_action": "promote",
	}
	maps.Copy(settings, s.config.Settings)
	s.config.Settings = settings
	if err := s.begin(ctx); err != nil {
		return err
	}
	return s.asSuper(ctx, func(conn *pgx.Conn) error {
		tick := time.NewTicker(readyPoll)
		defer tick.Stop()
		for {
			var on bool
			if err := conn.QueryRow(ctx, "SELECT pg_is_in_recovery()").Scan(&on); err != nil || !on {
				return err
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("await the end of recovery: %w", context.Cause(ctx))
			case <-tick.C:
			}
		}
	})
}

func (s *Server) asSuper(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.URL(adminRole))
	if err != nil {
		return fmt.Errorf("connect as superuser: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing is pending
	return do(conn)
}
