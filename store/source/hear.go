package source

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Hear calls heard after each commit there that hands something over, until ctx ends or the connection does; then its error is a
// [*Trouble]. Through a pooler that gives each transaction another session there is nothing to hear: it returns nil, and polling does.
func (s *Source) Hear(ctx context.Context, heard func()) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return troubled(err)
	}
	own := conn.Hijack() // a LISTEN that went back into the pool would be heard by nobody
	defer own.Close(context.WithoutCancel(ctx))
	var pid uint32
	if err := own.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return troubled(err)
	}
	if pid != own.PgConn().PID() {
		return nil
	}
	if _, err := own.Exec(ctx, "LISTEN "+pgx.Identifier{"ghexport.wake"}.Sanitize()); err != nil {
		return troubled(err)
	}
	for {
		heard() // and once for what was committed before
		if _, err := own.WaitForNotification(ctx); err != nil {
			return troubled(err)
		}
	}
}
