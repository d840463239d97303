package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Candidate names whom an export is about, as sent. Personal data: it belongs on no page, and into no log, before somebody who may see it
// has asked for it.
type Candidate struct {
	FirstName string
	LastName  string
	Email     string
	LinkedIn  *string
	Note      string
	LaterNote *string       // of a newer result that came after it was sent
	Answer    *store.Answer // of Greenhouse, to those who ask by Reveal alone
}

// Name is the whole name as one would write it: without the "-" that stands for a last name which there is not.
func (p Candidate) Name() string {
	if p.LastName == "-" {
		return p.FirstName
	}
	return strings.TrimSpace(p.FirstName + " " + p.LastName)
}

const personColumns = `
	SELECT b.first_name, b.last_name, b.email, b.linkedin, b.note, l.note
	  FROM ghexport.exports e
	  JOIN ghexport.bodies b ON b.id = e.body_id
	  LEFT JOIN ghexport.bodies l ON l.id = e.later_body_id`

// Candidates reads whom these exports are about. One without personal data, being ineligible or erased, is not in the map. The caller
// answers for what it shows.
func (s Store) Candidates(ctx context.Context, exports []int64) (map[int64]Candidate, error) {
	rows, err := s.Pool.Query(ctx, strings.Replace(personColumns, "SELECT ", "SELECT e.id, ", 1)+" WHERE e.id = ANY ($1)", exports)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	people := map[int64]Candidate{}
	var id int64
	var p Candidate
	_, err = pgx.ForEachRow(rows, []any{&id, &p.FirstName, &p.LastName, &p.Email, &p.LinkedIn, &p.Note, &p.LaterNote}, func() error {
		people[id] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return people, nil
}

// Reveal reads whom an export is about and records who looked, in one transaction: nothing is shown that is not in the audit trail.
// It returns [store.ErrNotFound] for an export without personal data, and records nothing then.
func (s Store) Reveal(ctx context.Context, export int64, by store.By) (Candidate, error) {
	var p Candidate
	err := s.InTx(ctx, "reveal", func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, personColumns+" WHERE e.id = $1", export).
			Scan(&p.FirstName, &p.LastName, &p.Email, &p.LinkedIn, &p.Note, &p.LaterNote)
		if err != nil {
			return store.NotFound(err)
		}
		if p.Answer, err = store.OneAnswer(tx.Query(ctx, store.ReadAnswer, export)); err != nil {
			return err
		}
		return store.AuditExports(ctx, tx, by, ledger.ActionReveal, []int64{export}, nil)
	})
	return p, err
}
