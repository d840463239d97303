package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

// peer is one way to bring results to Greenhouse that a team might choose.
type peer struct {
	name      string // a word for flags, databases and tables
	title     string
	module    string // whose version is shown; "" where there is none
	version   string // where it is no Go module
	how       string // its settings
	keeps     string // what it promises: a figure without it says little
	elsewhere bool   // its queue is not in Postgres
	short     bool   // part of a run that is not -full
	make      func(s settings) contender
	missing   func() error // why it cannot run here; nil where nothing can be missing
}

const ourName = "ours"

// peers in the order in which they are printed.
func peers() []peer {
	return []peer{oursPeer, riverPeer, riverDefaultPeer, byHandPeer, floorPeer, guePeer, watermillPeer, graphilePeer, asynqPeer}
}

func peerNames() (list []string) {
	for _, p := range peers() {
		list = append(list, p.name)
	}
	return list
}

func findPeer(name string) (peer, bool) {
	list := peers()
	i := slices.IndexFunc(list, func(p peer) bool { return p.name == name })
	if i < 0 {
		return peer{}, false
	}
	return list[i], true
}

// pinned is the version of the peer's library.
func (p peer) pinned() string {
	if info, ok := debug.ReadBuildInfo(); ok && p.module != "" {
		for _, dep := range info.Deps {
			if dep.Path == p.module {
				return dep.Version
			}
		}
	}
	return p.version
}

// onPostgres holds what every peer has whose queue lies in Postgres.
type onPostgres struct {
	settings
	db       database
	producer *pgxpool.Pool
	handed   atomic.Int64
}

// begin runs the peer's schema as the database's owner and opens the producer's pool.
func (p *onPostgres) begin(ctx context.Context, db database, schema string) (err error) {
	p.db = db
	owner, err := pgx.Connect(ctx, db.ownerURL)
	if err != nil {
		return err
	}
	defer owner.Close(ctx) //nolint:errcheck // nothing is pending
	if _, err := owner.Exec(ctx, schema); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	p.producer, err = pool(ctx, db.producerURL, p.Conns)
	return err
}

// pool is of the size of ours, and as durable.
func pool(ctx context.Context, url string, conns int) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = int32(conns)
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	return pgxpool.NewWithConfig(ctx, config)
}

func (p *onPostgres) rest() { p.producer.Reset() }

func (p *onPostgres) close() {
	if p.producer != nil {
		p.producer.Close()
	}
}

// left counts what is handed over and no longer in a table that a peer deletes from when it is done.
func (p *onPostgres) left(ctx context.Context, w *watch, table string) (int, error) {
	n, err := w.number(ctx, "SELECT count(*) FROM "+table)
	return int(p.handed.Load() - n), err
}

// postArgs carry all that the POST needs.
type postArgs struct {
	Org       int                        `json:"org"`
	Candidate greenhouse.CreateCandidate `json:"candidate"`
}

func (r result) args() (postArgs, error) {
	candidate, err := r.candidate()
	return postArgs{Org: r.org, Candidate: candidate}, err
}

// post makes the POST that ours makes, with the same client and without its fence.
func (a postArgs) post(ctx context.Context, client *greenhouse.Client) (*greenhouse.Created, error) {
	cred := greenhouse.Credential{Key: greenhouse.NewSecret(apiKey(a.Org)), OnBehalfOf: createdBy}
	created, _, err := client.Create(ctx, cred, a.Candidate, greenhouse.Fence{})
	return created, err
}
