package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5"

	"github.com/interviewing-io/greenhouse-export/greenhouse"
)

var watermillPeer = peer{
	name: "watermill", title: "watermill-sql, N subscribers", module: "github.com/ThreeDotsLabs/watermill-sql/v4",
	how: "-workers subscribers, each for its share of the queue's table, polling every 100 ms (default 1 s), batches of 10; a connection for each, " +
		"since it keeps a transaction open through the POST",
	keeps: "at least one send; a shard stands still behind a message that fails; no ledger, attempts, budgets, holds",
	make:  func(s settings) contender { return &watermillQueue{onPostgres: onPostgres{settings: s}} },
}

// watermillQueue is https://github.com/ThreeDotsLabs/watermill-sql with its queue's schema. A subscriber handles one message after the
// other, and two that read the same rows would stand in each other's way: so each reads its own share.
type watermillQueue struct{ onPostgres }

const (
	watermillTopic = "post"
	watermillTable = `"watermill_post"`
)

func (q *watermillQueue) create(ctx context.Context, db database) error {
	queries, err := sql.PostgreSQLQueueSchema{}.SchemaInitializingQueries(sql.SchemaInitializingQueriesParams{Topic: watermillTopic})
	if err != nil {
		return err
	}
	schema := ""
	for _, query := range queries {
		schema += query.Query + ";"
	}
	return q.begin(ctx, db, schema)
}

func (q *watermillQueue) settled(ctx context.Context, w *watch) (int, error) {
	return q.left(ctx, w, watermillTable)
}

func (q *watermillQueue) hand(ctx context.Context, list []result) error {
	messages := make([]*message.Message, len(list))
	for i, one := range list {
		args, err := one.args()
		if err != nil {
			return err
		}
		text, err := json.Marshal(args)
		if err != nil {
			return err
		}
		messages[i] = message.NewMessage(watermill.NewUUID(), text)
	}
	err := pgx.BeginFunc(ctx, q.producer, func(tx pgx.Tx) error {
		publisher, err := sql.NewPublisher(sql.TxFromPgx(tx), sql.PublisherConfig{SchemaAdapter: sql.PostgreSQLQueueSchema{}}, watermill.NopLogger{})
		if err != nil {
			return err
		}
		return publisher.Publish(watermillTopic, messages...)
	})
	if err == nil {
		q.handed.Add(int64(len(list)))
	}
	return err
}

func (q *watermillQueue) handOne(ctx context.Context, one result) error {
	return q.hand(ctx, []result{one})
}

func (q *watermillQueue) start(ctx context.Context, url string) (func() error, error) {
	connections, err := pool(ctx, q.db.serviceURL, q.Workers+q.Conns)
	if err != nil {
		return nil, err
	}
	client := &greenhouse.Client{BaseURL: url}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	stop := sync.OnceValue(func() error {
		cancel()
		running.Wait()
		client.CloseIdleConnections()
		connections.Close()
		return nil
	})
	for shard := range q.Workers {
		subscriber, err := sql.NewSubscriber(sql.BeginnerFromPgx(connections), q.shard(shard), watermill.NopLogger{})
		var messages <-chan *message.Message
		if err == nil {
			messages, err = subscriber.Subscribe(ctx, watermillTopic)
		}
		if err != nil {
			stop() //nolint:errcheck // it has nothing to say
			return nil, err
		}
		running.Go(func() {
			for m := range messages {
				var args postArgs
				err := json.Unmarshal(m.Payload, &args)
				if err == nil {
					_, err = args.post(context.WithoutCancel(ctx), client)
				}
				if err != nil {
					m.Nack()
					continue
				}
				m.Ack()
			}
			subscriber.Close() //nolint:errcheck // its messages have ended
		})
	}
	return stop, nil
}

// shard is one subscriber's configuration.
func (q *watermillQueue) shard(n int) sql.SubscriberConfig {
	share := func(sql.GenerateWhereClauseParams) (string, []any) {
		return fmt.Sprintf(`"offset" %% %d = %d`, q.Workers, n), nil
	}
	return sql.SubscriberConfig{
		PollInterval: 100 * time.Millisecond, ResendInterval: 100 * time.Millisecond, RetryInterval: 100 * time.Millisecond,
		SchemaAdapter:  sql.PostgreSQLQueueSchema{GenerateWhereClause: share, SubscribeBatchSize: 10},
		OffsetsAdapter: sql.PostgreSQLQueueOffsetsAdapter{DeleteOnAck: true},
	}
}
