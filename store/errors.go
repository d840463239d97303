package store

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
)

// ErrNotFound says that no such export, company or run exists.
var ErrNotFound = errors.New("not found")

// ErrStandby says that another relay of the fleet holds the lock; nothing was done.
var ErrStandby = errors.New("another relay is at work")

// RefusedError says that a verb does not apply to an export as it stands. Nothing was changed.
type RefusedError struct {
	ExportID int64
	State    ledger.State // the state it is in
	Because  string       // why the verb does not apply, a whole clause
}

// Error names the export, its state and the reason.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("export %d is %s: %s", e.ExportID, e.State, e.Because)
}

// ConnectionLost tells a database that cannot be reached, or that ended the session, from one that refused the work.
func ConnectionLost(err error) bool {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		// 08 connection exception, 57P01-57P05 shutdown, crash, cannot connect now, database dropped, idle session.
		return strings.HasPrefix(pgErr.Code, "08") || strings.HasPrefix(pgErr.Code, "57P") || pgErr.Code == "25P03" || pgErr.Code == "53300"
	}
	var netErr net.Error
	var connectErr *pgconn.ConnectError
	return errors.As(err, &connectErr) || errors.As(err, &netErr) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) ||
		strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}

// Contended tells work that lost against another transaction (deadlock, lock or serialization time-out) and may simply be done again.
func Contended(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (pgErr.Code == "40P01" || pgErr.Code == "55P03" || pgErr.Code == "40001")
}

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// errAddress stands for a URL that does not parse, whose own error may quote a password.
var errAddress = errors.New("it does not parse as a connection URL or DSN")
