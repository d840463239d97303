package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

// Whose fault an error of the database is, by its SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html

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

// DataRefused tells work that the database refused for what it says: a value out of range, a broken constraint. The same work will
// be refused again, and other work will not.
func DataRefused(err error) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || Environmental(err) {
		return false
	}
	return strings.HasPrefix(pgErr.Code, "22") || strings.HasPrefix(pgErr.Code, "23")
}

// environment are the SQLSTATE classes, and single states, that say nothing about the work: other work meets them, too, and the same
// work succeeds once somebody has mended the role, the schema, the session or the machine.
// 22P05 is a letter that the session's encoding lacks.
var environment = []string{
	"08", "0A", "0L", "0P", "25", "26", "28", "2B", "34", "3B", "3D", "3F", "42", "53", "55", "57", "58", "72", "F0", "HV", "XX", "22P05",
}

// Environmental tells an error whose cause lies around the work, not in it: the connection, rights, the schema, resources, a session
// that only reads. Nothing may be concluded about the work, and there is no use in trying its parts one by one.
func Environmental(err error) bool {
	var opening *pgsession.OpenError
	if errors.Is(err, ErrReadOnly) || errors.As(err, &opening) {
		return true
	}
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return ConnectionLost(err)
	}
	for _, class := range environment {
		if strings.HasPrefix(pgErr.Code, class) && !Contended(err) {
			return true
		}
	}
	return false
}

// Refused tells work that the database, or the driver in front of it, takes for wrong as it stands: the same again ends the same. What
// time or an operator cures is not refused: a lost connection, contention, a read-only or broken session (class 25), resources (53), a
// time-out or shutdown (57), the system (58).
func Refused(err error) bool {
	if err == nil || ConnectionLost(err) || Contended(err) || errors.Is(err, context.Canceled) || errors.Is(err, ErrNotFound) {
		return false
	}
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return true
	}
	for _, class := range []string{"25", "40", "53", "57", "58"} {
		if strings.HasPrefix(pgErr.Code, class) {
			return false
		}
	}
	return true
}

// SQLState names a database error without its text, which may quote the row.
func SQLState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return fmt.Sprintf("SQLSTATE %s %s", pgErr.Code, pgErr.ConstraintName)
	}
	return "an error of no known kind"
}
