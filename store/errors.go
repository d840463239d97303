package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

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

func NotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
