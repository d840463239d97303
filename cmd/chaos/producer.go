package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// businessTable is the producers' own: its rows are committed with the messages, so what it holds is what was committed, even where
// the answer to a COMMIT was lost.
const businessTable = `
	CREATE SCHEMA business;
	CREATE TABLE business.decisions (
		interview text NOT NULL, version int NOT NULL, eligible boolean NOT NULL, PRIMARY KEY (interview, version))`

// producers commit interviews at a steady rate, straight to Postgres, and note what was acknowledged.
type producers struct {
	w    *world
	draw *rand.Rand
	next int
	busy sync.WaitGroup

	mu        sync.Mutex
	acked     map[string]bool       // interviews of which a COMMIT was acknowledged
	withdrawn map[string]withdrawal // the newest of each that was acknowledged
	refused   map[string]bool       // rolled back on purpose: these must never be seen again
	inDoubt   int
	recent    []string
}

// withdrawal is one that was known to be committed at a moment of the database's clock.
type withdrawal struct {
	version int
	at      time.Time
}

var errOnPurpose = errors.New("rolled back on purpose")

func newProducers(w *world, seed uint64) *producers {
	return &producers{
		w: w, draw: rand.New(rand.NewPCG(seed, 1)), acked: map[string]bool{}, withdrawn: map[string]withdrawal{}, refused: map[string]bool{},
	}
}

// run commits until ctx ends, and returns when every transaction has ended.
func (p *producers) run(ctx context.Context) {
	tick := time.NewTicker(time.Second / time.Duration(p.w.o.Rate))
	defer tick.Stop()
	defer p.busy.Wait()
	slots := make(chan struct{}, 16)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		m := p.decide()
		select {
		case slots <- struct{}{}:
			p.busy.Go(func() { p.commit(m); <-slots })
		default: // Postgres is down or slow: a producer that waits commits nothing
		}
	}
}

// message is one call of enqueue.
type message struct {
	interview string
	org       int
	version   int
	eligible  bool
	email     string
	rollback  bool
}

// decide draws what a producer does next: mostly a new result; now and then a repeat of a candidate, a result that is not eligible, a
// newer version or a withdrawal of an older one, or a transaction that is rolled back.
func (p *producers) decide() message {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	m := message{interview: fmt.Sprintf("iv-%06d", p.next), org: p.draw.IntN(companies), version: 1, eligible: true}
	m.email = m.interview + "@example.com"
	switch n := p.draw.IntN(100); {
	case n < 5:
		m.eligible = false
	case n < 10:
		m.rollback = true
	case n < 12:
		m.email = fmt.Sprintf("iv-%06d@example.com", max(1, p.next-companies*p.draw.IntN(20))) // the same person, perhaps once more
	case n < 20 && len(p.recent) > 0: // edited, or withdrawn
		m.interview, m.version, m.eligible = p.recent[p.draw.IntN(len(p.recent))], 1+p.next, n < 14
		m.email = m.interview + "@example.com"
	default:
		p.recent = append(p.recent[max(0, len(p.recent)-20):], m.interview)
	}
	var number int
	fmt.Sscanf(m.interview, "iv-%d", &number) //nolint:errcheck // we made it
	m.org = number % companies
	return m
}

func (p *producers) commit(m message) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]any{
		"schema_version": 1, "org_id": fmt.Sprintf("org-%02d", m.org), "interview_id": m.interview, "version": m.version,
		"interviewed_at": "2026-01-01T12:00:00Z", "interviewer_advances": true, "candidate_continues": m.eligible,
		"candidate": map[string]any{"id": m.interview, "full_name": "Ada Lovelace", "email": m.email},
	})
	if err != nil {
		panic(err)
	}
	began := false
	err = pgx.BeginFunc(ctx, p.w.owner, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO business.decisions VALUES ($1, $2, $3)", m.interview, m.version, m.eligible); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT ghexport.enqueue($1)", string(body)); err != nil {
			return err
		}
		if m.rollback {
			return errOnPurpose
		}
		began = true
		return nil
	})
	var at time.Time
	known := err == nil && p.w.owner.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&at) == nil
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case m.rollback:
		p.refused[m.interview] = true
	case err == nil:
		p.acked[m.interview] = true
		if known && m.version > 1 && !m.eligible && m.version > p.withdrawn[m.interview].version {
			p.withdrawn[m.interview] = withdrawal{m.version, at}
		}
	case began:
		p.inDoubt++ // business.decisions knows
	}
}
