package rights

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

// TroubleError is why a part of a node does not get on.
type TroubleError struct {
	Doing string             // what the part cannot do, a clause; may be empty
	Kind  ledger.TroubleKind // empty: as Err says
	Err   error
}

// Error says what cannot be done, and the cause in its own words: for logs, not for tables.
func (e *TroubleError) Error() string {
	if e.Doing == "" {
		return e.Err.Error()
	}
	return e.Doing + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *TroubleError) Unwrap() error { return e.Err }

// TroubleOf puts an error into a kind and into words in which there is no value of anybody's: what the database says of rights, of its
// schema and of itself, and of data only that it was refused. Of nil both are empty.
func TroubleOf(err error) (kind ledger.TroubleKind, says string) {
	if err == nil {
		return "", ""
	}
	kind, says = troubleCause(err)
	var e *TroubleError
	if errors.As(err, &e) {
		if e.Kind != "" {
			kind, says = e.Kind, e.Err.Error()
		}
		if e.Doing != "" {
			says = e.Doing + ": " + says
		}
	}
	return kind, says
}

func troubleCause(err error) (ledger.TroubleKind, string) {
	var rights *RightsError
	var opening *pgsession.OpenError
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &rights):
		return ledger.TroubleRights, rights.Error()
	case errors.Is(err, store.ErrReadOnly):
		return ledger.TroubleSession, store.ErrReadOnly.Error()
	case store.ConnectionLost(err):
		return ledger.TroubleConnection, "the database cannot be reached"
	case errors.As(err, &refused):
		kind := troubleOfState(refused.Code)
		if kind == ledger.TroubleData || kind == ledger.TroubleOther {
			return kind, fmt.Sprintf("the database refuses it (SQLSTATE %s)", refused.Code)
		}
		return kind, fmt.Sprintf("%s (SQLSTATE %s)", refused.Message, refused.Code)
	case errors.As(err, &opening):
		return ledger.TroubleSession, opening.Error()
	}
	return ledger.TroubleOther, "its log says why"
}

// troubleOfState sorts SQLSTATEs; the first prefix that fits counts.
func troubleOfState(code string) ledger.TroubleKind {
	for _, c := range []struct {
		prefix string
		kind   ledger.TroubleKind
	}{
		{"42501", ledger.TroubleRights},
		{"42", ledger.TroubleSchema},
		{"3F", ledger.TroubleSchema},
		{"3D", ledger.TroubleSchema},
		{"25", ledger.TroubleSession},
		{"28", ledger.TroubleRights},
		{"53", ledger.TroubleResources},
		{"58", ledger.TroubleResources},
		{"57", ledger.TroubleConnection},
		{"08", ledger.TroubleConnection},
		{"22", ledger.TroubleData},
		{"23", ledger.TroubleData},
	} {
		if strings.HasPrefix(code, c.prefix) {
			return c.kind
		}
	}
	return ledger.TroubleOther
}
