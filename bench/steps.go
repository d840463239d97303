package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Step is one part of the way of an export, as the ledger's own times tell, in milliseconds.
type Step struct {
	Name               string
	P50, P95, P99, Max float64
}

var stepNames = []string{"commit -> ledger row", "-> dispatch begins", "-> River fetches", "-> intent", "-> at Greenhouse"}

// steps reads the ledger's and River's times of each export. Postgres and this process share one clock.
func (w *watch) steps(ctx context.Context, list []result, committed []time.Time, arrived map[string]time.Time) ([]Step, error) {
	rows, err := w.conn.Query(ctx, `
		SELECT e.interview_id, e.created_at, j.created_at, j.attempted_at, a.started_at
		  FROM ghexport.exports e
		  JOIN ghexport.attempts a ON a.export_id = e.id
		  JOIN ghexport.river_job j ON j.id = a.job_id`)
	if err != nil {
		return nil, err
	}
	type times struct{ folded, queued, fetched, intended time.Time }
	known := map[string]times{}
	var id string
	var t times
	_, err = pgx.ForEachRow(rows, []any{&id, &t.folded, &t.queued, &t.fetched, &t.intended}, func() error { known[id] = t; return nil })
	if err != nil {
		return nil, err
	}
	took := make([][]time.Duration, len(stepNames))
	for i, r := range list {
		t := known[r.id]
		for n, step := range parts(committed[i], t.folded, t.queued, t.fetched, t.intended, arrived[candidateID(r.id)]) {
			took[n] = append(took[n], step)
		}
	}
	steps := make([]Step, len(stepNames))
	for n, name := range stepNames {
		at := func(p float64) float64 { return ms(percentile(took[n], p)) }
		steps[n] = Step{Name: name, P50: at(50), P95: at(95), P99: at(99), Max: at(100)}
	}
	return steps, nil
}

// parts cuts a way into steps that add up to all of it and of which none is negative. A mark may lie before the one that it follows: a
// transaction's time is that of its BEGIN, and the relay may have begun before the producer knew of its COMMIT. Such a mark counts as
// the one before it, and none counts as later than the end.
func parts(begin time.Time, marks ...time.Time) []time.Duration {
	end := marks[len(marks)-1]
	list := make([]time.Duration, len(marks))
	for i, at := range marks {
		if at.After(end) {
			at = end
		}
		if at.After(begin) {
			list[i], begin = at.Sub(begin), at
		}
	}
	return list
}
