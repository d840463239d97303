package erasure

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/store"
)

// ErasedText is a free text, such as a reason, that names the person whose data is erased.
type ErasedText struct {
	Table    string `json:"table"`
	Column   string `json:"column"`
	Row      string `json:"row"`      // as a reader would call it
	Replaced bool   `json:"replaced"` // or would be; false: for a person to look at
}

// texts finds the free texts that name the person, and unless it is a dry run replaces their words where the service may. It runs before
// anything is taken, so that it can be begun again when it fails: afterwards nobody knows the words any more. Each text is changed by
// itself, and only as it was read; one that changed meanwhile is left for a person.
func (s Store) texts(ctx context.Context, q Erasure, words personWords, exports []ErasedExport) ([]ErasedText, error) {
	found := []ErasedText{}
	if len(words.all()) == 0 {
		return found, nil
	}
	var ids, bodies []int64
	for _, e := range exports {
		ids, bodies = append(ids, e.ID), append(bodies, e.bodies...)
	}
	for _, c := range textColumns {
		if c.does != eraseReplaces && c.does != eraseLists {
			continue
		}
		list, err := s.textsOf(ctx, c, words, ids, bodies)
		if err != nil {
			return nil, err
		}
		for _, one := range list {
			said := ErasedText{Table: c.table, Column: c.column, Row: one.Row}
			without, changed, doubtful := words.replaced(one.Text)
			if !changed && !doubtful {
				continue
			}
			replaces := changed && c.does == eraseReplaces && q.Org == "" // elsewhere the person may stay
			if said.Replaced = replaces && !doubtful; replaces && !q.DryRun {
				done, err := s.Pool.Exec(ctx, c.replace(), one.Place, one.Text, without)
				if err != nil {
					return nil, fmt.Errorf("take the person's words out of %s: %w", c.table, err)
				}
				said.Replaced = said.Replaced && done.RowsAffected() == 1
			}
			found = append(found, said)
		}
	}
	return found, nil
}

type foundText struct {
	Place, Row, Text string
}

// textsOf reads what may name the person in one column, from end to end, outside the relay's turn.
func (s Store) textsOf(ctx context.Context, c textColumn, words personWords, exports, bodies []int64) (list []foundText, err error) {
	err = s.InTx(ctx, "look for the person's words", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", store.Milliseconds(leftoverLimit)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			SELECT t.ctid::text, `+c.key+`, t.`+c.column+`::text
			  FROM ghexport.`+c.table+` t
			 WHERE t.`+c.column+` IS NOT NULL AND NOT coalesce(`+c.own+`, false)
			   AND cardinality($2::bigint[]) >= 0 AND cardinality($3::bigint[]) >= 0
			   AND EXISTS (SELECT FROM unnest($1::text[]) w WHERE strpos(lower(normalize(t.`+c.column+`::text, NFC)), w) > 0)`,
			words.all(), append([]int64{}, exports...), append([]int64{}, bodies...))
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[foundText])
		return err
	})
	return list, err
}

// replace changes the text of one row, where it still is as it was read.
func (c textColumn) replace() string {
	column := "ghexport." + c.table
	set := "$3::text"
	if c.column == "selected" {
		set = "$3::text::jsonb"
	}
	return "UPDATE " + column + " t SET " + c.column + " = " + set + " WHERE t.ctid = $1::text::tid AND t." + c.column + "::text = $2"
}

// words returns what the person is called by, gathered from what is about to go.
func (q Erasure) words(ctx context.Context, tx pgx.Tx, n namedMessages, exports []ErasedExport) (personWords, error) {
	var p personWords
	p.email(q.Candidate)
	p.id(q.Candidate)
	for _, m := range n.messages {
		p.message(m.Message)
	}
	var ids, bodies []int64
	for _, e := range exports {
		ids, bodies = append(ids, e.ID), append(bodies, e.bodies...)
	}
	rows, err := tx.Query(ctx, `
		SELECT '', b.first_name, b.last_name, b.email, coalesce(b.linkedin, '') FROM ghexport.bodies b WHERE b.id = ANY ($2)
		UNION
		SELECT e.candidate_id, '', '', '', '' FROM ghexport.exports e WHERE e.id = ANY ($1)`, ids, bodies)
	if err != nil {
		return p, fmt.Errorf("read what the person is called by: %w", err)
	}
	var id, first, last, email, linkedin string
	_, err = pgx.ForEachRow(rows, []any{&id, &first, &last, &email, &linkedin}, func() error {
		p.id(id)
		p.name(first, last)
		p.email(email)
		p.linkedin(linkedin)
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("read what the person is called by: %w", err)
	}
	return p, nil
}
