package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/greenhouse/greenhousesim"
)

// entry is an interview as the ledger has it.
type entry struct {
	Interview string
	State     string
	Flags     []string
	SentID    int64
	Attempted *time.Time // when its last attempt began, by the database's clock
}

// evidence is all that a verdict needs.
type evidence struct {
	committed map[string]int // interviews in the producers' own table, each with its newest version
	acked     map[string]bool
	refused   map[string]bool
	withdrawn map[string]withdrawal
	ledger    []entry
	rejected  map[string]bool
	there     []greenhousesim.Candidate
}

// verdict holds what was found. Each list names interviews.
type verdict struct {
	Lost       []string `json:"lost"`        // committed, and neither in the ledger nor rejected; or `sent`, and not at Greenhouse
	Phantom    []string `json:"phantom"`     // in the ledger or at Greenhouse, and never committed
	Doubled    []string `json:"doubled"`     // more than once at Greenhouse without a flag that says so
	Flagged    []string `json:"flagged"`     // more than once, and flagged
	Denied     []string `json:"denied"`      // at Greenhouse, and the ledger says that it was not sent
	Overtaken  []string `json:"overtaken"`   // an attempt began after its withdrawal was acknowledged
	Forgotten  []string `json:"forgotten"`   // acknowledged by Postgres, and gone from it
	UnknownIn  int      `json:"unknown_in"`  // of the unknown, how many Greenhouse has
	UnknownOut int      `json:"unknown_out"` // and how many not
}

// judge compares what was committed, what the ledger says and what Greenhouse has. Pure.
func judge(e evidence) (v verdict) {
	there := map[string][]int64{}
	for _, c := range e.there {
		there[c.ExternalID] = append(there[c.ExternalID], c.ID)
	}
	known := map[string]bool{}
	for _, row := range e.ledger {
		known[row.Interview] = true
		v.one(row, there[row.Interview])
		if _, was := e.committed[row.Interview]; !was || e.refused[row.Interview] {
			v.Phantom = append(v.Phantom, row.Interview)
		}
		if w, is := e.withdrawn[row.Interview]; is && w.version == e.committed[row.Interview] && row.Attempted != nil && row.Attempted.After(w.at) {
			v.Overtaken = append(v.Overtaken, row.Interview)
		}
	}
	for interview := range e.committed {
		if !known[interview] && !e.rejected[interview] {
			v.Lost = append(v.Lost, interview)
		}
	}
	for interview := range e.acked {
		if _, is := e.committed[interview]; !is {
			v.Forgotten = append(v.Forgotten, interview)
		}
	}
	for interview := range there {
		if !known[interview] {
			v.Phantom = append(v.Phantom, interview)
		}
	}
	for _, list := range [][]string{v.Lost, v.Phantom, v.Forgotten} {
		slices.Sort(list)
	}
	return v
}

// one compares an export with its candidates at Greenhouse.
func (v *verdict) one(row entry, ids []int64) {
	switch {
	case row.State == "sent" && !slices.Contains(ids, row.SentID):
		v.Lost = append(v.Lost, row.Interview)
	case len(ids) > 1 && (slices.Contains(row.Flags, "resent_after_5xx") || slices.Contains(row.Flags, "doubled")):
		v.Flagged = append(v.Flagged, row.Interview)
	case len(ids) > 1:
		v.Doubled = append(v.Doubled, row.Interview)
	case len(ids) == 1 && row.State != "sent" && row.State != "unknown":
		v.Denied = append(v.Denied, row.Interview)
	}
	if row.State == "unknown" && len(ids) > 0 {
		v.UnknownIn++
	} else if row.State == "unknown" {
		v.UnknownOut++
	}
}

// gather reads the evidence once nothing moves.
func (w *world) gather(ctx context.Context, p *producers) (evidence, error) {
	e := evidence{
		committed: map[string]int{}, acked: p.acked, refused: p.refused, withdrawn: p.withdrawn, rejected: map[string]bool{},
		there: w.sim.Candidates(""),
	}
	rows, err := w.owner.Query(ctx, "SELECT interview, max(version) FROM business.decisions GROUP BY interview")
	var id string
	var version int
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &version}, func() error { e.committed[id] = version; return nil })
	}
	if err != nil {
		return e, fmt.Errorf("read what was committed: %w", err)
	}
	rows, err = w.owner.Query(ctx, "SELECT interview_id FROM ghexport.rejected")
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id}, func() error { e.rejected[id] = true; return nil })
	}
	if err != nil {
		return e, fmt.Errorf("read what was rejected: %w", err)
	}
	rows, err = w.owner.Query(ctx, `
		SELECT interview_id, state, flags, coalesce(greenhouse_candidate_id, 0),
		       (SELECT max(a.started_at) FROM ghexport.attempts a WHERE a.export_id = e.id)
		  FROM ghexport.exports e`)
	if err == nil {
		e.ledger, err = pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
	}
	if err != nil {
		return e, fmt.Errorf("read the ledger: %w", err)
	}
	return e, nil
}
