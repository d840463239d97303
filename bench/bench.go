package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// bench is one run: a private durable Postgres on which everything is measured.
type bench struct {
	settings
	server   *storetest.Server
	counts   bool // the server counts statements
	progress io.Writer
	made     int // databases so far
}

// contender is one way to bring results to Greenhouse, on a database of its own.
type contender interface {
	// name is a word for databases and tables.
	name() string
	// create makes and fills what the contender needs in the database.
	create(ctx context.Context, db database) error
	// hand commits results, many in a transaction.
	hand(ctx context.Context, results []result) error
	// handOne commits one result in a transaction of its own, as a producer does.
	handOne(ctx context.Context, r result) error
	// start begins to work towards the simulator; what it returns ends that, its connections included.
	start(ctx context.Context, url string) (stop func() error, err error)
	// settledSQL counts what is recorded as done.
	settledSQL() string
	// standsSQL tells where the work stands, in one text.
	standsSQL() string
	// close ends the producer's connections.
	close()
}

// database is where a contender works.
type database struct {
	name                                    string
	ownerURL, serviceURL, producerURL, root string // root is the superuser's, for looking on
}

// The roles. The producer's own statements are told from the service's by who ran them.
const (
	serviceRole  = "bench_service"
	producerRole = "bench_producer"
)

const startLimit = 3 * time.Minute // to find, start and stop a Postgres

// newBench starts Postgres as production runs it: fsync, full_page_writes and synchronous_commit on.
func newBench(ctx context.Context, s settings, progress io.Writer) (*bench, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("postgres took longer than %s to start", startLimit))
	defer cancel()
	config := storetest.ServerConfig{Durable: true, Settings: map[string]string{
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
	return &bench{settings: s, server: server, counts: counts, progress: progress}, nil
}

// newDatabase makes an empty one with its roles.
func (b *bench) newDatabase(ctx context.Context, name string) (db database, err error) {
	b.made++
	db = database{name: fmt.Sprintf("%s_%d", name, b.made)}
	db.root = b.server.URL(db.name)
	if db.ownerURL, err = b.server.CreateDatabase(ctx, db.name); err != nil {
		return db, err
	}
	if db.serviceURL, err = b.server.CreateLogin(ctx, serviceRole, db.name); err != nil {
		return db, err
	}
	db.producerURL, err = b.server.CreateLogin(ctx, producerRole, db.name)
	return db, err
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.progress, format+"\n", args...) }
