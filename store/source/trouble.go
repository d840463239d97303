package source

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Trouble is why a source cannot be read. Its text holds no password and nothing of a message.
type Trouble struct {
	Kind ledger.SourceTrouble
	Says string
	err  error
}

// Error says what that database or the network said.
func (t *Trouble) Error() string { return t.Says }

// Unwrap returns the cause, nil where there is none.
func (t *Trouble) Unwrap() error { return t.err }

// kinds of SQLSTATEs, by their beginning; the longest that fits counts.
var kinds = map[string]ledger.SourceTrouble{
	"28": ledger.SourceRights, "42501": ledger.SourceRights,
	"25006": ledger.SourceReadOnly,
	"57014": ledger.SourceSlow, "55P03": ledger.SourceSlow, "25P03": ledger.SourceSlow, "40P01": ledger.SourceSlow,
	"3D": ledger.SourceUnreachable, "55000": ledger.SourceUnreachable, "08": ledger.SourceUnreachable, "57P": ledger.SourceUnreachable, "53": ledger.SourceUnreachable,
	"42P01": ledger.SourceSchema, "42703": ledger.SourceSchema, "42883": ledger.SourceSchema, "3F000": ledger.SourceSchema,
	"22P05": ledger.SourceEncoding, "22021": ledger.SourceEncoding,
}

// troubled makes a [*Trouble] of whatever an exchange with a source ended with.
func troubled(err error) error {
	var known *Trouble
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	t := &Trouble{Kind: ledger.SourceOther, Says: err.Error(), err: err}
	var pgErr *pgconn.PgError
	switch {
	case errors.As(err, &pgErr):
		t.Says = pgErr.Message + " (SQLSTATE " + pgErr.Code + ")" // a detail might quote a row
		longest := 0
		for begins, kind := range kinds {
			if strings.HasPrefix(pgErr.Code, begins) && len(begins) > longest {
				t.Kind, longest = kind, len(begins)
			}
		}
	case errors.Is(err, context.DeadlineExceeded) && !connecting(err):
		t.Kind, t.Says = ledger.SourceSlow, "no answer within "+askLimit.String()
	case store.ConnectionLost(err) || connecting(err):
		t.Kind = ledger.SourceUnreachable
	}
	return t
}

func connecting(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect)
}
