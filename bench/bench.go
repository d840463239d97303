package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// bench is one run: a private durable Postgres on which everything is measured.
type bench struct {
	settings
	server   *storetest.Server
	counts   bool // the server counts statements
	progress io.Writer
	made     *atomic.Int64 // databases so far
	template *string       // the owner's address of a migrated database of ours; empty until there is one
	last     bool          // this is the cell's last round
}

// contender is a peer at work, on a database of its own.
type contender interface {
	// create makes and fills what the contender needs in the database.
	create(ctx context.Context, db database) error
	// hand commits results, many in a transaction.
	hand(ctx context.Context, results []result) error
	// handOne commits one result in a transaction of its own, as a producer does.
	handOne(ctx context.Context, r result) error
	// rest ends the producer's connections until it hands over again: only then has Postgres counted what they did.
	rest()
	// start begins to work towards the simulator; what it returns ends that, its connections included. It may be called several times,
	// for several nodes.
	start(ctx context.Context, url string) (stop func() error, err error)
	// settled counts what is recorded as done.
	settled(ctx context.Context, w *watch) (int, error)
	// close ends what create began.
	close()
}

const startLimit = 3 * time.Minute // to find, start and stop a Postgres

// newBench starts Postgres as production runs it: fsync, full_page_writes and synchronous_commit on. Where nothing is measured it is a
// fast one.
func newBench(ctx context.Context, s settings, progress io.Writer) (*bench, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("postgres took longer than %s to start", startLimit))
	defer cancel()
	config := storetest.ServerConfig{Durable: !s.Smoke, MaxConnections: 300, Settings: map[string]string{
		"shared_preload_libraries":         "pg_stat_statements",
		"pg_stat_statements.track":         "top",
		"pg_stat_statements.track_utility": "on",
	}}
	server, err := storetest.Start(ctx, config)
	counts := err == nil
	if err != nil {
		config.Settings = nil // perhaps without its contrib modules: then nobody counts statements
		if server, err = storetest.Start(ctx, config); err != nil {
			return nil, err
		}
	}
	return &bench{settings: s, server: server, counts: counts, progress: progress, made: new(atomic.Int64), template: new(string)}, nil
}

// with is the same bench with other settings.
func (b *bench) with(change func(*settings)) *bench {
	other := *b
	change(&other.settings)
	return &other
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }
