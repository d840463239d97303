package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/migrations"
)

// database tells where a contender works.
type database struct {
	name                                    string
	ownerURL, serviceURL, producerURL, root string // root is the superuser's, for looking on
	serviceRole, producerRole               string
}

// newDatabase makes one with its roles. Statements are told apart by who ran them, so the producer and the service are two; ours have
// the rights that production gives them, a peer's are as good as the owner.
func (b *bench) newDatabase(ctx context.Context, p peer) (db database, err error) {
	db = database{name: fmt.Sprintf("%s_%d", identifier(p.name), b.made.Add(1)), serviceRole: "bench_service", producerRole: "bench_producer"}
	if p.name != ourName {
		db.serviceRole, db.producerRole = "bench_peer", "bench_peer_producer"
	}
	db.root = b.server.URL(db.name)
	if p.name == ourName {
		db.ownerURL, err = b.migrated(ctx, db.name)
	} else {
		db.ownerURL, err = b.server.CreateDatabase(ctx, db.name)
	}
	if err != nil {
		return db, err
	}
	if db.serviceURL, err = b.server.CreateLogin(ctx, db.serviceRole, db.name); err != nil {
		return db, err
	}
	if db.producerURL, err = b.server.CreateLogin(ctx, db.producerRole, db.name); err != nil || p.name == ourName {
		return db, err
	}
	owner, err := url.Parse(db.ownerURL)
	if err != nil {
		return db, err
	}
	return db, b.root(ctx, fmt.Sprintf("GRANT %s TO %s, %s", pgx.Identifier{owner.User.Username()}.Sanitize(), db.serviceRole, db.producerRole))
}

// templateName is a database of ours that was migrated once; others are copies of it.
const templateName = "ours_template"

// migrated makes a database with our schema, and returns its owner's address.
func (b *bench) migrated(ctx context.Context, name string) (string, error) {
	if *b.template == "" {
		owner, err := b.server.CreateDatabase(ctx, templateName)
		if err != nil {
			return "", err
		}
		if err := migrations.Up(ctx, owner); err != nil {
			return "", err
		}
		*b.template = owner
	}
	owner, err := url.Parse(*b.template)
	if err != nil {
		return "", err
	}
	owner.Path = "/" + name
	return owner.String(), b.root(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s", pgx.Identifier{name}.Sanitize(), templateName,
		pgx.Identifier{owner.User.Username()}.Sanitize()))
}

// root does one thing as superuser.
func (b *bench) root(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, b.server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is pending
	_, err = conn.Exec(ctx, statement)
	return err
}

// dropDatabase frees the disk; a database that stays goes with the server.
func (b *bench) dropDatabase(ctx context.Context, db database) {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	b.root(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{db.name}.Sanitize()+" WITH (FORCE)") //nolint:errcheck // see above
}
