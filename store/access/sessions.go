package access

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Session is somebody who is logged in to the console. Its secret is kept by the caller; here it goes by its digest alone.
type Session struct {
	Name   string
	Role   string // viewer, oncall, admin, company or recruiter
	Method string // how they came in, for the audit trail
	Org    string // of the roles company and recruiter; empty for the others
	Source []byte // digest of the setting that let them in
	EndsAt time.Time
}

const (
	seenEvery       = time.Minute // how exact a session's last sign of life is
	sessionsOfAName = 100         // beyond these, those unused for longest end
)

// BeginSession opens a session under the digest of its secret, and deletes those that ended or that, unused for idle, are over. The
// moments are the caller's, so that all of a session's life follows one clock.
func (s Store) BeginSession(ctx context.Context, digest [sha256.Size]byte, session Session, now time.Time, idle time.Duration) error {
	_, err := s.Pool.Exec(ctx, `
		WITH over AS (
			DELETE FROM ghexport.console_sessions WHERE ends_at <= $6 OR seen_at <= $6 - $8::interval
		), crowded AS (
			DELETE FROM ghexport.console_sessions
			 WHERE digest IN (SELECT digest FROM ghexport.console_sessions
			                   WHERE name = $2 AND org_id IS NOT DISTINCT FROM nullif($4, '') -- console_sessions_by_name
			                   ORDER BY seen_at DESC OFFSET $9)
		)
		INSERT INTO ghexport.console_sessions (digest, name, role, org_id, source, began_at, seen_at, ends_at, method)
		VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $6, $7, nullif($10, ''))`,
		digest[:], ledger.Clean(session.Name, store.DetailCap), session.Role, session.Org, session.Source, now, session.EndsAt, idle, sessionsOfAName-1,
		ledger.Clean(session.Method, store.DetailCap))
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	return nil
}

// FindSession returns the session of a secret by its digest, and counts as a sign of life. [store.ErrNotFound]: there is none, or it is over.
func (s Store) FindSession(ctx context.Context, digest [sha256.Size]byte, now time.Time, idle time.Duration) (Session, error) {
	var found Session
	err := s.Pool.QueryRow(ctx, `
		WITH found AS (
			SELECT name, role, coalesce(org_id, '') AS org_id, source, seen_at, ends_at, coalesce(method, '') AS method
			  FROM ghexport.console_sessions
			 WHERE digest = $1 AND ends_at > $2 AND seen_at > $2 - $3::interval
		), seen AS (
			UPDATE ghexport.console_sessions s
			   SET seen_at = $2
			  FROM found
			 WHERE s.digest = $1 AND found.seen_at <= $2 - $4::interval
		)
		SELECT name, role, org_id, source, ends_at, method FROM found`, digest[:], now, idle, seenEvery).
		Scan(&found.Name, &found.Role, &found.Org, &found.Source, &found.EndsAt, &found.Method)
	if err != nil {
		return Session{}, fmt.Errorf("find a session: %w", store.NotFound(err))
	}
	return found, nil
}

// EndSession ends a session on every node. One that is unknown does no harm.
func (s Store) EndSession(ctx context.Context, digest [sha256.Size]byte) error {
	if _, err := s.Pool.Exec(ctx, "DELETE FROM ghexport.console_sessions WHERE digest = $1", digest[:]); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
