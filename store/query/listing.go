package query

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/ledger"
	"github.com/interviewing-io/greenhouse-export/store"
)

// Listing is one page of a list, newest first.
type Listing struct {
	Rows  []ExportRow
	Newer bool // there are newer ones that match
	Older bool // there are older ones
}

// List reads one page of at most limit exports: the newest, those older than Filter.AfterID, or those newer than Filter.BeforeID.
// Its error is a [*store.TooSlowError] where what is asked for is too rare to be found in time.
func (r Reader) List(ctx context.Context, f store.Filter, limit int) (Listing, error) {
	w := f.Where()
	back := f.BeforeID != 0
	order := "DESC"
	if back {
		order = "ASC"
	}
	var list Listing
	err := r.reads.Read(ctx, "list exports", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, exportColumnsShown+store.ExportsHeld+w.SQL()+`
		 ORDER BY e.id `+order+`
		 LIMIT `+w.Arg(limit+1), w.Args...)
		if err != nil {
			return err
		}
		list.Rows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ExportRow])
		return err
	})
	if err != nil {
		return list, err
	}
	more := len(list.Rows) > limit
	list.Rows = list.Rows[:min(len(list.Rows), limit)]
	if back {
		slices.Reverse(list.Rows)
		list.Newer, list.Older = more, true
	} else {
		list.Newer, list.Older = f.AfterID != 0, more
	}
	return list, nil
}

// CountLimit is as far as [Reader.CountStates] counts.
const CountLimit = 10000

// StateCount says how many exports are in a state.
type StateCount struct {
	State ledger.State
	Count int64 // CountLimit where there are more
	More  bool
}

// CountStates counts the exports of a company, or with an empty org of all, in each of the states, none beyond [CountLimit]: so it costs the
// same in a ledger of any size.
func (r Reader) CountStates(ctx context.Context, org string, states ...ledger.State) ([]StateCount, error) {
	columns := make([]string, len(states))
	w := store.Where{}
	company := ""
	if org != "" {
		company = " AND e.org_id = " + w.Arg(org)
	}
	for i, state := range states {
		rows := "e.state = " + w.Arg(state)
		if store.StateRows[state] != "" {
			rows += " AND " + store.StateRows[state]
		}
		columns[i] = fmt.Sprintf("(SELECT count(*) FROM (SELECT FROM ghexport.exports e WHERE %s%s LIMIT %d) c)", rows, company, CountLimit+1)
	}
	var counts []int64
	err := r.reads.Read(ctx, "count exports by state", func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT ARRAY["+strings.Join(columns, ",\n\t\t")+"]", w.Args...).Scan(&counts)
	})
	if err != nil {
		return nil, err
	}
	list := make([]StateCount, len(states))
	for i, state := range states {
		list[i] = StateCount{State: state, Count: min(counts[i], CountLimit), More: counts[i] > CountLimit}
	}
	return list, nil
}
