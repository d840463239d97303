package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
	"github.com/interviewing-io/greenhouse-export/seal"
	"github.com/interviewing-io/greenhouse-export/store"
	"github.com/interviewing-io/greenhouse-export/store/keyring"
	"github.com/interviewing-io/greenhouse-export/store/rights"
	"github.com/interviewing-io/greenhouse-export/worker"
	"github.com/interviewing-io/greenhouse-export/worker/relay"
)

var oursPeer = peer{
	name: ourName, title: "ghexport", short: true,
	how:   "as `serve` sets it, budgets lifted in drains; -workers slots, -conns connections and one to listen",
	keeps: "exactly one candidate or a visible doubt; ledger, attempts, budgets, order of siblings, holds, dead letters, replay",
	make:  func(s settings) contender { return &ours{settings: s} },
}

// ours is ghexport as `serve` wires it, without console and metrics.
type ours struct {
	settings
	db       database
	keyset   *seal.Keyset
	producer *pgxpool.Pool
	budgeted bool // budgets and caps stay as the product sets them
}

func (o *ours) settled(ctx context.Context, w *watch) (int, error) {
	n, err := w.number(ctx, "SELECT count(*) FROM ghexport.exports WHERE state = 'sent'")
	return int(n), err
}

func (o *ours) rest() { o.producer.Reset() }

func (o *ours) close() {
	if o.producer != nil {
		o.producer.Close()
	}
}

func (o *ours) create(ctx context.Context, db database) (err error) {
	o.db = db
	owner, err := store.Open(ctx, store.Config{URL: db.ownerURL})
	if err != nil {
		return err
	}
	defer owner.Close()
	if err := rights.In(owner).Grant(ctx, rights.GrantService, db.serviceRole); err != nil {
		return err
	}
	if err := rights.In(owner).Grant(ctx, rights.GrantProducer, db.producerRole); err != nil {
		return err
	}
	keys, err := seal.NewKeysetJSON()
	if err != nil {
		return err
	}
	if o.keyset, err = seal.ParseKeyset(keys); err != nil {
		return err
	}
	if err := o.connect(ctx, owner); err != nil {
		return err
	}
	o.producer, err = pgxpool.New(ctx, db.producerURL)
	return err
}

// benchBy names who did it, in the audit.
var benchBy = store.By{Actor: "bench", Reason: "bench", From: "bench"}

// connect makes the companies and lifts their budgets: it is the machinery that is measured, not Greenhouse's limits.
func (o *ours) connect(ctx context.Context, owner *store.Store) error {
	digests, err := keyring.In(owner).Digests(ctx, o.keyset)
	if err != nil {
		return err
	}
	set := store.Settings{InFlightCap: &o.Cap}
	if o.budgeted {
		set.InFlightCap = nil
	}
	for org := range o.Orgs {
		sealed, err := o.keyset.Seal(orgID(org), []byte(apiKey(org)))
		if err != nil {
			return err
		}
		_, err = owner.Connect(ctx, store.Connect{
			OrgID: orgID(org), SealedKey: sealed, KeyDigest: digests.Key(apiKey(org)), KeyLast5: seal.Last5(apiKey(org)),
			CreatedBy: createdBy, CreatedByName: "Ron Weasley", Tested: true, Enable: true, Waiting: store.WaitingSend,
			Settings: set,
		}, benchBy)
		if err != nil {
			return err
		}
	}
	if o.budgeted {
		return nil
	}
	_, err = owner.Pool.Exec(ctx, `
		INSERT INTO ghexport.budgets (credential, limit_)
		SELECT i.key_digest, 1000000 FROM ghexport.integrations i`)
	if err != nil {
		return fmt.Errorf("lift the budgets: %w", err)
	}
	return nil
}

func (o *ours) hand(ctx context.Context, list []result) error {
	messages := make([]string, len(list))
	for i, r := range list {
		messages[i] = r.message()
	}
	_, err := o.producer.Exec(ctx, "SELECT ghexport.enqueue(m::jsonb) FROM unnest($1::text[]) AS m", messages)
	return err
}

func (o *ours) handOne(ctx context.Context, r result) error {
	return pgx.BeginFunc(ctx, o.producer, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT ghexport.enqueue($1)", r.message())
		return err
	})
}

// log writes what `serve` writes, to nowhere: an attempt's line costs what it costs there.
func (o *ours) log() *zap.Logger {
	level, to := zap.InfoLevel, zapcore.AddSync(io.Discard)
	if o.keepLog {
		level, to = zap.WarnLevel, zapcore.Lock(os.Stderr)
	}
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), to, level))
}

func (o *ours) start(ctx context.Context, url string) (func() error, error) {
	st, err := store.Open(ctx, store.Config{URL: o.db.serviceURL, MaxConns: int32(o.Conns), GenericPlans: true})
	if err != nil {
		return nil, err
	}
	digests, err := keyring.In(st).Digests(ctx, o.keyset)
	if err != nil {
		st.Close()
		return nil, err
	}
	log := o.log()
	rl := relay.New(relay.Relay{Store: st, Digests: digests, Log: log, Poll: time.Minute})
	w, err := worker.New(worker.Config{
		Store: st, Greenhouse: &greenhouse.Client{BaseURL: url}, Keyset: o.keyset, Log: log, Relay: rl, Workers: o.Workers,
	})
	if err != nil {
		st.Close()
		return nil, err
	}
	rl.Probe = w.Probe
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	var failed error
	running.Go(func() { rl.Run(ctx) })
	running.Go(func() { failed = w.Run(ctx) })
	return sync.OnceValue(func() error {
		cancel()
		running.Wait()
		st.Close()
		if errors.Is(failed, context.Canceled) {
			return nil
		}
		return failed
	}), nil
}
