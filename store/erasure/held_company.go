package erasure

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// companyMaySee are the tables of which a company is shown rows. The others are of the service's own work, or hold what the producer
// said and what never became anything for the company.
var companyMaySee = []string{"exports", "bodies", "revisions", "answers", "attempts", "presences", "tracks", "changes", "hook_events", "gone_profiles"}

// companyLeftOut holds what a company is shown no row of.
var companyLeftOut = []string{
	"digests of the id and the email, which find a repeat and tell nothing else", "who of ours did something, and from where",
	"the interviewer's email", "interviews to which not both said yes", "what is in Greenhouse",
}

// HeldForCompany gathers what is kept about a candidate for the company q.Org, for an admin of its own, and records who asked in the
// transaction that reads it. Interviews to which not both said yes are not among it, nor are those of which an erasure left nothing but
// what knows a repeat: of these it tells no more than of somebody unknown.
func (s Store) HeldForCompany(ctx context.Context, q Erasure) (Held, error) {
	out := Held{Tables: []HeldTable{}, NamedIn: []HeldText{}, LeftOut: companyLeftOut}
	if q.Org == "" {
		return out, errors.New("what is held for a company: no company is named")
	}
	q.Candidate, q.DryRun = strings.TrimSpace(q.Candidate), true
	err := s.InTx(ctx, "what is held for a company about a person", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", store.Milliseconds(leftoverLimit)); err != nil {
			return err
		}
		exports, err := q.exports(ctx, tx, namedMessages{})
		if err != nil {
			return err
		}
		exports = slices.DeleteFunc(exports, func(e ErasedExport) bool {
			return e.Was == ledger.StateIneligible || e.Before != nil && e.Was != ledger.StateSent
		})
		words, err := q.words(ctx, tx, namedMessages{}, exports)
		if err != nil {
			return err
		}
		if out.Tables, err = heldRows(ctx, tx, namedMessages{}, exports); err != nil {
			return err
		}
		out.Tables = slices.DeleteFunc(out.Tables, func(t HeldTable) bool { return !slices.Contains(companyMaySee, t.Table) })
		return q.recordHeld(ctx, tx, words, exports)
	})
	return out, err
}
