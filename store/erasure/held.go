package erasure

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Held is everything that the service keeps about a person.
type Held struct {
	Tables  []HeldTable `json:"tables"`   // those that hold something
	NamedIn []HeldText  `json:"named_in"` // others' words that name the person, or may; what they say may be about others, too
	LeftOut []string    `json:"left_out"` // what the rows are shown without, in words
}

// HeldTable holds what one table holds.
type HeldTable struct {
	Table string    `json:"table"`
	What  string    `json:"what"` // each row is, in words
	Rows  []HeldRow `json:"rows"`
}

// HeldRow is a row by its columns, without those that are null.
type HeldRow map[string]json.RawMessage

// HeldField is a column of a row as text.
type HeldField struct{ Name, Value string }

// HeldText tells where others' words name the person.
type HeldText struct {
	Table  string `json:"table"`
	Column string `json:"column"`
	Row    string `json:"row"` // as a reader would call it
}

// Nobody tells that nothing is held.
func (h Held) Nobody() bool { return len(h.Tables) == 0 && len(h.NamedIn) == 0 }

// Fields are the row's columns by name.
func (r HeldRow) Fields() []HeldField {
	var fields []HeldField
	for _, name := range slices.Sorted(maps.Keys(r)) {
		var text string
		if json.Unmarshal(r[name], &text) != nil {
			text = string(r[name])
		}
		fields = append(fields, HeldField{name, text})
	}
	return fields
}

// leftOut holds what no row is shown with.
var leftOut = []string{
	"digests of the id and the email, which find a repeat and tell nothing else", "who of ours did something, and from where",
	"the interviewer's email", "the producer's own data, and what is in Greenhouse",
}

// Held gathers what is kept about a candidate, over all companies or one, and records who asked in the transaction that reads it. Whom it
// is about is found as an erasure finds them, also where they were erased: then by digests, and of little is anything left. Nothing is
// changed but the audit trail.
func (s Store) Held(ctx context.Context, q Erasure) (Held, error) {
	q.Candidate, q.DryRun = strings.TrimSpace(q.Candidate), true
	out := Held{Tables: []HeldTable{}, NamedIn: []HeldText{}, LeftOut: leftOut}
	var words personWords
	var exports []ErasedExport
	err := s.InTx(ctx, "what is held about a person", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", store.Milliseconds(leftoverLimit)); err != nil {
			return err
		}
		waiting, err := q.messages(ctx, tx)
		if err != nil {
			return err
		}
		if exports, err = q.exports(ctx, tx, waiting); err != nil {
			return err
		}
		if words, err = q.words(ctx, tx, waiting, exports); err != nil {
			return err
		}
		if out.Tables, err = heldRows(ctx, tx, waiting, exports); err != nil {
			return err
		}
		return q.recordHeld(ctx, tx, words, exports)
	})
	if err != nil {
		return out, err
	}
	texts, err := s.texts(ctx, q, words, exports)
	for _, one := range texts {
		out.NamedIn = append(out.NamedIn, HeldText{one.Table, one.Column, one.Row})
	}
	return out, err
}

// recordHeld writes who asked; whom after is told by the exports alone.
func (q Erasure) recordHeld(ctx context.Context, tx pgx.Tx, words personWords, exports []ErasedExport) error {
	by := q.By
	by.Reason, _, _ = words.replaced(by.Reason) // it stays for long
	if len(exports) == 0 {
		return store.AddAudit(ctx, tx, by, ledger.ActionHeld, q.Org, map[string]any{"exports": 0})
	}
	ids := make([]int64, len(exports))
	for i, e := range exports {
		ids[i] = e.ID
	}
	return store.AuditExports(ctx, tx, by, ledger.ActionHeld, ids, nil)
}

func heldRows(ctx context.Context, tx pgx.Tx, n namedMessages, exports []ErasedExport) ([]HeldTable, error) {
	ids, bodies := []int64{}, []int64{}
	orgs, interviews := append([]string{}, n.orgs...), append([]string{}, n.interviews...)
	for _, e := range exports {
		ids, bodies = append(ids, e.ID), append(bodies, e.bodies...)
		orgs, interviews = append(orgs, e.OrgID), append(interviews, e.InterviewID)
	}
	list := []HeldTable{}
	for _, t := range heldTables {
		rows, err := tx.Query(ctx, t.sql(), ids, bodies, orgs, interviews, append([]string{}, t.without...))
		if err != nil {
			return nil, fmt.Errorf("what %s holds: %w", t.table, err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[HeldRow])
		if err != nil {
			return nil, fmt.Errorf("what %s holds: %w", t.table, err)
		}
		if len(found) > 0 {
			list = append(list, HeldTable{t.table, t.what, found})
		}
	}
	return list, nil
}
