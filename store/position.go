package store

import (
	"sync"
	"time"
)

// Position says which database a node works with and how far it has seen it come. A node that finds another database, or this one
// further back, works with a backup that was put in its place.
type Position struct {
	System    string     `json:"system"`              // Postgres' identifier of the cluster
	Timeline  string     `json:"timeline"`            // eight hexadecimal digits
	Database  uint32     `json:"database"`            // oid of the database
	Control   uint32     `json:"control"`             // oid of ghexport.control in it
	WAL       int64      `json:"wal"`                 // bytes of write-ahead log that were durable
	Job       int64      `json:"job"`                 // highest number of a job
	Confirmed *time.Time `json:"confirmed,omitempty"` // when a person last confirmed the database; nil for never
}

// positions holds what a node remembers, nil before its first look. It goes back when a person has confirmed the database, and only then.
type positions struct {
	mu     sync.Mutex
	newest *Position
	looked time.Time // when intents last had the guard look
}

// get returns a copy of the position, nil where there is none.
func (p *positions) get() *Position {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.newest == nil {
		return nil
	}
	newest := *p.newest
	return &newest
}

// set remembers what a look found to be in order. An intent may have seen more meanwhile, which stays.
func (p *positions) set(here Position) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was := p.newest; was != nil && was.sameAs(here) {
		here.WAL, here.Job = max(here.WAL, was.WAL), max(here.Job, was.Job)
	}
	p.newest = &here
}

// advance remembers what a transaction saw that is committed by now: all write-ahead log before its end is durable.
func (p *positions) advance(wal, job int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.newest != nil {
		p.newest.WAL, p.newest.Job = max(p.newest.WAL, wal), max(p.newest.Job, job)
	}
}

// mayLook is true once a second at most.
func (p *positions) mayLook() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) < time.Second {
		return false
	}
	p.looked = time.Now()
	return true
}

// sameAs is true for positions in one database that nobody confirmed between them.
func (p *Position) sameAs(other Position) bool {
	confirmed := p.Confirmed == nil && other.Confirmed == nil || p.Confirmed != nil && other.Confirmed != nil && p.Confirmed.Equal(*other.Confirmed)
	return confirmed && p.System == other.System && p.Timeline == other.Timeline && p.Database == other.Database && p.Control == other.Control
}
