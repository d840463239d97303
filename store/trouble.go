package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store/pgsession"
)

// TroubleKind says which advice fits what keeps a node from its work.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleKeyset     TroubleKind = "keyset"     // the node's keyset lacks a key; it takes no jobs
	TroubleRights     TroubleKind = "rights"     // the service's role lacks a right
	TroubleSchema     TroubleKind = "schema"     // the schema is another version's
	TroubleSession    TroubleKind = "session"    // sessions are not as the service needs them, or only read
	TroubleConnection TroubleKind = "connection" // the database cannot be reached, or cuts work short
	TroubleResources  TroubleKind = "resources"  // the database has no room, memory or connections left
	TroubleData       TroubleKind = "data"       // the database refuses what was to be written
	TroubleOther      TroubleKind = "other"
)

// TroubleError is why a part of a node does not get on.
type TroubleError struct {
	Doing string      // what the part cannot do, a clause; may be empty
	Kind  TroubleKind // empty: as Err says
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
func TroubleOf(err error) (kind TroubleKind, says string) {
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

func troubleCause(err error) (TroubleKind, string) {
	var rights *RightsError
	var opening *pgsession.OpenError
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &rights):
		return TroubleRights, rights.Error()
	case errors.Is(err, ErrReadOnly):
		return TroubleSession, ErrReadOnly.Error()
	case ConnectionLost(err):
		return TroubleConnection, "the database cannot be reached"
	case errors.As(err, &refused):
		kind := troubleOfState(refused.Code)
		if kind == TroubleData || kind == TroubleOther {
			return kind, fmt.Sprintf("the database refuses it (SQLSTATE %s)", refused.Code)
		}
		return kind, fmt.Sprintf("%s (SQLSTATE %s)", refused.Message, refused.Code)
	case errors.As(err, &opening):
		return TroubleSession, opening.Error()
	}
	return TroubleOther, "its log says why"
}

// troubleOfState sorts SQLSTATEs; the first prefix that fits counts.
func troubleOfState(code string) TroubleKind {
	for _, c := range []struct {
		prefix string
		kind   TroubleKind
	}{
		{"42501", TroubleRights},
		{"42", TroubleSchema},
		{"3F", TroubleSchema},
		{"3D", TroubleSchema},
		{"25", TroubleSession},
		{"28", TroubleRights},
		{"53", TroubleResources},
		{"58", TroubleResources},
		{"57", TroubleConnection},
		{"08", TroubleConnection},
		{"22", TroubleData},
		{"23", TroubleData},
	} {
		if strings.HasPrefix(code, c.prefix) {
			return c.kind
		}
	}
	return TroubleOther
}

// Advice is the first thing to do about a node's trouble, and the runbook that goes on from there.
func (n Node) Advice() (do, runbook string) {
	switch n.TroubleKind {
	case TroubleKeyset, "":
		return "give it the whole keyset and restart it", string(ledger.CauseDecryptFailed)
	case TroubleRights:
		return "the owner runs ghexport grant --service ROLE; ghexport doctor names what lacks", RunbookStuck
	case TroubleSchema:
		return "run the ghexport that fits the schema, or ghexport migrate up: ghexport doctor compares the two", RunbookStuck
	case TroubleSession:
		return "look at the role's and the database's settings, and at which Postgres is the primary: ghexport doctor", RunbookStuck
	case TroubleConnection:
		return "look at Postgres and at the way to it from that node: ghexport doctor", RunbookStuck
	case TroubleResources:
		return "look at Postgres's disk, memory and max_connections", RunbookStuck
	default:
		return "look at the log of that node, and roll back what was deployed last", RunbookStuck
	}
}

// troubles says what the nodes that are there say is wrong with them.
func (h *Health) troubles() (list []Problem) {
	for _, n := range h.Nodes {
		if !n.Alive() || n.Trouble == "" {
			continue
		}
		since := ""
		if n.TroubleSince != nil {
			since = " since " + n.TroubleSince.UTC().Format(time.RFC3339)
		}
		do, runbook := n.Advice()
		list = append(list, Problem{fmt.Sprintf("node %s is not ready%s: %s", n.Host, since, n.Trouble), ledger.FaultOurs, do, runbook})
	}
	return list
}
