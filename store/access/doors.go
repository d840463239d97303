package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Turn is one try at a door of the console, under the digest of whatever it is counted by.
type Turn struct {
	Key  [sha256.Size]byte
	Free int           // tries that nothing slows
	Step time.Duration // between the first two that are slowed; doubled with each more
	Firm bool          // one that would wait for longer than TurnWait is sent away, and not counted
}

const (
	TurnWait   = 8 * time.Second  // longer waits nobody
	TurnWindow = 15 * time.Minute // after which tries are forgotten
)

// TakeTurn counts a try before its outcome is known, so that many at once gain nothing: each has its turn after the one before. It
// returns how long to wait for that, and how many tries there were with this one; zero says that a firm turn is not to be had now. The
// moment is the caller's, so that all of it follows one clock.
func (s Store) TakeTurn(ctx context.Context, turn Turn, now time.Time) (wait time.Duration, tries int, err error) {
	var next time.Time
	err = s.Pool.QueryRow(ctx, `
		WITH over AS (
			DELETE FROM ghexport.door_counts
			 WHERE key IN (SELECT key FROM ghexport.door_counts
			                WHERE ends_at <= $2 AND key <> $1 -- door_counts_by_end
			                ORDER BY ends_at LIMIT 100 FOR UPDATE SKIP LOCKED)
		)
		INSERT INTO ghexport.door_counts AS d (key, tries, next_at, ends_at) VALUES ($1, 1, $2, $2 + $3::interval)
		ON CONFLICT (key) DO UPDATE
		   SET tries = CASE WHEN d.ends_at <= $2 THEN 1 ELSE d.tries + 1 END,
		       next_at = CASE WHEN d.ends_at <= $2 THEN $2 ELSE least(greatest(d.next_at + `+turnGap+`, $2), $2 + $4::interval) END,
		       ends_at = $2 + $3::interval
		 WHERE NOT $7 OR d.ends_at <= $2 OR d.next_at + `+turnGap+` <= $2 + $4::interval
		RETURNING tries, next_at`, turn.Key[:], now, TurnWindow, TurnWait, turn.Free, turn.Step, turn.Firm).Scan(&tries, &next)
	if errors.Is(err, pgx.ErrNoRows) {
		return TurnWait, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count a try to log in: %w", err)
	}
	return max(0, next.Sub(now)), tries, nil
}

// turnGap sets how long after the turn before the next one is.
const turnGap = "CASE WHEN d.tries < $5 THEN interval '0' ELSE least($6::interval * power(2, least(d.tries - $5, 10)), $4::interval) END"

// ForgiveTurn takes back a try that succeeded; with all, whatever was counted under the key.
func (s Store) ForgiveTurn(ctx context.Context, key [sha256.Size]byte, all bool) error {
	_, err := s.Pool.Exec(ctx, `
		UPDATE ghexport.door_counts
		   SET tries = CASE WHEN $2 THEN 0 ELSE greatest(tries - 1, 0) END, next_at = CASE WHEN $2 THEN '-infinity' ELSE next_at END
		 WHERE key = $1`, key[:], all)
	if err != nil {
		return fmt.Errorf("take back a try to log in: %w", err)
	}
	return nil
}

// Allow counts one of at most limit in a window that begins with the first. Where there were as many already it counts nothing, and
// returns for how long the window still lasts.
func (s Store) Allow(ctx context.Context, key [sha256.Size]byte, limit int, window time.Duration, now time.Time) (wait time.Duration, err error) {
	var ends time.Time
	var counted bool
	err = s.Pool.QueryRow(ctx, `
		WITH counted AS (
			INSERT INTO ghexport.door_counts AS d (key, tries, next_at, ends_at) VALUES ($1, 1, $2::timestamptz, $2::timestamptz + $3::interval)
			ON CONFLICT (key) DO UPDATE
			   SET tries = CASE WHEN d.ends_at <= $2::timestamptz THEN 1 ELSE d.tries + 1 END,
			       next_at = $2::timestamptz,
			       ends_at = CASE WHEN d.ends_at <= $2::timestamptz THEN $2::timestamptz + $3::interval ELSE d.ends_at END
			 WHERE d.ends_at <= $2::timestamptz OR d.tries < $4
			RETURNING ends_at
		)
		SELECT ends_at, true FROM counted
		 UNION ALL
		SELECT ends_at, false FROM ghexport.door_counts WHERE key = $1 AND NOT EXISTS (SELECT FROM counted)
		 LIMIT 1`, key[:], now, window, limit).Scan(&ends, &counted)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // another node's first, not to be seen yet
		return window, nil
	case err != nil:
		return 0, fmt.Errorf("count at a door: %w", err)
	case counted:
		return 0, nil
	}
	return max(time.Second, ends.Sub(now)), nil
}

// The trail takes no more failed logins than these in an hour: from one network, and at all.
const (
	failuresOfNetwork = 20
	failuresOfAll     = 200
	failuresWindow    = time.Hour
)

// AuditLoginFailure records that somebody could not log in: the first failure, the tenth, the hundredth and so on of those that are
// counted together, and of these so many in an hour that nobody can fill the trail. It says whether it did. The actor is a name that
// somebody has, or one that stands for all others: people type passwords into the wrong field.
func (s Store) AuditLoginFailure(ctx context.Context, by store.By, network string, tries int, now time.Time) (recorded bool, err error) {
	for n := tries; n != 1; n /= 10 {
		if n == 0 || n%10 != 0 {
			return false, nil
		}
	}
	for _, of := range []struct {
		whom  string
		limit int
	}{{network, failuresOfNetwork}, {"", failuresOfAll}} {
		wait, err := s.Allow(ctx, sha256.Sum256([]byte("audit of failed logins\n"+of.whom)), of.limit, failuresWindow, now)
		if err != nil || wait > 0 {
			return false, err
		}
	}
	err = s.InTx(ctx, "record a failed login", func(tx pgx.Tx) error {
		return store.AddAudit(ctx, tx, by, ledger.ActionLogInFailed, "", map[string]any{"failures": tries})
	})
	return err == nil, err
}
