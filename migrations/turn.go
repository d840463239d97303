package migrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// turnPoll sets how often a migration that waits for another looks again.
const turnPoll = 200 * time.Millisecond

// holder is a session that has the lock of migrations.
type holder struct {
	pid         int32
	role        string
	application string
	migrates    bool // its role could be migrating
}

// takeTurn makes one migration run at a time, until release is called or the connection ends. It is an advisory lock, since before the
// first migration there is nothing else to lock; and since whoever may connect can take that, one in a role that could not migrate is
// passed over. What waits until ctx ends is told for whom it waited.
func takeTurn(ctx context.Context, conn *pgx.Conn) (release func(), err error) {
	look := time.NewTicker(turnPoll)
	defer look.Stop()
	var last *holder
	for {
		var mine bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(advisoryLock)).Scan(&mine); err != nil {
			return nil, last.waited(err)
		}
		if mine {
			return func() {
				conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(advisoryLock)) //nolint:errcheck // the connection closes next
			}, nil
		}
		h, err := holds(ctx, conn)
		if err != nil {
			return nil, last.waited(err)
		}
		if h != nil && !h.migrates {
			return func() {}, nil
		}
		last = h
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil, last.waited(context.Cause(ctx))
		}
	}
}

// waited says for whom a migration waited in vain, if for anybody.
func (h *holder) waited(err error) error {
	if h == nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	return fmt.Errorf("wait for another migration: process %d of role %s (%s) has its lock: %w", h.pid, h.role, h.application, err)
}

// holds finds who has the lock, one that could be migrating first; nil where it has just been released.
func holds(ctx context.Context, conn *pgx.Conn) (*holder, error) {
	var h holder
	err := conn.QueryRow(ctx, `
		SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),
		       has_database_privilege(a.usesysid, current_database(), 'CREATE')
		       OR coalesce(has_schema_privilege(a.usesysid, to_regnamespace($2)::oid, 'CREATE'), false) AS migrates
		  FROM pg_locks l
		  JOIN pg_stat_activity a ON a.pid = l.pid
		 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = $1::bigint >> 32 AND l.objid::bigint = $1::bigint & 4294967295
		   AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
		 ORDER BY migrates DESC
		 LIMIT 1`, int64(advisoryLock), Schema).Scan(&h.pid, &h.role, &h.application, &h.migrates)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nobody is no error
	}
	if err != nil {
		return nil, fmt.Errorf("ask who has its lock: %w", err)
	}
	return &h, nil
}
