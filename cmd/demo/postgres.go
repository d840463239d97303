package main

import (
	"context"
	"os"

	"github.com/interviewing-io/greenhouse-export/store/storetest"
)

// database tells where the demo runs, as each of the three roles that a real installation has.
type database struct {
	owner, service, producer string // addresses
	about                    string // what it is, for a person
	remove                   func() error
}

// The roles on a private server.
const (
	demoDatabase = "ghexport_demo"
	serviceRole  = "demo_service"
	producerRole = "demo_producer"
)

// openDatabase uses DATABASE_URL where it is set, else starts a private Postgres with its data under dir.
func openDatabase(ctx context.Context, dir string, out *terminal) (*database, error) {
	if address := os.Getenv("DATABASE_URL"); address != "" {
		return useDatabase(ctx, address, out)
	}
	return startPostgres(ctx, dir, out)
}

// startPostgres starts a server that goes with the demo. One that a killed run left is removed first.
func startPostgres(ctx context.Context, dir string, out *terminal) (*database, error) {
	out.progress("starting a private Postgres")
	server, err := storetest.Start(ctx, storetest.ServerConfig{Dir: dir, Durable: true, Log: out})
	if err != nil {
		return nil, err
	}
	db := &database{about: "private, in " + shorten(server.Dir), remove: server.Stop}
	if db.owner, err = server.CreateDatabase(ctx, demoDatabase); err == nil {
		if db.service, err = server.CreateLogin(ctx, serviceRole, demoDatabase); err == nil {
			db.producer, err = server.CreateLogin(ctx, producerRole, demoDatabase)
		}
	}
	if err != nil {
		server.Stop() //nolint:errcheck // the first error says more; the next run cleans up
		return nil, err
	}
	return db, nil
}
